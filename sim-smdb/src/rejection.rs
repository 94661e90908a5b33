//! Every reason for SMDB to refuse a call, and the fault that the caller gets.

use clock::Timestamp;
use oio_idws::{
    call::TokenRefusal,
    fault::ServiceFaultCode,
    soap::{Unreadable, UnreadableReason, Version},
};
use parties::{Cvr, EntityId, Environment, Excerpt};
use pki::issuing_name;
use xml_security::{Claimed, encrypt::Recipient};

use crate::{
    Smdb,
    contract::Operation,
    date::Date,
    rule::{Rule, Violation},
    schema::SchemaVersion,
};

/// Why SMDB refuses. No personal number stands in any of it, and nothing that a body says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(Cause),
    vis(pub),
    doc = "The kind of a [`Rejection`], without what came.",
    derive(Hash, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr),
    strum(serialize_all = "kebab-case"),
    allow(missing_docs)
)]
pub enum Rejection {
    /// The message is too large, or is not XML that we accept.
    #[error("the message is not acceptable XML: {what}")]
    MalformedXml {
        /// What is wrong with it.
        what: Excerpt,
    },
    /// The message is not an envelope with a security header.
    #[error("the message is not a secured SOAP envelope: {what}")]
    NotSoap {
        /// What is wrong with it.
        what: Excerpt,
    },
    /// The envelope is of another version of SOAP than the binding is for.
    #[error("the message is {got}, and {spoken} is spoken here")]
    WrongSoapVersion {
        /// Its version.
        got: Version,
        /// That of the binding.
        spoken: Version,
    },
    /// The timestamp is missing, lacks its end, or says what is no point in time.
    #[error("the message does not say until when it holds: {what}")]
    TimestampUnreadable {
        /// What is wrong with it.
        what: Excerpt,
    },
    /// The timestamp has ended.
    #[error("the message expired at {expires}, and it is {now}")]
    TimestampExpired {
        /// Its end.
        expires: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// The timestamp begins in the future, does not say when, or not before its end.
    #[error(
        "the message says it was made at {} and ends at {expires}, and it is {now}",
        created.map_or_else(|| "no time".to_owned(), |at| at.to_string())
    )]
    TimestampImplausible {
        /// Its beginning, if it says.
        created: Option<Timestamp>,
        /// Its end.
        expires: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// The message was made too long ago, whatever it says about its end.
    #[error("the message was made at {created}, and it is {now}")]
    TimestampTooOld {
        /// Its beginning.
        created: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// The message has no token.
    #[error("the message has no token")]
    TokenMissing,
    /// The token cannot be opened with the key of this service.
    #[error("the token cannot be opened: {what}")]
    TokenUnreadable {
        /// Why.
        what: Excerpt,
        /// Whom it says it is for.
        meant: MeantFor,
    },
    /// The token was opened, and what is in it is no assertion.
    #[error("what the token holds cannot be read: {what}")]
    TokenMalformed {
        /// Why.
        what: Excerpt,
    },
    /// The token is not signed by an STS that is trusted at the time.
    #[error("the token is not signed by the STS that this service trusts")]
    UnknownIssuer,
    /// The token's signature does not hold, or it is not a system user's.
    #[error("the token does not hold: {what}")]
    TokenInvalid {
        /// Why.
        what: Excerpt,
    },
    /// The token is not valid yet.
    #[error("the token is not valid before {from}")]
    TokenNotYetValid {
        /// Its first instant.
        from: Timestamp,
    },
    /// The token has ended.
    #[error("the token ended at {since}")]
    TokenExpired {
        /// The first instant at which it is refused.
        since: Timestamp,
    },
    /// The token is for another service.
    #[error("the token is for `{audience}`")]
    WrongAudience {
        /// For whom it is.
        audience: Excerpt,
        /// Who we are.
        ours: EntityId,
    },
    /// The certificate in the token is not valid yet, and the policy looks at it.
    #[error("the certificate in the token is not valid before {from}")]
    HolderCertificateNotYetValid {
        /// Its first instant.
        from: Timestamp,
    },
    /// The certificate in the token has expired, and the policy looks at it.
    #[error("the certificate in the token expired: it is refused since {since}")]
    HolderCertificateExpired {
        /// The first instant at which it is refused.
        since: Timestamp,
    },
    /// The certificate in the token is revoked, and the policy looks at it.
    #[error("the certificate in the token was revoked at {since}")]
    HolderCertificateRevoked {
        /// When it was revoked.
        since: Timestamp,
    },
    /// Nobody can say whether the certificate in the token is revoked, and the policy asks.
    #[error("there is no revocation list in force to look the token's certificate up in")]
    RevocationUnknown,
    /// The message is not signed, in all its parts, with the key that the token is bound to.
    #[error("the message is not signed by the token's holder: {what}")]
    NotHolder {
        /// Why.
        what: Excerpt,
    },
    /// The message lacks the header that Liberty's binding asks for, which is spoken here.
    #[error("the message has no header sbf:Framework")]
    FrameworkMissing,
    /// The message has that header, and it is not the one that the profile asks for.
    #[error("the header sbf:Framework is not of the profile: {what}")]
    FrameworkMismatch {
        /// Why.
        what: Excerpt,
    },
    /// The message does not say what it is about, as Liberty's binding asks, which is spoken here.
    #[error("the message has no wsa:Action")]
    ActionMissing,
    /// The message is addressed to another service.
    #[error("the message is addressed to `{}`", to.as_ref().map_or_else(|| "nobody".to_owned(), Excerpt::to_string))]
    WrongAddress {
        /// To whom, if it says.
        to: Option<Excerpt>,
        /// The address of this service.
        ours: String,
        /// Whether the host that it says is another one.
        other_host: bool,
    },
    /// The same message came before.
    #[error("the same message was received before")]
    Replayed,
    /// There is no such operation.
    #[error("there is no operation `{action}`")]
    UnknownOperation {
        /// The action.
        action: Excerpt,
    },
    /// The call is in a version of the schema that is retired.
    #[error("version {version} of the schema is retired since {since}")]
    SchemaRetired {
        /// The version of the call.
        version: SchemaVersion,
        /// The first instant of the one that took its place.
        since: Timestamp,
        /// The version in force.
        in_force: Option<SchemaVersion>,
    },
    /// The call is in a version of the schema that is not in force yet.
    #[error("version {version} of the schema is not in force yet")]
    SchemaNotInForce {
        /// The version of the call.
        version: SchemaVersion,
        /// From when on it is, if that is known.
        from: Option<Timestamp>,
        /// The version in force.
        in_force: Option<SchemaVersion>,
    },
    /// The body lacks something, or holds something that the schema does not know.
    #[error("the body cannot be read: {what}")]
    MalformedRequest {
        /// What is wrong with it, by the names of elements alone.
        what: Excerpt,
    },
    /// The token is another organisation's, and there is no power of attorney (*fuldmagt*).
    #[error("the token is {holder}'s, and the call is on behalf of {authority}")]
    ForeignAuthority {
        /// The organisation that the token names.
        holder: Cvr,
        /// On whose behalf the call is.
        authority: Cvr,
    },
    /// The token does not let its holder do this for the organisation.
    #[error("the token lacks a privilege to {operation} for {authority}")]
    MissingPrivilege {
        /// What was asked for.
        operation: Operation,
        /// For whom.
        authority: Cvr,
    },
    /// The reference came before in the same version, with other content.
    #[error("version {version} of the course was received before with other content")]
    ConflictingResend {
        /// The submitter's version.
        version: u32,
    },
    /// A later version of the course came before.
    #[error("version {version} comes after version {latest}")]
    OutdatedVersion {
        /// The submitter's version.
        version: u32,
        /// The latest one that was received.
        latest: u32,
    },
    /// The course was annulled before.
    #[error("the course was annulled at {since}")]
    CourseAnnulled {
        /// When.
        since: Timestamp,
    },
    /// The course breaks rules.
    #[error("the course breaks rules: {}", listed(violations))]
    InvalidSubmission {
        /// Which ones, and where: errors, and the warnings beside them. There is an error.
        violations: Vec<Violation>,
    },
    /// The organisation has no such course.
    #[error("the organisation has no such course")]
    NotFound,
}

fn listed(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Rejection {
    /// Every cause.
    pub const ALL: &[Cause] = <Cause as strum::VariantArray>::VARIANTS;

    /// The kind of it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.into()
    }

    /// The stable name that scenarios and journals use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.cause().into()
    }

    pub(crate) fn unreadable(unreadable: &Unreadable) -> Self {
        let what = Excerpt::of_sentence(&unreadable.to_string());
        match unreadable.reason {
            UnreadableReason::Xml(_) => Self::MalformedXml { what },
            UnreadableReason::NotSoap { .. }
            | UnreadableReason::WrongVersion { .. }
            | UnreadableReason::Shape(_)
            | UnreadableReason::Security(_) => Self::NotSoap { what },
            UnreadableReason::NoTimestamp | UnreadableReason::BadTimestamp { .. } => {
                Self::TimestampUnreadable { what }
            }
        }
    }

    pub(crate) fn token(smdb: &Smdb, refusal: &TokenRefusal) -> Self {
        let what = Excerpt::of_sentence(&refusal.to_string());
        match refusal {
            TokenRefusal::Missing => Self::TokenMissing,
            TokenRefusal::NotDecryptable { recipient } => {
                let meant = recipient.as_ref().map(Claimed::unverified);
                Self::TokenUnreadable { what, meant: MeantFor::of(smdb, meant) }
            }
            TokenRefusal::NotAToken | TokenRefusal::Malformed(_) | TokenRefusal::NotAnAssertion => {
                Self::TokenMalformed { what }
            }
            TokenRefusal::UnknownIssuer { .. } => Self::UnknownIssuer,
            TokenRefusal::Signature(_) | TokenRefusal::Content(_) => Self::TokenInvalid { what },
        }
    }

    /// The fault that the caller gets, as a WCF service would give it: the same for every breach
    /// of the message's security, and the same for every token that does not hold.
    #[must_use]
    pub fn fault_code(&self) -> ServiceFaultCode {
        match self.told() {
            Told::Nothing(Hidden::Security) => ServiceFaultCode::InvalidSecurity,
            Told::Nothing(Hidden::Token) => ServiceFaultCode::FailedAuthentication,
            Told::Nothing(Hidden::Encryption) => ServiceFaultCode::InvalidSecurityToken,
            Told::WrongAddress(_) => ServiceFaultCode::DestinationUnreachable,
            Told::UnknownOperation(_) => ServiceFaultCode::ActionNotSupported,
            Told::NoFramework | Told::WrongFramework(_) => {
                ServiceFaultCode::FrameworkVersionMismatch
            }
            Told::NoAction => ServiceFaultCode::MessageAddressingHeaderRequired,
            Told::Rule { .. } => ServiceFaultCode::Declared,
        }
    }

    /// The rule that is broken, where the caller is told of it.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match self.told() {
            Told::Rule { rule, .. } => rule,
            Told::Nothing(_)
            | Told::WrongAddress(_)
            | Told::UnknownOperation(_)
            | Told::NoFramework
            | Told::WrongFramework(_)
            | Told::NoAction => None,
        }
    }

    /// The text that the caller gets: WCF's own, or the rule's in Danish.
    #[must_use]
    pub fn fault_text(&self) -> String {
        match self.told() {
            Told::Nothing(Hidden::Security) => {
                "An error occurred when verifying security for the message.".to_owned()
            }
            Told::Nothing(Hidden::Token) => {
                "At least one security token in the message could not be validated.".to_owned()
            }
            Told::Nothing(Hidden::Encryption) => {
                "An error occurred when processing the security tokens in the message.".to_owned()
            }
            Told::WrongAddress(to) => format!(
                "The message with To '{}' cannot be processed at the receiver, due to an \
                 AddressFilter mismatch at the EndpointDispatcher.  Check that the sender and \
                 receiver's EndpointAddresses agree.",
                to.map(Excerpt::to_string).unwrap_or_default()
            ),
            Told::UnknownOperation(action) => format!(
                "The message with Action '{action}' cannot be processed at the receiver, due to a \
                 ContractFilter mismatch at the EndpointDispatcher. This may be because of either a \
                 contract mismatch (mismatched Actions between sender and receiver) or a \
                 binding/security mismatch between the sender and the receiver.  Check that sender \
                 and receiver have the same contract and the same binding (including security \
                 requirements, e.g. Message, Transport, None)."
            ),
            Told::NoFramework => "The required sbf:Framework header is not present.".to_owned(),
            Told::WrongFramework(what) => {
                format!("The sbf:Framework header cannot be processed at the receiver: {what}.")
            }
            // WS-Addressing 1.0, SOAP Binding, section 6.4.2.
            Told::NoAction => {
                "A required header representing a Message Addressing Property is not present"
                    .to_owned()
            }
            Told::Rule { rule: None, .. } => self.to_string(),
            Told::Rule { rule: Some(rule), beside: None } => rule.text().da,
            Told::Rule { rule: Some(rule), beside: Some(beside) } => {
                format!("{}: {beside}", rule.text().da)
            }
        }
    }

    /// What the caller is told: the one place that decides it.
    fn told(&self) -> Told<'_> {
        let rule = |rule| Told::Rule { rule: Some(rule), beside: None };
        let beside = |rule, beside| Told::Rule { rule: Some(rule), beside: Some(beside) };
        match self {
            Self::MalformedXml { .. }
            | Self::NotSoap { .. }
            | Self::WrongSoapVersion { .. }
            | Self::TimestampUnreadable { .. }
            | Self::TimestampExpired { .. }
            | Self::TimestampImplausible { .. }
            | Self::TimestampTooOld { .. }
            | Self::NotHolder { .. }
            | Self::Replayed => Told::Nothing(Hidden::Security),
            Self::UnknownIssuer
            | Self::TokenInvalid { .. }
            | Self::TokenNotYetValid { .. }
            | Self::TokenExpired { .. }
            | Self::WrongAudience { .. }
            | Self::HolderCertificateNotYetValid { .. }
            | Self::HolderCertificateExpired { .. }
            | Self::HolderCertificateRevoked { .. }
            | Self::RevocationUnknown => Told::Nothing(Hidden::Token),
            Self::TokenMissing | Self::TokenUnreadable { .. } | Self::TokenMalformed { .. } => {
                Told::Nothing(Hidden::Encryption)
            }
            Self::FrameworkMissing => Told::NoFramework,
            Self::FrameworkMismatch { what } => Told::WrongFramework(what),
            Self::ActionMissing => Told::NoAction,
            Self::WrongAddress { to, .. } => Told::WrongAddress(to.as_ref()),
            Self::UnknownOperation { action } => Told::UnknownOperation(action),
            Self::SchemaRetired { version, since, .. } => {
                beside(Rule::SchemaRetired, format!("{version} (pr. {})", Date::of(*since)))
            }
            Self::SchemaNotInForce { version, .. } => {
                beside(Rule::SchemaNotInForce, version.to_string())
            }
            Self::MalformedRequest { what } => beside(Rule::Malformed, what.in_danish().to_owned()),
            Self::ForeignAuthority { .. } => rule(Rule::ForeignAuthority),
            Self::MissingPrivilege { operation, .. } => {
                beside(Rule::MissingPrivilege, operation.privileges().join(" / "))
            }
            Self::ConflictingResend { .. } => rule(Rule::ConflictingResend),
            Self::OutdatedVersion { .. } => rule(Rule::OutdatedVersion),
            Self::CourseAnnulled { .. } => rule(Rule::Annulled),
            Self::InvalidSubmission { violations } => {
                let error = violations.iter().find(|it| it.is_error());
                Told::Rule { rule: error.map(|it| it.rule), beside: None }
            }
            Self::NotFound => rule(Rule::NotFound),
        }
    }

    /// What a submission broke, as the list of errors has it; `None` of what is no matter of the
    /// submission.
    pub(crate) fn listed(&self) -> Option<Vec<Violation>> {
        match self {
            Self::InvalidSubmission { violations } => Some(violations.clone()),
            Self::ConflictingResend { .. }
            | Self::OutdatedVersion { .. }
            | Self::CourseAnnulled { .. } => {
                Some(vec![Violation::new(self.rule()?, "Klientreference")])
            }
            Self::MalformedXml { .. }
            | Self::NotSoap { .. }
            | Self::WrongSoapVersion { .. }
            | Self::TimestampUnreadable { .. }
            | Self::TimestampExpired { .. }
            | Self::TimestampImplausible { .. }
            | Self::TimestampTooOld { .. }
            | Self::TokenMissing
            | Self::TokenUnreadable { .. }
            | Self::TokenMalformed { .. }
            | Self::UnknownIssuer
            | Self::TokenInvalid { .. }
            | Self::TokenNotYetValid { .. }
            | Self::TokenExpired { .. }
            | Self::WrongAudience { .. }
            | Self::HolderCertificateNotYetValid { .. }
            | Self::HolderCertificateExpired { .. }
            | Self::HolderCertificateRevoked { .. }
            | Self::RevocationUnknown
            | Self::NotHolder { .. }
            | Self::FrameworkMissing
            | Self::FrameworkMismatch { .. }
            | Self::ActionMissing
            | Self::WrongAddress { .. }
            | Self::Replayed
            | Self::UnknownOperation { .. }
            | Self::SchemaRetired { .. }
            | Self::SchemaNotInForce { .. }
            | Self::MalformedRequest { .. }
            | Self::ForeignAuthority { .. }
            | Self::MissingPrivilege { .. }
            | Self::NotFound => None,
        }
    }
}

/// Whom a token that cannot be opened says it is for. That serves a diagnosis alone: anybody may say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeantFor {
    /// It says nothing that is understood.
    Unsaid,
    /// SMDB of another environment.
    Elsewhere(Environment),
    /// Another certificate of this environment: as a rule a former one of SMDB.
    AnotherCertificate,
    /// This SMDB, as it is now.
    ThisOne,
}

impl MeantFor {
    fn of(smdb: &Smdb, recipient: Option<&Recipient>) -> Self {
        let Some(Recipient { issuer, serial }) = recipient else { return Self::Unsaid };
        let issues = |it: &Environment| issuing_name(*it).dotnet() == *issuer;
        match Environment::ALL.into_iter().find(issues) {
            None => Self::Unsaid,
            Some(environment) if environment != smdb.environment() => Self::Elsewhere(environment),
            Some(_) if smdb.certificate().serial().to_decimal() == *serial => Self::ThisOne,
            Some(_) => Self::AnotherCertificate,
        }
    }
}

/// What a caller is told of a rejection.
enum Told<'r> {
    /// That there is one, in a text that is the same for all of its kind.
    Nothing(Hidden),
    /// To whom the message is addressed, if it says.
    WrongAddress(Option<&'r Excerpt>),
    /// Which operation there is not.
    UnknownOperation(&'r Excerpt),
    /// That the header of Liberty's binding is not there.
    NoFramework,
    /// What is wrong with that header.
    WrongFramework(&'r Excerpt),
    /// That the action is not there.
    NoAction,
    /// The rule that is broken, and what a caller may know beside it.
    Rule { rule: Option<Rule>, beside: Option<String> },
}

/// What is not explained.
enum Hidden {
    /// A breach of the message's security.
    Security,
    /// A token that does not hold.
    Token,
    /// A token that is missing, cannot be opened, or holds no assertion.
    Encryption,
}
