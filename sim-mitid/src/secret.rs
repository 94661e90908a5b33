//! What is shown once and never kept as it is: one-time codes, passwords, tokens in a mail.

use std::fmt;

use entropy::Entropy;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{email::EmailAddress, profile::ProfileId};

/// Letters and digits that nobody mistakes for another (Crockford's base 32).
const CODE_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 100 random bits: more than anybody can try.
const CODE_LENGTH: usize = 20;
const CODE_GROUP: usize = 5;

/// The classes of which a password has at least one letter each; what is easily mistaken is left
/// out, since people copy it from a screen.
const PASSWORD_CLASSES: [&[u8]; 4] =
    [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"!#%+-=?@"];
const PASSWORD_LENGTH: usize = 12;

/// The code (*engangskode*) that fulfils an order, once. A secret: it is not shown by `Debug`.
///
/// Hyphens, spaces and case do not matter when it is read back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct OneTimeCode(String);

impl OneTimeCode {
    pub(crate) fn draw(entropy: &mut Entropy) -> Self {
        let letters: [u8; CODE_LENGTH] = entropy.bytes();
        Self(letters.iter().map(|it| char::from(CODE_LETTERS[usize::from(it % 32)])).collect())
    }

    /// The code as people see it, in groups.
    #[must_use]
    pub fn reveal(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        let groups = letters.chunks(CODE_GROUP).map(|group| group.iter().collect::<String>());
        groups.collect::<Vec<_>>().join("-")
    }
}

impl From<String> for OneTimeCode {
    fn from(text: String) -> Self {
        let letters = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        Self(letters.map(|c| c.to_ascii_uppercase()).collect())
    }
}

impl From<OneTimeCode> for String {
    fn from(code: OneTimeCode) -> Self {
        code.reveal()
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(..)")
    }
}

/// What is kept of a [`OneTimeCode`]: enough to know it again, too little to tell it.
///
/// One round of SHA-256 will do: the code is random, and nobody can try 2^100 of them. The salt
/// hides that two orders have the same code, should that ever be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CodeHash {
    /// 16 random octets in hexadecimal.
    salt: String,
    /// SHA-256 over salt and code, in hexadecimal.
    digest: String,
}

impl CodeHash {
    pub(crate) fn of(code: &OneTimeCode, entropy: &mut Entropy) -> Self {
        let salt = hex(&entropy.bytes::<16>());
        let digest = Self::digest(&salt, code);
        Self { salt, digest }
    }

    pub(crate) fn fits(&self, code: &OneTimeCode) -> bool {
        self.digest == Self::digest(&self.salt, code)
    }

    fn digest(salt: &str, code: &OneTimeCode) -> String {
        hex(&Sha256::new().chain_update(salt).chain_update(&code.0).finalize())
    }
}

/// The password of a portal's `.p12` file: twelve letters of four classes, shown once. A secret: it
/// is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    pub(crate) fn draw(entropy: &mut Entropy) -> Self {
        loop {
            let all = PASSWORD_CLASSES.concat();
            let text: String = std::iter::repeat_with(|| pick(&all, entropy))
                .take(PASSWORD_LENGTH)
                .map(char::from)
                .collect();
            // Drawn anew rather than patched, so that no place favours a class.
            if PASSWORD_CLASSES.iter().all(|class| text.bytes().any(|it| class.contains(&it))) {
                return Self(text);
            }
        }
    }

    /// The password, to open the file with.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// One of `letters`, each as likely as the next.
fn pick(letters: &[u8], entropy: &mut Entropy) -> u8 {
    let whole = 256 / letters.len() * letters.len();
    loop {
        let [drawn] = entropy.bytes();
        if usize::from(drawn) < whole {
            return letters[usize::from(drawn) % letters.len()];
        }
    }
}

/// What the tokens in mails are derived from, so that neither a fact nor the state holds one. A
/// secret: it is not shown by `Debug`.
#[derive(Clone)]
pub struct MailKey([u8; 32]);

impl MailKey {
    /// A random one.
    #[must_use]
    pub fn draw(entropy: &mut Entropy) -> Self {
        Self(entropy.bytes())
    }

    /// The one with these octets, which must be random: to be told from facts, it outlives a program.
    #[must_use]
    pub const fn new(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The token that shows that somebody reads the mail to `address`.
    pub(crate) fn token(&self, profile: &ProfileId, address: &EmailAddress) -> MailToken {
        let mut hash = Sha256::new();
        hash.update(self.0);
        for word in [profile.to_string().as_str(), address.as_str()] {
            hash.update(word.len().to_be_bytes());
            hash.update(word);
        }
        // Half of the digest: so nobody can lengthen it to that of another text.
        MailToken(hex(&hash.finalize()[..16]))
    }
}

impl fmt::Debug for MailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailKey(..)")
    }
}

/// The token in a mail that asks whether an address is read. A secret: it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailToken(String);

impl MailToken {
    /// The token as it stands in the link.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailToken(..)")
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entropy() -> Entropy {
        Entropy::seeded(1, "mitid", "secret")
    }

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = OneTimeCode::draw(&mut entropy());
        let shown = code.reveal();
        assert_eq!((shown.len(), shown.matches('-').count()), (23, 3), "{shown}");
        for typed in [shown.to_lowercase(), shown.replace('-', " "), shown.replace('-', "")] {
            assert_eq!(OneTimeCode::from(typed), code);
        }
    }

    #[test]
    fn a_hash_knows_its_code_and_tells_nothing() {
        let entropy = &mut entropy();
        let [code, other] = [0, 1].map(|_| OneTimeCode::draw(entropy));
        let [hash, again] = [0, 1].map(|_| CodeHash::of(&code, entropy));
        assert!(hash.fits(&code) && again.fits(&code) && !hash.fits(&other));
        assert_ne!(hash, again, "the salt is another");
        assert!(!serde_json::to_string(&hash).unwrap().contains(&code.0));
    }

    #[test]
    fn a_password_has_twelve_letters_of_every_class() {
        let entropy = &mut entropy();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let password = Password::draw(entropy);
            let text = password.reveal();
            assert_eq!(text.len(), 12);
            for class in PASSWORD_CLASSES {
                assert!(text.bytes().any(|it| class.contains(&it)), "{text}");
            }
            seen.extend(text.bytes());
            assert_eq!(format!("{password:?}"), "Password(..)");
        }
        assert_eq!(seen.len(), PASSWORD_CLASSES.concat().len(), "every letter occurs");
    }

    #[test]
    fn a_token_belongs_to_one_profile_and_one_address() {
        let entropy = &mut entropy();
        let (key, other) = (MailKey::draw(entropy), MailKey::draw(entropy));
        let [profile, another] = [0, 1].map(|_| ProfileId::draw(entropy));
        let address = |text: &str| EmailAddress::try_from(text.to_owned()).unwrap();
        let token = key.token(&profile, &address("a@b"));
        assert_eq!(token, key.token(&profile, &address("a@b")));
        assert_ne!(token, key.token(&another, &address("a@b")));
        assert_ne!(token, key.token(&profile, &address("a@c")));
        assert_ne!(token, other.token(&profile, &address("a@b")));
        assert_eq!(token.reveal().len(), 32);
        assert!(!format!("{token:?}{key:?}").contains(token.reveal()));
    }
}
