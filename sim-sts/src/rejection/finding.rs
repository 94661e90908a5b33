//! The truth about each rejection, in English and in Danish: which rule, what was due, what came, who
//! can mend it and how. Nothing of it goes on the wire.

mod expected;
mod got;
mod rule;
mod what;

pub(crate) use got::{named, not_trusted, untrusted};
use parties::{Finding, Role};

use super::{Cause, Rejection};

impl Rejection {
    /// What to tell whoever must mend it.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding {
            cause: self.name().to_owned(),
            rule: rule::rule(self.cause()),
            expected: expected::expected(self),
            got: got::got(self),
            who: who(self.cause()),
            what: what::what(self),
        }
    }
}

const fn who(cause: Cause) -> Role {
    match cause {
        Cause::MessageTooLarge
        | Cause::MalformedXml
        | Cause::NotSoap
        | Cause::TimestampUnreadable
        | Cause::TimestampExpired
        | Cause::TimestampImplausible
        | Cause::NotSigned
        | Cause::SignatureInvalid
        | Cause::MustUnderstand
        | Cause::UnknownCase
        | Cause::CaseNotOffered
        | Cause::InvalidRequest
        | Cause::ActsAs
        | Cause::CertificateNotTrusted
        | Cause::CertificateNotYetValid
        | Cause::CertificateExpired
        | Cause::CertificateNotInForce
        | Cause::CertificateReplaced
        | Cause::UnknownService
        | Cause::Replayed => Role::Vendor,
        Cause::CertificateRevoked | Cause::NotSystemCertificate => Role::MitidAdministrator,
        Cause::CertificateNotRegistered => Role::NemloginAdministrator,
        Cause::NotApproved => Role::ServiceOwner,
        Cause::RevocationUnknown | Cause::NoSigner => Role::Operator,
    }
}
