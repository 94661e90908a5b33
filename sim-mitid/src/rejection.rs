//! Every reason for MitID Erhverv to refuse.

use clock::Timestamp;
use parties::{Cvr, Environment, Excerpt, Text};
use pki::{RevocationReason, Serial};

use crate::{
    order::{Method, ReferenceNumber},
    profile::ProfileId,
};

/// Why MitID Erhverv refuses.
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
    /// The request cannot be read.
    #[error("the request cannot be read: {}", .what.en)]
    MalformedRequest {
        /// What is wrong with it.
        what: Text,
    },
    /// There is no hierarchy for the environment.
    #[error("there is no certificate authority for {environment}")]
    NoAuthority {
        /// Which environment.
        environment: Environment,
    },
    /// The organisation is not connected.
    #[error("no organisation {cvr} is connected in {environment}: connect it first")]
    UnknownOrganisation {
        /// In which environment.
        environment: Environment,
        /// The CVR number asked for.
        cvr: Cvr,
    },
    /// An organisation is connected once.
    #[error("the organisation {cvr} is connected already")]
    AlreadyConnected {
        /// Which one.
        cvr: Cvr,
    },
    /// The organisation administrator has not allowed certificates.
    #[error("the organisation {cvr} does not allow certificates: allow them under its settings")]
    CertificatesNotAllowed {
        /// Which organisation.
        cvr: Cvr,
    },
    /// The agreement has ended.
    #[error("the agreement of the organisation {cvr} ended at {since}")]
    AgreementEnded {
        /// Which organisation.
        cvr: Cvr,
        /// When.
        since: Timestamp,
    },
    /// The agreement has been terminated before.
    #[error("the agreement of the organisation {cvr} is terminated and ends at {ends}")]
    AlreadyTerminated {
        /// Which organisation.
        cvr: Cvr,
        /// When it ends.
        ends: Timestamp,
    },
    /// There is no termination to withdraw.
    #[error("the agreement of the organisation {cvr} is not terminated")]
    NotTerminated {
        /// Which organisation.
        cvr: Cvr,
    },
    /// A name that is empty, too long, or cannot be shown.
    #[error("{what} cannot be used: it takes 1 to 64 characters, and none that cannot be shown")]
    NameUnusable {
        /// Which name.
        what: &'static str,
    },
    /// A text that is not an e-mail address. It is not repeated: it may be anything.
    #[error("that is not an e-mail address: it takes one such as drift@example.dk")]
    EmailUnusable,
    /// An address that cannot stand in a certificate.
    #[error("`{email}` cannot stand in a certificate: it takes ASCII, so no Æ, Ø or Å")]
    EmailNotAscii {
        /// The address.
        email: Excerpt,
    },
    /// There is no such profile.
    #[error("there is no certificate profile {profile}")]
    UnknownProfile {
        /// The id asked for.
        profile: ProfileId,
    },
    /// A one-time code takes a contact person.
    #[error(
        "the profile has no contact person with name and e-mail address: a one-time code needs one"
    )]
    ContactMissing,
    /// Over the API nobody can log in.
    #[error("over the API nobody can log in: order with a one-time code")]
    LoginOverApi,
    /// There is no such order.
    #[error("there is no order {reference}")]
    UnknownOrder {
        /// The number asked for.
        reference: ReferenceNumber,
    },
    /// No order has this number and this code; which of the two is wrong is not said.
    #[error("the reference number or the one-time code is wrong")]
    WrongCode,
    /// Too many wrong codes were tried.
    #[error(
        "the one-time code is locked after {attempts} wrong ones: cancel the order and order anew"
    )]
    CodeLocked {
        /// After how many.
        attempts: u32,
    },
    /// The code has fetched a certificate before.
    #[error("the one-time code has been used")]
    CodeUsed,
    /// The order takes a code, and a log-in is none.
    #[error("the order takes a one-time code, not a log-in")]
    CodeNeeded,
    /// The order has been fulfilled.
    #[error("the order {reference} has been fulfilled")]
    OrderFulfilled {
        /// Which one.
        reference: ReferenceNumber,
    },
    /// The order was cancelled.
    #[error("the order {reference} was cancelled")]
    OrderCancelled {
        /// Which one.
        reference: ReferenceNumber,
    },
    /// The order was not fulfilled in time.
    #[error("the order {reference} expired at {since}: order anew")]
    OrderExpired {
        /// Which one.
        reference: ReferenceNumber,
        /// From when on it is refused.
        since: Timestamp,
    },
    /// The certificate was ordered to be handed out otherwise.
    #[error("the order is for the {}", match .ordered { Method::Browser => "browser, not for a signing request", Method::Api => "API, not for a download" })]
    MethodDiffers {
        /// How.
        ordered: Method,
    },
    /// The address in the certificate was not validated.
    #[error(
        "nobody has yet followed the link in the mail to `{email}`, which is to stand in the certificate"
    )]
    EmailNotValidated {
        /// The address.
        email: Excerpt,
    },
    /// The token is not that of the mail.
    #[error("the link is not the one of the mail")]
    WrongToken,
    /// The terms were not accepted.
    #[error("the terms are not accepted")]
    TermsNotAccepted,
    /// Whoever runs the core has given it no key.
    #[error("there is no key pair to issue for")]
    KeyPairMissing,
    /// The signing request cannot be used.
    #[error("the signing request cannot be used: {}", .what.en)]
    SigningRequestUnusable {
        /// What is wrong with it.
        what: Text,
    },
    /// The signing request is not signed with its own key.
    #[error("no proof of possession: the signing request is not signed with the key that it holds")]
    NoProofOfPossession,
    /// The key is too short.
    #[error("the key has {bits} bits, the least is {least}")]
    KeyTooShort {
        /// What it has.
        bits: usize,
        /// What it takes.
        least: usize,
    },
    /// A renewal needs a new key.
    #[error("the key is that of the certificate to renew: make a new one")]
    KeyReused,
    /// The request to renew names another subject.
    #[error("the signing request names `{got}`, the certificate `{expected}`")]
    SubjectDiffers {
        /// The subject of the certificate to renew.
        expected: Excerpt,
        /// The subject in the request.
        got: Excerpt,
    },
    /// No such certificate was issued.
    #[error("no certificate of {environment} has the serial {serial}")]
    UnknownCertificate {
        /// In which hierarchy it was looked for.
        environment: Environment,
        /// The serial asked for.
        serial: Serial,
    },
    /// The certificate has expired: it can neither be renewed nor revoked.
    #[error("the certificate {serial} expired at {since}: order a new one")]
    CertificateExpired {
        /// Its serial.
        serial: Serial,
        /// The first instant at which it was refused.
        since: Timestamp,
    },
    /// A revoked certificate cannot be renewed.
    #[error("the certificate {serial} is revoked: order a new one")]
    CertificateRevoked {
        /// Its serial.
        serial: Serial,
        /// Since when.
        since: Timestamp,
    },
    /// A certificate is revoked once.
    #[error("the certificate {serial} is revoked already")]
    AlreadyRevoked {
        /// Its serial.
        serial: Serial,
        /// Since when.
        since: Timestamp,
    },
    /// The portal does not offer the reason.
    #[error("`{}` is not a reason that the portal offers", .reason.name())]
    ReasonNotOffered {
        /// The reason given.
        reason: RevocationReason,
    },
}

impl Rejection {
    /// Every kind of rejection.
    pub const ALL: &[Cause] = <Cause as strum::VariantArray>::VARIANTS;

    /// Its kind.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.into()
    }

    /// The stable name that scenarios and journals use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.cause().into()
    }
}
