//! The rules of NemLog-in Administration that a scenario may change.

/// The rules of NemLog-in Administration that a scenario may change. Little of this is public, so
/// nearly all of it is our choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// When a certificate's issuer is looked at.
    pub issuer_check: IssuerCheck,
    /// A file whose name does not end in `.cer`, where a name is said. DST's guide: refused.
    pub other_file_name: Verdict,
    /// Which kinds of certificates a system user may have.
    pub kinds: Kinds,
    /// A certificate that has expired when it is saved.
    pub expired: Verdict,
    /// A certificate that is not valid yet when it is saved.
    pub not_yet_valid: Verdict,
    /// A certificate that names another organisation than the system user's, and none that it gave
    /// a power of attorney.
    pub other_organisation: Verdict,
    /// A certificate that another system user has. Where it is accepted, whoever provisions it last
    /// has it, and the other loses it: it is stolen.
    pub taken: Verdict,
    /// A certificate that stands in the other slot already.
    pub in_both_slots: Verdict,
    /// An entity id that another system user has.
    pub shared_entity_id: Verdict,
    /// The shortest RSA key of a certificate, in bits. OCES3: 3072.
    pub least_key_bits: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            issuer_check: IssuerCheck::AtProvisioning,
            other_file_name: Verdict::Refuse,
            kinds: Kinds::System,
            expired: Verdict::Refuse,
            not_yet_valid: Verdict::Accept,
            other_organisation: Verdict::Refuse,
            taken: Verdict::Refuse,
            in_both_slots: Verdict::Refuse,
            shared_entity_id: Verdict::Refuse,
            least_key_bits: 3072,
        }
    }
}

/// What is done about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is refused, and nothing changes.
    Refuse,
    /// It is accepted.
    Accept,
}

impl Verdict {
    pub(crate) const fn refuses(self) -> bool {
        matches!(self, Self::Refuse)
    }
}

/// When a certificate's issuer is looked at. A draft serves both environments, so which of the two
/// authorities must have issued it is known only when it is provisioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IssuerCheck {
    /// Never: a wrong certificate comes into force, and the STS refuses whoever uses it.
    Never,
    /// When it is saved: one of the two authorities must have issued it.
    AtUpload,
    /// Also when it is provisioned: it must have been the one of that environment.
    AtProvisioning,
}

/// Which kinds of certificates a system user may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// System certificates alone.
    System,
    /// Also organisation certificates.
    OfOrganisations,
    /// Whatever is issued to an end entity.
    Any,
}
