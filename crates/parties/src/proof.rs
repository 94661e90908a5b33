//! What a caller has proved of itself in TLS.

use crate::Text;

/// What a caller has proved in TLS: that it has the key of the certificate `C` that it shows, or nothing.
///
/// Where nothing is proved there is no certificate here, whatever was shown: so nobody can take one for
/// that of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof<C> {
    /// It showed no certificate.
    Missing,
    /// It showed one whose key nobody here can check; who has that key is not known.
    Unchecked(UncheckedKey),
    /// It has the key of this one.
    Key(C),
}

/// A public key for which nobody here can check a proof, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UncheckedKey {
    /// RSA, with a modulus of so many bits: too few, or too many.
    Rsa {
        /// The length of the modulus in bits.
        bits: usize,
    },
    /// Of another kind, or on another curve.
    Other,
}

impl<C> Proof<C> {
    /// The same of what its certificate comes to.
    pub fn map<D>(self, change: impl FnOnce(C) -> D) -> Proof<D> {
        match self {
            Self::Missing => Proof::Missing,
            Self::Unchecked(key) => Proof::Unchecked(key),
            Self::Key(certificate) => Proof::Key(change(certificate)),
        }
    }

    /// The same without giving it away.
    pub const fn as_ref(&self) -> Proof<&C> {
        match self {
            Self::Missing => Proof::Missing,
            Self::Unchecked(key) => Proof::Unchecked(*key),
            Self::Key(certificate) => Proof::Key(certificate),
        }
    }
}

impl UncheckedKey {
    /// The keys that can be checked, which are those of TLS here.
    #[must_use]
    pub fn checked() -> Text {
        Text::new(
            "RSA of 2048 to 8192 bits, EC on P-256, P-384 or P-521, or Ed25519",
            "RSA på 2048 til 8192 bit, EC på P-256, P-384 eller P-521, eller Ed25519",
        )
    }

    /// What it is.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Rsa { bits } => Text::new(
                format!("an RSA key of {bits} bits"),
                format!("en RSA-nøgle på {bits} bit"),
            ),
            Self::Other => Text::new(
                "a key of another kind or on another curve",
                "en nøgle af en anden slags eller på en anden kurve",
            ),
        }
    }
}
