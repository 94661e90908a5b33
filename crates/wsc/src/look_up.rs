//! How a client finds its own certificate: as the reference configuration does it, with its traps.
//!
//! A look-up happens when a client starts, and only then: a certificate that expires while it runs
//! goes on being used, and the STS refuses it.

use std::fmt;

use clock::Timestamp;
use pki::Certificate;
use serde::{Deserialize, Serialize};

use crate::{
    habits::{Habits, LeadingMark, Several, Validity},
    key_store::{KeyStore, Thumbprint},
};

/// What Windows' certificate dialog puts in front of a thumbprint.
const MARK: char = '\u{200E}';

/// What the configuration says of the client's own certificate (*x509FindType* and *findValue*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "value", rename_all = "kebab-case")]
pub enum FindBy {
    /// The certificate with this thumbprint, as somebody typed or copied it. Letter case and white
    /// space do not matter.
    Thumbprint(String),
    /// The certificate whose subject contains this text, in any letter case: anywhere in its values, the
    /// organisation's name and number too, and not in the types before them.
    SubjectName(String),
}

impl FindBy {
    /// The configuration that finds exactly this certificate.
    #[must_use]
    pub fn thumbprint_of(certificate: &Certificate) -> Self {
        Self::Thumbprint(certificate.thumbprint())
    }

    /// What Windows' dialog gives who copies the thumbprint from it: small letters in pairs, and an
    /// invisible mark in front.
    #[must_use]
    pub fn copied_from_the_dialog(certificate: &Certificate) -> Self {
        let digits = certificate.thumbprint().to_lowercase();
        let pairs: Vec<&str> = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]).collect();
        Self::Thumbprint(format!("{MARK}{}", pairs.join(" ")))
    }

    /// Whether an invisible mark stands in front of a thumbprint.
    pub(crate) fn is_marked(&self) -> bool {
        matches!(self, Self::Thumbprint(value) if value.starts_with(MARK))
    }

    fn matches(&self, certificate: &Certificate, mark: LeadingMark) -> bool {
        match self {
            Self::Thumbprint(value) => {
                let value = match mark {
                    LeadingMark::Skipped => value.strip_prefix(MARK).unwrap_or(value),
                    LeadingMark::Spoils => value,
                };
                let digits: String = value.chars().filter(|c| !c.is_whitespace()).collect();
                digits.eq_ignore_ascii_case(&certificate.thumbprint())
            }
            Self::SubjectName(part) => {
                certificate.subject().values().to_lowercase().contains(&part.to_lowercase())
            }
        }
    }
}

impl fmt::Display for FindBy {
    /// Without the digits of a thumbprint: they derive from a key, and this text may enter a
    /// journal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thumbprint(_) if self.is_marked() => {
                f.write_str("a thumbprint with an invisible U+200E in front")
            }
            Self::Thumbprint(_) => f.write_str("a thumbprint"),
            Self::SubjectName(part) => write!(f, "the subject name `{part}`"),
        }
    }
}

/// Why a client did not start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum StartError {
    /// The configuration names no certificate.
    NotConfigured,
    /// No certificate in the key store is meant.
    NotFound {
        /// What was looked for.
        find_by: FindBy,
    },
    /// A certificate is meant, and it is not valid by the client's clock. Real clients say that it
    /// was not found.
    NotValid {
        /// What was looked for.
        find_by: FindBy,
        /// The first instant at which it is valid.
        not_before: Timestamp,
        /// The first instant at which it is refused.
        first_refused: Timestamp,
        /// What the client's clock showed.
        clock: Timestamp,
    },
    /// Several certificates are meant, and the client takes none of them.
    Ambiguous {
        /// What was looked for.
        find_by: FindBy,
        /// How many.
        count: usize,
    },
    /// The pinned certificate of the STS is not valid by the client's clock.
    StsCertificateNotValid {
        /// The first instant at which it is valid.
        not_before: Timestamp,
        /// The first instant at which it is refused.
        first_refused: Timestamp,
        /// What the client's clock showed.
        clock: Timestamp,
    },
}

/// Finds the certificate that `find_by` means, at a start when the client's clock shows
/// `clock`.
pub(crate) fn own_certificate(
    find_by: Option<&FindBy>,
    store: &KeyStore,
    habits: &Habits,
    clock: Timestamp,
) -> Result<Thumbprint, StartError> {
    let find_by = find_by.ok_or(StartError::NotConfigured)?;
    let found: Vec<&Certificate> =
        store.certificates().filter(|it| find_by.matches(it, habits.mark)).collect();
    let Some(first) = found.first() else {
        return Err(StartError::NotFound { find_by: find_by.clone() });
    };
    let counted = |certificate: &&&Certificate| is_counted(certificate, habits.finds, clock);
    let counted: Vec<_> = found.iter().filter(counted).collect();
    let count = counted.len();
    match counted[..] {
        [] => Err(StartError::NotValid {
            find_by: find_by.clone(),
            not_before: first.not_before(),
            first_refused: first.first_refused(),
            clock,
        }),
        [only] => Ok(Thumbprint::of(only)),
        [first, .., last] => match habits.several {
            Several::Error => Err(StartError::Ambiguous { find_by: find_by.clone(), count }),
            Several::First => Ok(Thumbprint::of(first)),
            Several::Last => Ok(Thumbprint::of(last)),
        },
    }
}

/// Judges the pinned certificate of the STS at a start.
pub(crate) fn pinned_certificate(
    sts: &Certificate,
    habits: &Habits,
    clock: Timestamp,
) -> Result<(), StartError> {
    if is_counted(sts, habits.pinned, clock) {
        return Ok(());
    }
    Err(StartError::StsCertificateNotValid {
        not_before: sts.not_before(),
        first_refused: sts.first_refused(),
        clock,
    })
}

fn is_counted(certificate: &Certificate, validity: Validity, clock: Timestamp) -> bool {
    match validity {
        Validity::ValidOnly => certificate.is_valid_at(clock),
        Validity::Any => true,
    }
}
