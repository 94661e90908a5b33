//! Why a client cannot go on, as the client itself sees it.

use clock::Timestamp;
use oio_idws::{
    call::CallAnswerError,
    fault::{ServiceFault, StsFault},
    trust::ResponseError,
};
use parties::Step;

use crate::{
    habits::Freshness,
    look_up::{FindBy, StartError},
    rest::HttpRefusal,
};

/// Why a client cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(Cause),
    vis(pub),
    doc = "The kind of a [`Failure`], without what came.",
    derive(Hash, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr),
    strum(serialize_all = "kebab-case"),
    allow(missing_docs)
)]
pub enum Failure {
    /// The configuration names no certificate, or the client was never started.
    #[error("no certificate is configured")]
    NoCertificate,
    /// No certificate in the key store is the one that the configuration names.
    #[error("no certificate in the key store is found by {find_by}")]
    CertificateNotFound {
        /// What was looked for.
        find_by: FindBy,
    },
    /// The certificate of the configuration is not valid by the client's clock.
    #[error(
        "the certificate found by {find_by} is valid from {not_before} and refused from \
         {first_refused}, and the client's clock shows {clock}"
    )]
    CertificateNotValid {
        /// What was looked for.
        find_by: FindBy,
        /// The first instant at which it is valid.
        not_before: Timestamp,
        /// The first instant at which it is refused.
        first_refused: Timestamp,
        /// What the client's clock showed.
        clock: Timestamp,
    },
    /// The configuration names several certificates.
    #[error("{count} certificates in the key store are found by {find_by}")]
    CertificateAmbiguous {
        /// What was looked for.
        find_by: FindBy,
        /// How many.
        count: usize,
    },
    /// The pinned certificate of the STS is not valid by the client's clock.
    #[error(
        "the pinned certificate of the STS is valid from {not_before} and refused from \
         {first_refused}, and the client's clock shows {clock}"
    )]
    StsCertificateNotValid {
        /// The first instant at which it is valid.
        not_before: Timestamp,
        /// The first instant at which it is refused.
        first_refused: Timestamp,
        /// What the client's clock showed.
        clock: Timestamp,
    },
    /// The key that a message must be signed with cannot be read.
    #[error("the private key of the certificate to sign with is missing or cannot be read")]
    KeyMissing,
    /// A server's chain in TLS leads to no authority of the client's truststore, so that nothing is sent
    /// to it.
    #[error(
        "the chain that {} shows in TLS leads to no authority of the truststore",
        server(*.step)
    )]
    ServerChainNotTrusted {
        /// At which step.
        step: Step,
    },
    /// The STS refused.
    #[error("the STS refused: {} ({})", .0.text, .0.code)]
    StsRefused(StsFault),
    /// The STS's answer cannot be used.
    #[error(transparent)]
    StsAnswerUnusable(ResponseError),
    /// The service refused.
    #[error("the service refused: {} ({})", .0.text, .0.code)]
    ServiceRefused(ServiceFault),
    /// The service's answer cannot be used.
    #[error(transparent)]
    ServiceAnswerUnusable(CallAnswerError),
    /// The authorization server refused to redeem the token.
    #[error("the authorization server refused: {0}")]
    RedemptionRefused(HttpRefusal),
    /// What the authorization server gave is no access token that the client can use.
    #[error("the authorization server gave no access token that can be used")]
    RedemptionUnusable,
    /// The service refused a call by REST.
    #[error("the service refused: {0}")]
    CallRefused(HttpRefusal),
    /// An answer is not the answer to what was asked.
    #[error("the answer relates to `{got}`, and `{asked}` was asked")]
    WrongAnswer {
        /// At which step.
        step: Step,
        /// The message that was sent.
        asked: String,
        /// The message that the answer names.
        got: String,
    },
    /// An answer, or the token in it, has ended by the client's clock.
    #[error("the answer ended at {expires}, and the client's clock shows {clock}")]
    AnswerExpired {
        /// At which step.
        step: Step,
        /// Its end.
        expires: Timestamp,
        /// What the client's clock showed.
        clock: Timestamp,
    },
    /// An answer was made too long ago, or too far in the future, by the client's clock.
    #[error("the answer was made at {created}, and the client's clock shows {clock}")]
    AnswerNotCurrent {
        /// At which step.
        step: Step,
        /// When it was made.
        created: Timestamp,
        /// What the client's clock showed.
        clock: Timestamp,
        /// When it would have counted as current.
        freshness: Freshness,
    },
    /// Nobody waits for what came.
    #[error("an answer came that nobody waits for")]
    UnexpectedAnswer,
}

impl Failure {
    /// Every cause.
    pub const ALL: &[Cause] = <Cause as strum::VariantArray>::VARIANTS;

    /// Its kind.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.into()
    }

    /// The stable name that journals and scenarios use for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.cause().into()
    }

    /// At which step of DST's guide it failed. What fails before anything is sent counts as step 1,
    /// as it does for whoever waits for a receipt; [`is_before_step_1`](Self::is_before_step_1)
    /// tells it apart.
    #[must_use]
    pub const fn step(&self) -> Step {
        match self {
            Self::ServiceRefused(_)
            | Self::ServiceAnswerUnusable(_)
            | Self::RedemptionRefused(_)
            | Self::RedemptionUnusable
            | Self::CallRefused(_) => Step::Three,
            Self::WrongAnswer { step, .. }
            | Self::AnswerExpired { step, .. }
            | Self::AnswerNotCurrent { step, .. }
            | Self::ServerChainNotTrusted { step } => *step,
            Self::NoCertificate
            | Self::CertificateNotFound { .. }
            | Self::CertificateNotValid { .. }
            | Self::CertificateAmbiguous { .. }
            | Self::StsCertificateNotValid { .. }
            | Self::KeyMissing
            | Self::StsRefused(_)
            | Self::StsAnswerUnusable(_)
            | Self::UnexpectedAnswer => Step::One,
        }
    }

    /// Whether it is the client's own trouble, and nothing was sent: no other party can know of it.
    #[must_use]
    pub const fn is_before_step_1(&self) -> bool {
        match self {
            Self::ServerChainNotTrusted { step } => matches!(step, Step::One),
            Self::NoCertificate
            | Self::CertificateNotFound { .. }
            | Self::CertificateNotValid { .. }
            | Self::CertificateAmbiguous { .. }
            | Self::StsCertificateNotValid { .. }
            | Self::KeyMissing => true,
            Self::StsRefused(_)
            | Self::StsAnswerUnusable(_)
            | Self::ServiceRefused(_)
            | Self::ServiceAnswerUnusable(_)
            | Self::RedemptionRefused(_)
            | Self::RedemptionUnusable
            | Self::CallRefused(_)
            | Self::WrongAnswer { .. }
            | Self::AnswerExpired { .. }
            | Self::AnswerNotCurrent { .. }
            | Self::UnexpectedAnswer => false,
        }
    }
}

/// Who is called at a step.
pub(crate) const fn server(step: Step) -> &'static str {
    match step {
        Step::One | Step::Two => "the STS",
        Step::Three => "the service",
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::NotConfigured => Self::NoCertificate,
            StartError::NotFound { find_by } => Self::CertificateNotFound { find_by },
            StartError::NotValid { find_by, not_before, first_refused, clock } => {
                Self::CertificateNotValid { find_by, not_before, first_refused, clock }
            }
            StartError::Ambiguous { find_by, count } => {
                Self::CertificateAmbiguous { find_by, count }
            }
            StartError::StsCertificateNotValid { not_before, first_refused, clock } => {
                Self::StsCertificateNotValid { not_before, first_refused, clock }
            }
        }
    }
}
