//! What SMDB is set up with: its name and keys, whom it trusts, and its rules.

use clock::{Span, Timeline, Timestamp};
use oio_idws::{Binding, Credential};
use parties::{EntityId, Environment};
use pki::{Certificate, TrustAnchors};
use serde::{Deserialize, Serialize};
use xml_security::Legacy;

use crate::schema::SchemaVersion;

/// Whether SMDB looks at the certificate in a live token again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolderCheck {
    /// The token speaks for itself until it ends.
    #[default]
    Ignored,
    /// A token whose holder's certificate has expired is refused.
    Validity,
    /// A token whose holder's certificate has expired, or is revoked, is refused.
    ValidityAndRevocation,
}

/// The rules of SMDB that a scenario may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Which profile calls and answers follow; a message of the other one is refused.
    pub binding: Binding,
    /// How far a caller's clock may be off: WCF's default. It is for the times of a message alone;
    /// those of a token are exact.
    pub clock_skew: Span,
    /// For how long a message may be used after it was made, whatever it says: WCF's default.
    pub message_lifetime: Span,
    /// For how long an answer may be used.
    pub answer_lifetime: Span,
    /// Whether the certificate in a token is looked at again.
    pub holder_certificate: HolderCheck,
    /// How long a revocation stays unseen, where revocation is looked at. Our choice: one hour, as
    /// for the STS.
    pub revocation_lag: Span,
    /// For how long an access token may be used; an hour at most, whatever stands here.
    pub access_token_lifetime: Span,
    /// Whether signatures with SHA-1 are still verified.
    pub legacy: Legacy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            binding: Binding::OioIdws,
            clock_skew: Span::from_minutes(5),
            message_lifetime: Span::from_minutes(5),
            answer_lifetime: Span::from_minutes(5),
            holder_certificate: HolderCheck::Ignored,
            revocation_lag: Span::from_hours(1),
            access_token_lifetime: Span::from_hours(1),
            legacy: Legacy::Refuse,
        }
    }
}

/// What SMDB is set up with.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Its environment.
    pub environment: Environment,
    /// Its name as the audience of tokens.
    pub entity_id: EntityId,
    /// Its address, compared as a string.
    pub address: String,
    /// What it signs with, and what tokens are encrypted for.
    pub credential: Credential,
    /// The certificates of the STS that it trusts over time. It may trust several at once, as WCF's
    /// *trustedIssuers* may: so a new signer breaks no token that the old one signed.
    pub sts: Timeline<Vec<Certificate>>,
    /// The authority of its environment, for revocation lists.
    pub anchors: TrustAnchors,
    /// The version of the schema in force over time.
    pub schemas: Timeline<SchemaVersion>,
    /// Its rules.
    pub policy: Policy,
}

impl Configuration {
    /// Trusts a signer from `from` on, beside all others that are trusted then and later.
    pub(super) fn trust_signer(&mut self, signer: &Certificate, from: Timestamp) {
        let held = self.sts.at(from).cloned().unwrap_or_default();
        let later = self.sts.entries().filter(|(at, _)| *at > from);
        let later: Vec<_> = later.map(|(at, trusted)| (at, trusted.clone())).collect();
        for (at, mut trusted) in [(from, held)].into_iter().chain(later) {
            if !trusted.contains(signer) {
                trusted.push(signer.clone());
            }
            self.sts.set(at, trusted);
        }
    }
}
