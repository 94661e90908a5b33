//! Why a call fails: the causes that a plan alone can bring about.

use parties::{Party, Step};

/// Why a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The client does not find its certificate.
    CertificateNotFound,
    /// The client finds more than one.
    CertificateAmbiguous,
    /// The client finds none that is valid.
    CertificateNotValid,
    /// The client does not trust the authority to which the chain of the STS leads in TLS.
    StsChainNotTrusted,
    /// The client's clock is so wrong that its message is out of date; at the STS.
    ClockOff,
    /// Another environment's authority issued the certificate.
    CertificateNotTrusted,
    /// It is before the certificate's notBefore.
    CertificateNotYetValid,
    /// It is `E+` or later.
    CertificateExpired,
    /// The STS knows that the certificate is revoked.
    CertificateRevoked,
    /// Nobody has provisioned the certificate in this environment.
    CertificateNotRegistered,
    /// The certificate waits in the rolling slot.
    CertificateNotInForce,
    /// The certificate was in force and is not any more.
    CertificateReplaced,
    /// The client does not trust who signed the answer of the STS.
    AnswerUnusable,
    /// The client's clock is so fast that the token of the STS has ended when it comes.
    AnswerExpired,
    /// The client's clock is so slow that the answer of the STS was made in its future.
    AnswerNotCurrent,
    /// The client does not trust the authority to which the chain of SMDB leads in TLS.
    SmdbChainNotTrusted,
    /// The token that the client kept has ended.
    TokenExpired,
    /// The token that the client kept has not ended, and would before an access token had lived for a second.
    TokenEndsTooSoon,
    /// The access token that the client kept has ended.
    AccessTokenExpired,
    /// SMDB does not trust who signed the token.
    SignerNotTrusted,
    /// The message is signed with another key than the token's.
    NotHolder,
    /// The token is to be redeemed by who proves another key than the token's.
    AnotherHolder,
    /// The access token comes from who proves another key than it was redeemed with.
    AnotherCertificate,
    /// SMDB sees that the holder's certificate has expired.
    HolderExpired,
    /// SMDB sees that the holder's certificate is revoked.
    HolderRevoked,
    /// The token is another organisation's than the one the client calls for.
    ForeignAuthority,
    /// Whom the STS takes the caller for has no privilege at SMDB.
    NotPrivileged,
    /// The client's clock is so wrong that its message is out of date; at SMDB.
    ClockOffAtService,
    /// The client's clock is so slow that the answer of SMDB was made in its future.
    ServiceAnswerNotCurrent,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::CertificateNotFound,
        Self::CertificateAmbiguous,
        Self::CertificateNotValid,
        Self::StsChainNotTrusted,
        Self::ClockOff,
        Self::CertificateNotTrusted,
        Self::CertificateNotYetValid,
        Self::CertificateExpired,
        Self::CertificateRevoked,
        Self::CertificateNotRegistered,
        Self::CertificateNotInForce,
        Self::CertificateReplaced,
        Self::AnswerUnusable,
        Self::AnswerExpired,
        Self::AnswerNotCurrent,
        Self::SmdbChainNotTrusted,
        Self::TokenExpired,
        Self::TokenEndsTooSoon,
        Self::AccessTokenExpired,
        Self::SignerNotTrusted,
        Self::NotHolder,
        Self::AnotherHolder,
        Self::AnotherCertificate,
        Self::HolderExpired,
        Self::HolderRevoked,
        Self::ForeignAuthority,
        Self::NotPrivileged,
        Self::ClockOffAtService,
        Self::ServiceAnswerNotCurrent,
    ];

    /// Who refuses; the client itself where it sends nothing, or cannot use what it is answered.
    #[must_use]
    pub const fn party(self) -> Party {
        match self {
            Self::CertificateNotFound
            | Self::CertificateAmbiguous
            | Self::CertificateNotValid
            | Self::StsChainNotTrusted
            | Self::AnswerUnusable
            | Self::AnswerExpired
            | Self::AnswerNotCurrent
            | Self::SmdbChainNotTrusted
            | Self::ServiceAnswerNotCurrent => Party::Client,
            Self::ClockOff
            | Self::CertificateNotTrusted
            | Self::CertificateNotYetValid
            | Self::CertificateExpired
            | Self::CertificateRevoked
            | Self::CertificateNotRegistered
            | Self::CertificateNotInForce
            | Self::CertificateReplaced => Party::Sts,
            Self::TokenExpired
            | Self::TokenEndsTooSoon
            | Self::AccessTokenExpired
            | Self::SignerNotTrusted
            | Self::NotHolder
            | Self::AnotherHolder
            | Self::AnotherCertificate
            | Self::HolderExpired
            | Self::HolderRevoked
            | Self::ForeignAuthority
            | Self::NotPrivileged
            | Self::ClockOffAtService => Party::Smdb,
        }
    }

    /// The step at which the call fails: whatever fails before SMDB is called counts as step 1.
    #[must_use]
    pub const fn step(self) -> Step {
        match (self, self.party()) {
            (Self::SmdbChainNotTrusted | Self::ServiceAnswerNotCurrent, _) | (_, Party::Smdb) => {
                Step::Three
            }
            (_, Party::Client | Party::Sts | Party::Mitid) => Step::One,
        }
    }

    /// The name of the rejection that scenario files and journals have for it; none where a clock
    /// is off, since the name then hangs on the side to which it is off.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::CertificateNotFound => "certificate-not-found",
            Self::CertificateAmbiguous => "certificate-ambiguous",
            Self::CertificateNotValid => "certificate-not-valid",
            Self::CertificateNotTrusted => "certificate-not-trusted",
            Self::CertificateNotYetValid => "certificate-not-yet-valid",
            Self::CertificateExpired => "certificate-expired",
            Self::CertificateRevoked => "certificate-revoked",
            Self::CertificateNotRegistered => "certificate-not-registered",
            Self::CertificateNotInForce => "certificate-not-in-force",
            Self::CertificateReplaced => "certificate-replaced",
            Self::AnswerUnusable => "sts-answer-unusable",
            Self::AnswerExpired => "answer-expired",
            Self::AnswerNotCurrent | Self::ServiceAnswerNotCurrent => "answer-not-current",
            Self::StsChainNotTrusted | Self::SmdbChainNotTrusted => "server-chain-not-trusted",
            Self::TokenExpired => "token-expired",
            Self::TokenEndsTooSoon => "token-ends-too-soon",
            Self::AccessTokenExpired => "access-token-expired",
            Self::SignerNotTrusted => "unknown-issuer",
            Self::NotHolder => "not-holder",
            Self::AnotherHolder => "another-holder",
            Self::AnotherCertificate => "another-certificate",
            Self::HolderExpired => "holder-certificate-expired",
            Self::HolderRevoked => "holder-certificate-revoked",
            Self::ForeignAuthority => "foreign-authority",
            Self::NotPrivileged => "missing-privilege",
            Self::ClockOff | Self::ClockOffAtService => return None,
        })
    }
}
