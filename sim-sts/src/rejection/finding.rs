//! The truth about each rejection, in English and in Danish: which rule, what was due, what came, who
//! can mend it and how. Nothing of it goes on the wire.

mod expected;
mod got;
mod rule;
mod what;

pub(crate) use got::{named, not_trusted, untrusted};
use parties::{Finding, Role};

use super::{Rejection, Whereabouts};

impl Rejection {
    /// What to tell whoever must mend it.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding {
            cause: self.name().to_owned(),
            rule: rule::rule(self.cause()),
            expected: expected::expected(self),
            got: got::got(self),
            who: who(self),
            what: what::what(self),
        }
    }
}

fn who(rejection: &Rejection) -> Role {
    match rejection {
        Rejection::CertificateNotRegistered { whereabouts: Whereabouts::Foreign, .. } => {
            Role::Vendor
        }
        Rejection::MessageTooLarge { .. }
        | Rejection::MalformedXml { .. }
        | Rejection::NotSoap { .. }
        | Rejection::TimestampUnreadable { .. }
        | Rejection::TimestampExpired { .. }
        | Rejection::TimestampImplausible { .. }
        | Rejection::NotSigned { .. }
        | Rejection::SignatureInvalid { .. }
        | Rejection::MustUnderstand { .. }
        | Rejection::UnknownCase { .. }
        | Rejection::CaseNotOffered { .. }
        | Rejection::InvalidRequest { .. }
        | Rejection::ActsAs
        | Rejection::CertificateNotTrusted { .. }
        | Rejection::CertificateNotYetValid { .. }
        | Rejection::CertificateExpired { .. }
        | Rejection::CertificateNotInForce { .. }
        | Rejection::UnknownService { .. }
        | Rejection::Replayed => Role::Vendor,
        // Nothing is there for the vendor to deploy.
        Rejection::CertificateReplaced { in_force, .. } if in_force.is_empty() => {
            Role::NemloginAdministrator
        }
        Rejection::CertificateReplaced { .. } => Role::Vendor,
        Rejection::CertificateRevoked { .. } | Rejection::NotSystemCertificate { .. } => {
            Role::MitidAdministrator
        }
        Rejection::CertificateNotRegistered { .. } => Role::NemloginAdministrator,
        Rejection::NotApproved { .. } => Role::ServiceOwner,
        Rejection::RevocationUnknown { .. } | Rejection::NoSigner => Role::Operator,
    }
}
