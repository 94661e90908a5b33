//! The numbers that no source gives, and what a test or a trainer may want otherwise.

use clock::Span;

/// How MitID Erhverv decides where its sources are silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How long after its making a revocation list says that the next one comes.
    pub revocation_list_life: Span,
    /// How long an order may be fulfilled; from then on it is refused.
    pub order_life: Span,
    /// After how many wrong one-time codes an order is locked.
    pub code_attempts: u32,
    /// How long before `E+` of a certificate its contact person is reminded.
    pub reminders: Vec<Span>,
    /// How long after the click an agreement ends (*opsigelse*).
    pub termination_notice: Span,
    /// How long after its issue a certificate begins to be valid. Our choice: they begin at once.
    pub certificates_begin_after: Span,
    /// Whether a renewal may keep the key: RFC 7030, section 4.2.2 allows it and libest knows
    /// nothing else, but every real renewal that was measured has a new one.
    pub accept_key_reuse: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            revocation_list_life: Span::from_hours(24),
            order_life: Span::from_days(30),
            code_attempts: 5,
            reminders: [90, 30, 7].map(Span::from_days).to_vec(),
            termination_notice: Span::from_days(14),
            certificates_begin_after: Span::ZERO,
            accept_key_reuse: false,
        }
    }
}
