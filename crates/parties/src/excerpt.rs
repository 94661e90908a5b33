//! What a refusal may repeat of what it was told.

use std::{borrow::Cow, fmt};

use crate::{
    Text,
    personal_number::{stands_in, stands_in_name},
};

/// How many characters of a text are repeated: a refusal is kept and shown, and what it is about may
/// be as long as a message.
const LENGTH_MAX: usize = 300;

/// What may be repeated of a text that came from outside, or of a sentence that quotes one: its beginning,
/// and nothing in which a personal number could stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(Box<Text>);

impl Excerpt {
    /// Of what a person wrote.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::unless(is_found(text, stands_in), text)
    }

    /// Of a name, in which a machine may have put a UUID or a number in hexadecimal: the subject of
    /// a certificate, a handle, a URI.
    #[must_use]
    pub fn of_name(name: impl fmt::Display) -> Self {
        let name = name.to_string();
        Self::unless(is_found(&name, stands_in_name), &name)
    }

    /// Of a sentence of ours that quotes what came from outside in backticks. What is quoted is
    /// withheld and the rest is told, so that it says what is wrong nevertheless.
    #[must_use]
    pub fn of_sentence(sentence: &str) -> Self {
        Self::of_sentences(sentence, sentence)
    }

    /// Of such a sentence in English and in Danish.
    #[must_use]
    pub fn of_sentences(en: &str, da: &str) -> Self {
        let holds = |text: &str| is_found(text, stands_in);
        let told = |sentence: &str, withheld: &str| {
            let parts = sentence.split('`').map(|part| if holds(part) { withheld } else { part });
            let told = parts.collect::<Vec<_>>().join("`");
            // Whoever writes a backtick into a number hides nothing.
            if holds(&told) { withheld.to_owned() } else { beginning(&told) }
        };
        Self(Box::new(Text::new(told(en, WITHHELD.0), told(da, WITHHELD.1))))
    }

    fn unless(withheld: bool, text: &str) -> Self {
        let told = || Text::same(beginning(text));
        Self(Box::new(if withheld { Text::new(WITHHELD.0, WITHHELD.1) } else { told() }))
    }

    /// The same for who reads Danish.
    #[must_use]
    pub fn in_danish(&self) -> &str {
        &self.0.da
    }

    /// In both languages.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::clone(&self.0)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.en)
    }
}

/// What stands there instead, in English and in Danish.
const WITHHELD: (&str, &str) = ("(withheld)", "(tilbageholdt)");

fn beginning(text: &str) -> String {
    text.chars().take(LENGTH_MAX).collect()
}

/// Whether a text has a number, also where its digits are percent-encoded as in a URI (RFC 3986, section
/// 2.1), even more than once. In doubt it has one.
fn is_found(text: &str, stands_in: fn(&str) -> bool) -> bool {
    let mut text = Cow::Borrowed(text);
    for _ in 0..=ENCODED_MAX {
        if stands_in(&text) {
            return true;
        }
        let meant = percent_decoded(&text);
        if meant.len() == text.len() {
            return false;
        }
        text = Cow::Owned(String::from_utf8_lossy(&meant).into_owned());
    }
    true
}

/// How often somebody may encode a text and have it repeated.
const ENCODED_MAX: usize = 3;

/// What is no octet in that notation stays as it is.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let octet = match rest {
            [b'%', high, low, ..] => digit(*high).zip(digit(*low)),
            _ => None,
        };
        let (octet, read) = octet.map_or((*first, 0), |(high, low)| (high << 4 | low, 2));
        octets.push(octet);
        rest = &more[read..];
    }
    octets
}

fn digit(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).and_then(|it| u8::try_from(it).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_personal_number_is_withheld_in_both_languages() {
        for text in ["010170-1234", "CN=010170-1234 Anna", "010170-1234.ø@a.invalid"] {
            let told = Text::new("(withheld)", "(tilbageholdt)");
            assert_eq!(
                [Excerpt::of(text), Excerpt::of_name(text)].map(|it| it.text()),
                [told.clone(), told]
            );
        }
        let told = Excerpt::of("søren@ærø.invalid").text();
        assert_eq!(told, Text::same("søren@ærø.invalid"));
    }

    #[test]
    fn percent_signs_hide_no_personal_number() {
        for text in [
            "/api/2025-07/0101701234",
            "/api/010170-1234/Ping",
            "/api/010170%2D1234",
            "https://smdb.invalid/?cpr=%30101701234",
            "/api/01017%301234%",
            "/api/%2530101701234",
            "/api/%25252530101701234",
            "/api/%25252530",
        ] {
            for excerpt in [Excerpt::of(text), Excerpt::of_name(text)] {
                assert_eq!(excerpt.to_string(), "(withheld)", "{text}");
            }
            let told = Excerpt::of_sentence(&format!("`{text}` is unknown")).to_string();
            assert_eq!(told, "`(withheld)` is unknown");
        }
        for text in [
            "/SecurityTokenService.svc/",
            "/api/2025-07/Ping",
            "/api/accesstoken%2Fissue",
            "/s%C3%B8g/%zz/%ff/%",
            "/api/%252530",
        ] {
            assert_eq!(Excerpt::of(text).to_string(), text);
        }
    }

    #[test]
    fn a_uuid_in_a_name_is_not_withheld() {
        let name = "serialNumber=UI:DK-O:G:7d8e0101-8000-4ab9-8000-0101800049ab";
        assert_eq!(Excerpt::of_name(name).text(), Text::same(name));
    }

    #[test]
    fn of_a_sentence_what_it_quotes_is_withheld() {
        let told = |en: &str, da: &str| Text::new(en, da);
        for (sentence, expected) in [
            (
                "`0101701234` is not signed",
                told("`(withheld)` is not signed", "`(tilbageholdt)` is not signed"),
            ),
            ("`id-1` is not signed", Text::same("`id-1` is not signed")),
            (
                "`a` and `010170-1234` are",
                told("`a` and `(withheld)` are", "`a` and `(tilbageholdt)` are"),
            ),
            ("`010170`1234` is not signed", told("(withheld)", "(tilbageholdt)")),
            ("no 010170-1234", told("(withheld)", "(tilbageholdt)")),
        ] {
            assert_eq!(Excerpt::of_sentence(sentence).text(), expected);
        }
        let both = Excerpt::of_sentences("`010170-1234` has changed", "`010170-1234` er ændret");
        assert_eq!(both.text(), told("`(withheld)` has changed", "`(tilbageholdt)` er ændret"));
    }

    #[test]
    fn a_number_behind_the_end_of_an_excerpt_is_looked_for_too() {
        let long = "x".repeat(LENGTH_MAX + 1);
        assert_eq!(Excerpt::of(&long).to_string(), "x".repeat(LENGTH_MAX));
        assert_eq!(Excerpt::of(&format!("{long} 010170-1234")).to_string(), "(withheld)");
    }
}
