//! E-mail addresses: those that mail goes to, and those that may stand in a certificate.

use std::fmt;

use parties::Excerpt;
use serde::{Deserialize, Serialize};

use crate::Rejection;

/// The longest address (RFC 5321, section 4.5.3.1.3, less its angle brackets).
const LENGTH_MAX: usize = 254;

/// An address that mail can go to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// An address that may stand in a certificate: `rfc822Name` is an `IA5String`, so nothing but
/// ASCII, and no Æ, Ø or Å (RFC 5280, section 4.2.1.6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "EmailAddress", into = "EmailAddress")]
pub struct CertificateEmail(EmailAddress);

impl EmailAddress {
    /// The address as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CertificateEmail {
    /// The address, to send mail to.
    #[must_use]
    pub const fn address(&self) -> &EmailAddress {
        &self.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = Rejection;

    /// One `@` with something on both sides, and nothing that could end a header or a list.
    fn try_from(text: String) -> Result<Self, Rejection> {
        let strange = |c: char| c.is_whitespace() || c.is_control() || "<>,;\"()".contains(c);
        let sides = text.split_once('@');
        let sound = text.len() <= LENGTH_MAX
            && !text.contains(strange)
            && sides.is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            });
        if sound { Ok(Self(text)) } else { Err(Rejection::EmailUnusable) }
    }
}

impl TryFrom<EmailAddress> for CertificateEmail {
    type Error = Rejection;

    fn try_from(address: EmailAddress) -> Result<Self, Rejection> {
        if address.0.is_ascii() {
            Ok(Self(address))
        } else {
            Err(Rejection::EmailNotAscii { email: Excerpt::of(&address.0) })
        }
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl From<CertificateEmail> for EmailAddress {
    fn from(email: CertificateEmail) -> Self {
        email.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at_sign_with_something_on_both_sides() {
        for good in ["a@b", "drift@fagsystem-a.invalid", "søren@ærø.invalid", "a+b.c@d.e"] {
            assert_eq!(EmailAddress::try_from(good.to_owned()).unwrap().as_str(), good);
        }
        let long = format!("{}@b", "a".repeat(253));
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "a@b,c@d", "<a@b>", &long] {
            let refused = EmailAddress::try_from(bad.to_owned());
            assert_eq!(refused, Err(Rejection::EmailUnusable));
        }
    }

    #[test]
    fn what_stands_in_a_certificate_is_ascii() {
        let read = |text: &str| {
            EmailAddress::try_from(text.to_owned()).and_then(CertificateEmail::try_from)
        };
        assert_eq!(read("drift@a.invalid").unwrap().address().as_str(), "drift@a.invalid");
        for letter in ["æ", "Ø", "å", "é"] {
            let email = format!("{letter}@a.invalid");
            let refused = Rejection::EmailNotAscii { email: Excerpt::of(&email) };
            assert_eq!(read(&email), Err(refused));
        }
    }
}
