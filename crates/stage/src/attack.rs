//! Attacks on signed messages, and documents that cost whoever reads them: none gets through to who
//! believes only what was signed, and reads no more than was agreed.
//!
//! What an attacker would have believed is given as `evil`: it is in order but for its signature, so that
//! nothing else is refused.

/// What is sent, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attack {
    /// Its name.
    pub name: &'static str,
    /// The message, or the part of one.
    pub text: String,
}

impl Attack {
    /// An attack.
    #[must_use]
    pub const fn new(name: &'static str, text: String) -> Self {
        Self { name, text }
    }
}

/// What a wrapping leaves where it put the original aside.
const ASIDE: [&str; 2] = ["<W xmlns=\"urn:w\">", "</W>"];

/// The eight signature wrapping attacks on the Body of a signed message, in the numbering of SAML Raider:
/// `evil` changes what stands in it.
///
/// # Panics
///
/// If the message has no Body with an id, or no signature.
#[must_use]
pub fn wrapped_bodies(message: &str, evil: impl FnOnce(&str) -> String) -> [Attack; 8] {
    let envelope = prefix(message, ":Envelope");
    let security = prefix(message, ":Security");
    let body = cut(message, &format!("<{envelope}:Body"), &format!("</{envelope}:Body>"));
    let evil = evil(body);
    assert_ne!(body, evil, "an attack changes something");
    let id = between(body, ":Id=\"", "\"");
    let renamed = replaced(&evil, &format!(":Id=\"{id}\""), ":Id=\"evil\"");
    let [before_security, end_of_signature, end_of_key_info, end_of_body, end_of_envelope] = [
        format!("<{security}:Security"),
        "</Signature>".to_owned(),
        "</KeyInfo>".to_owned(),
        format!("</{envelope}:Body>"),
        format!("</{envelope}:Envelope>"),
    ];
    // The original goes before a place in the message with the evil Body.
    let wrap = |evil: &str, place: &str, [open, close]: [&str; 2]| {
        let message = replaced(message, body, evil);
        replaced(&message, place, &[open, body, close, place].concat())
    };
    let bare = ["", ""];
    [
        ("XSW1: the Body within the signature", wrap(&renamed, &end_of_signature, bare)),
        ("XSW2: the Body aside, before the signature", wrap(&renamed, &before_security, ASIDE)),
        ("XSW3: an evil Body before the Body", wrap(&renamed, &end_of_envelope, bare)),
        ("XSW4: the Body within an evil Body", wrap(&renamed, &end_of_body, bare)),
        ("XSW5: the Body aside, at the end", wrap(&renamed, &end_of_envelope, ASIDE)),
        ("XSW6: the Body within the KeyInfo", wrap(&renamed, &end_of_key_info, bare)),
        ("XSW7: an evil Body with the same id", wrap(&evil, &before_security, ASIDE)),
        (
            "XSW8: the Body in an Object of the signature",
            wrap(&renamed, &end_of_signature, ["<Object>", "</Object>"]),
        ),
    ]
    .map(|(name, text)| Attack::new(name, text))
}

/// The eight signature wrapping attacks on a signed assertion, in the numbering of SAML Raider: `evil`
/// changes what stands in it.
///
/// # Panics
///
/// If it is no signed assertion.
#[must_use]
pub fn wrapped_assertions(assertion: &str, evil: impl FnOnce(&str) -> String) -> [Attack; 8] {
    let signature = cut(assertion, "<Signature", "</Signature>");
    let bare = replaced(assertion, signature, "");
    let same = evil(&bare);
    assert_ne!(bare, same, "an attack changes something");
    let id = between(&bare, " ID=\"", "\"");
    let evil = replaced(&same, &format!(" ID=\"{id}\""), " ID=\"_evil\"");
    let with = |evil: &str, content: &[&str]| {
        replaced(evil, "</Issuer>", &["</Issuer>", &content.concat()].concat())
    };
    let signature_with = |place: &str, [open, close]: [&str; 2], original: &str| {
        replaced(signature, place, &[open, original, close, place].concat())
    };
    let response = |content: &[&str]| {
        ["<Response xmlns=\"urn:x\">", &content.concat(), "</Response>"].concat()
    };
    let within_signature = signature_with("</Signature>", ["", ""], assertion);
    let within_key_info = signature_with("</KeyInfo>", ["", ""], &bare);
    let in_object = signature_with("</Signature>", ["<Object>", "</Object>"], &bare);
    [
        ("XSW1: the assertion within the signature", with(&evil, &[&within_signature])),
        ("XSW2: the assertion beside the signature", with(&evil, &[&bare, signature])),
        ("XSW3: an evil assertion before the assertion", response(&[&evil, assertion])),
        ("XSW4: the assertion within an evil one", with(&evil, &[assertion])),
        (
            "XSW5: the assertion at the end, its signature in an evil one",
            with(&evil, &[signature])
                .replace("</Assertion>", &[ASIDE[0], &bare, ASIDE[1], "</Assertion>"].concat()),
        ),
        ("XSW6: the assertion within the KeyInfo", with(&evil, &[&within_key_info])),
        (
            "XSW7: an evil assertion with the same id",
            with(&same, &[ASIDE[0], assertion, ASIDE[1], signature]),
        ),
        ("XSW8: the assertion in an Object of the signature", with(&evil, &[&in_object])),
    ]
    .map(|(name, text)| Attack::new(name, text))
}

/// Documents that reach for what lies elsewhere, or grow in whoever reads them; each small enough to be
/// read, which is to say no larger than `size` in octets. `address` is where somebody waits for an entity to
/// be fetched.
///
/// # Panics
///
/// If the message has no `place` before which there is room for more, or one of them would be larger.
#[must_use]
pub fn documents(message: &str, place: &str, address: &str, size: usize) -> [Attack; 12] {
    let room = size.saturating_sub(message.len());
    // As many parts as have room, if each may have that many octets.
    let fitting = |most: usize, octets: usize| most.min(room / octets);
    let holding = |content: String| replaced(message, place, &[&content, place].concat());
    let declaring = |doctype: &str| [doctype, &holding("&x;".to_owned())].concat();
    let nested: String = (1..30)
        .map(|level| format!("<!ENTITY a{level} \"{}\">", format!("&a{};", level - 1).repeat(10)))
        .collect();
    let (long, references) = ("x".repeat(fitting(50_000, 2)), fitting(10_000, 7));
    let (levels, empty) = (fitting(30_000, 7), fitting(20_000, 4));
    let declarations = |count: usize| -> String {
        (0..count).map(|n| format!(" xmlns:p{n}=\"urn:{n}\"")).collect()
    };
    let nodes = fitting(3_000, 32);
    let deep: String = (0..nodes).map(|n| format!("<n xmlns:p{n}=\"urn:{n}\">")).collect();
    let broad: String = (0..nodes).map(|n| format!("<n xmlns=\"urn:{n}\"/>")).collect();
    let attributes: String = (0..fitting(18_000, 10)).map(|n| format!(" a{n}=\"\"")).collect();
    [
        ("XXE: a file", declaring("<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>")),
        ("XXE: an address", declaring(&format!("<!DOCTYPE x [<!ENTITY x SYSTEM \"{address}\">]>"))),
        (
            "XXE: an address in a parameter entity",
            declaring(&format!("<!DOCTYPE x [<!ENTITY % x SYSTEM \"{address}\"> %x;]>")),
        ),
        ("XXE: an external subset", declaring(&format!("<!DOCTYPE x SYSTEM \"{address}\">"))),
        (
            "entity bomb",
            declaring(&format!("<!DOCTYPE x [<!ENTITY a0 \"ha\">{nested}<!ENTITY x \"&a29;\">]>")),
        ),
        (
            "entity bomb of one long entity",
            [
                &format!("<!DOCTYPE x [<!ENTITY x \"{long}\">]>"),
                &*holding("&x;".repeat(references)),
            ]
            .concat(),
        ),
        ("namespace bomb in depth", holding([deep, "</n>".repeat(nodes)].concat())),
        ("namespace bomb in breadth", holding(broad)),
        (
            "namespace bomb on one element",
            holding(format!("<n{}/>", declarations(fitting(5_000, 25)))),
        ),
        ("attribute bomb", holding(format!("<n{attributes}/>"))),
        ("depth bomb", holding(["<n>".repeat(levels), "</n>".repeat(levels)].concat())),
        ("a bomb of many small parts", holding("<n/>".repeat(empty))),
    ]
    .map(|(name, text)| {
        assert!(text.len() <= size, "{name}: {} octets", text.len());
        Attack::new(name, text)
    })
}

/// What stands from `start` to the next `end`, both included.
///
/// # Panics
///
/// If they are not in it.
#[must_use]
pub fn cut<'m>(message: &'m str, start: &str, end: &str) -> &'m str {
    let from = message.find(start).unwrap_or_else(|| panic!("no `{start}` in the message"));
    let content = from + start.len();
    let length = message[content..].find(end);
    let length = length.unwrap_or_else(|| panic!("no `{end}` in the message"));
    &message[from..content + length + end.len()]
}

/// The message with `from`, which must be in it, replaced by `to` once.
///
/// # Panics
///
/// If it is not.
#[must_use]
pub fn replaced(message: &str, from: &str, to: &str) -> String {
    assert!(message.contains(from), "`{from}` is not in the message");
    message.replacen(from, to, 1)
}

/// What stands between the first `start` and the next `end`.
fn between<'m>(message: &'m str, start: &str, end: &str) -> &'m str {
    let whole = cut(message, start, end);
    &whole[start.len()..whole.len() - end.len()]
}

/// The prefix of the first element of that name.
fn prefix<'m>(message: &'m str, name: &str) -> &'m str {
    let at = message.find(name).unwrap_or_else(|| panic!("no `{name}` in the message"));
    let from = message[..at].rfind('<').expect("an element begins before its name");
    &message[from + 1..at]
}
