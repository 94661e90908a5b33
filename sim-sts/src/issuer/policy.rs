//! What a scenario may change about an STS, and the services it issues for.

use clock::Span;
use oio_idws::{assertion::PrivilegeAttribute, fault::FaultShape};
use parties::EntityId;
use pki::Certificate;
use xml_security::Legacy;

use crate::{FaultTable, registration::SwapRules};

/// The rules of an STS that a scenario may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The life of a token, and the longest one that is granted (`RULES` 2.8: eight hours).
    pub token_lifetime: Span,
    /// By how much the beginning of a timestamp may differ from now. Our choice: five minutes.
    pub timestamp_tolerance: Span,
    /// How far from now the end of a timestamp may lie that does not say when it begins: so long the
    /// request must be remembered. Our choice: one hour.
    pub timestamp_life: Span,
    /// How long after a click technical details come into force. DST's guide: at once.
    pub activation_delay: Span,
    /// How the certificates of a system user follow each other.
    pub swap: SwapRules,
    /// How long a revocation stays unseen. Our choice: one hour.
    pub revocation_lag: Span,
    /// How a system user is found.
    pub lookup: Lookup,
    /// How faults are laid out.
    pub fault_shape: FaultShape,
    /// Whether `wsa:Action` and `wsa:To` may have SOAP's attribute `mustUnderstand`. The real STS does
    /// not accept it there, and WCF writes it by itself.
    pub accepts_must_understand: bool,
    /// Which fault a caller gets for what.
    pub faults: FaultTable,
    /// Whether signatures with SHA-1 are still verified.
    pub legacy: Legacy,
    /// What tokens call their privileges.
    pub privilege_attribute: PrivilegeAttribute,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            token_lifetime: Span::from_hours(8),
            timestamp_tolerance: Span::from_minutes(5),
            timestamp_life: Span::from_hours(1),
            activation_delay: Span::ZERO,
            swap: SwapRules::default(),
            revocation_lag: Span::from_hours(1),
            lookup: Lookup::Certificate,
            fault_shape: FaultShape::NemLogin,
            accepts_must_understand: false,
            faults: FaultTable::default(),
            legacy: Legacy::Refuse,
            privilege_attribute: PrivilegeAttribute::DkGov,
        }
    }
}

/// How the STS finds the system user that a certificate stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lookup {
    /// By exactly the certificate that is in force.
    #[default]
    Certificate,
    /// By the subject of the certificate in force: a renewal would then pass unregistered. The STS
    /// cannot name the end of a life that it does not know: `next_change` leaves it out, and whoever
    /// has the certificate must stop there.
    Subject,
}

/// A service (WSP) that tokens are issued for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its entity id, compared as a string.
    pub entity_id: EntityId,
    /// The certificate that its tokens are encrypted for.
    pub encryption: Certificate,
    /// Whether it lets only approved system users in (*kun adgang for godkendte systembrugere*): who
    /// has no privilege at it then gets no token. Else the token says that there is none.
    pub approved_only: bool,
}
