//! What a rejection means, who can mend it and how: a total function over [`Rejection`], in English
//! and Danish. No secret is in a rejection, so none can come out of it; and of what somebody wrote no
//! more than an [`Excerpt`](parties::Excerpt) is repeated.

mod expected;
mod got;
mod rule;
mod what;

use parties::{Finding, Role};

use crate::Rejection;

impl Rejection {
    /// The truth about it, for the control port, the journal and the report.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding {
            cause: self.name().to_owned(),
            rule: rule::text(self),
            expected: expected::text(self),
            got: got::text(self),
            who: self.who(),
            what: what::text(self),
        }
    }

    /// Who can mend it.
    const fn who(&self) -> Role {
        match self {
            // What the portal's own people fill in and decide.
            Self::UnknownOrganisation { .. }
            | Self::AlreadyConnected { .. }
            | Self::CertificatesNotAllowed { .. }
            | Self::AgreementEnded { .. }
            | Self::AlreadyTerminated { .. }
            | Self::NotTerminated { .. }
            | Self::NameUnusable { .. }
            | Self::EmailUnusable
            | Self::EmailNotAscii { .. }
            | Self::UnknownProfile { .. }
            | Self::ContactMissing
            | Self::LoginOverApi
            | Self::UnknownOrder { .. }
            | Self::CodeLocked { .. }
            | Self::CodeUsed
            | Self::OrderFulfilled { .. }
            | Self::OrderCancelled { .. }
            | Self::OrderExpired { .. }
            | Self::EmailNotValidated { .. }
            | Self::UnknownCertificate { .. }
            | Self::CertificateExpired { .. }
            | Self::CertificateRevoked { .. }
            | Self::AlreadyRevoked { .. }
            | Self::ReasonNotOffered { .. } => Role::MitidAdministrator,
            // What is done by whoever fetches the certificate.
            Self::WrongCode
            | Self::CodeNeeded
            | Self::MethodDiffers { .. }
            | Self::WrongToken
            | Self::TermsNotAccepted
            | Self::SigningRequestUnusable { .. }
            | Self::NoProofOfPossession
            | Self::KeyTooShort { .. }
            | Self::KeyReused
            | Self::SubjectDiffers { .. } => Role::Vendor,
            // What the control port itself is asked, in a form that is ours.
            Self::MalformedRequest { .. } | Self::NoAuthority { .. } | Self::KeyPairMissing => {
                Role::Operator
            }
        }
    }
}
