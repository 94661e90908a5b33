//! The guard: limits, and the refusals before anything is interpreted.

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesDecl, BytesStart, Event},
};

use super::{Malformed, shown};

/// What a document may be at most. The defaults are many times a real message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size in bytes.
    pub size: usize,
    /// Elements within one another.
    pub depth: usize,
    /// Attributes of one element, namespace declarations among them.
    pub attributes: usize,
    /// Namespace declarations of one element.
    pub declarations: usize,
    /// Namespace declarations in scope at one element.
    pub bindings: usize,
    /// Namespace declarations in the whole document.
    pub declarations_in_all: usize,
    /// Length of a namespace's name in bytes, as canonical XML spells it, and of the prefix that is
    /// bound to it. Exclusive canonicalisation repeats both at each element that uses them, so this
    /// bounds how much larger than its source a canonical form can be; and the parser compares each
    /// prefix with all others in scope.
    pub namespace: usize,
    /// Start tags, end tags, texts, references and comments.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 256 * 1024,
            depth: 64,
            attributes: 64,
            declarations: 32,
            bindings: 128,
            declarations_in_all: 2_048,
            namespace: 256,
            events: 20_000,
        }
    }
}

/// Decodes `bytes`. A UTF-8 byte order mark is dropped (.NET writes one); any other encoding is
/// refused, since XML Signature digests UTF-8 and a message in another encoding is nobody's.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, Malformed> {
    if bytes.len() > limits.size {
        return Err(Malformed::TooLarge { size: bytes.len(), limit: limits.size });
    }
    // XML 1.0, appendix F.1: the first bytes tell the family of an encoding.
    let foreign = match bytes {
        [0xFF, 0xFE, 0, 0, ..]
        | [0, 0, 0xFE, 0xFF, ..]
        | [b'<', 0, 0, 0, ..]
        | [0, 0, 0, b'<', ..] => "UTF-32",
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..] => "UTF-16",
        [0x4C, 0x6F, 0xA7, 0x94, ..] => "EBCDIC",
        _ => "",
    };
    if !foreign.is_empty() {
        return Err(Malformed::WrongEncoding { declared: foreign.to_owned() });
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    str::from_utf8(text).map_err(|error| {
        // A text that says it is in another encoding is better refused for that.
        match declared_encoding(&text[..error.valid_up_to()]) {
            Some(declared) => Malformed::WrongEncoding { declared },
            None => Malformed::NotUtf8 { at: error.valid_up_to() },
        }
    })
}

/// Refuses what is not allowed; see the module.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), Malformed> {
    // roxmltree would drop a second byte order mark.
    if text.starts_with('\u{FEFF}') {
        return Err(Malformed::syntax(&"a second byte order mark"));
    }
    let mut reader = Reader::from_str(text);
    let mut open: Vec<usize> = Vec::with_capacity(16);
    let mut bindings = 0;
    let mut declarations_in_all = 0;
    for event in 0.. {
        let at = position(&reader);
        if event > limits.events {
            return Err(Malformed::TooManyEvents { at, limit: limits.events });
        }
        match reader.read_event().map_err(|error| syntax(&error, at))? {
            Event::Start(tag) => {
                let declared = check_tag(&tag, limits, at)?;
                open.push(declared);
                bindings += declared;
                declarations_in_all += declared;
                if open.len() > limits.depth {
                    return Err(Malformed::TooDeep { at, limit: limits.depth });
                }
            }
            Event::Empty(tag) => {
                let declared = check_tag(&tag, limits, at)?;
                declarations_in_all += declared;
                if open.len() == limits.depth {
                    return Err(Malformed::TooDeep { at, limit: limits.depth });
                }
                if bindings + declared > limits.bindings {
                    return Err(Malformed::TooManyBindings { at, limit: limits.bindings });
                }
            }
            Event::End(_) => bindings -= open.pop().unwrap_or(0),
            // roxmltree would take what is no character (`&#xD800;`) for a replacement character.
            Event::GeneralRef(reference) => {
                reference.resolve_char_ref().map_err(|error| syntax(&error, at))?;
            }
            Event::Text(_) | Event::CData(_) | Event::Comment(_) => {}
            Event::Decl(declaration) => check_declaration(text, &declaration, at)?,
            Event::PI(_) => return Err(Malformed::ProcessingInstruction { at }),
            Event::DocType(_) => return Err(Malformed::Doctype { at }),
            Event::Eof => break,
        }
        if bindings > limits.bindings {
            return Err(Malformed::TooManyBindings { at, limit: limits.bindings });
        }
        if declarations_in_all > limits.declarations_in_all {
            return Err(Malformed::TooManyDeclarationsInAll {
                at,
                limit: limits.declarations_in_all,
            });
        }
    }
    Ok(())
}

/// Checks the attributes of one tag and counts the namespaces it declares.
fn check_tag(tag: &BytesStart<'_>, limits: &Limits, at: usize) -> Result<usize, Malformed> {
    check_name(tag.name().as_ref(), at)?;
    let mut declarations = 0;
    let mut defaults = 0;
    for (index, attribute) in tag.attributes().with_checks(false).enumerate() {
        if index == limits.attributes {
            return Err(Malformed::TooManyAttributes { at, limit: limits.attributes });
        }
        let attribute = attribute.map_err(|error| syntax(&error, at))?;
        let name = attribute.key.as_ref();
        check_name(name, at)?;
        unescape(&attribute.value).map_err(|error| syntax(&error, at))?;
        let prefix = match name.split_once(':') {
            // roxmltree would take `p:xmlns` for a declaration of the default namespace, and
            // `xmlns:xmlns` for one of a prefix.
            Some((_, "xmlns")) => return Err(Malformed::BadDeclaration { at }),
            // Namespaces in XML 1.0, section 5: a prefix cannot be undeclared.
            Some(("xmlns", _)) if attribute.value.is_empty() => {
                return Err(Malformed::BadDeclaration { at });
            }
            Some(("xmlns", prefix)) => prefix,
            None if name == "xmlns" => {
                defaults += 1;
                ""
            }
            _ => continue,
        };
        declarations += 1;
        if declarations > limits.declarations {
            return Err(Malformed::TooManyDeclarations { at, limit: limits.declarations });
        }
        // A quotation mark is the one character that canonical XML spells so much longer.
        let quotation_marks = attribute.value.bytes().filter(|byte| *byte == b'"').count();
        let length = prefix.len() + attribute.value.len() + quotation_marks * ("&quot;".len() - 1);
        if length > limits.namespace {
            return Err(Malformed::NamespaceTooLong { at, limit: limits.namespace });
        }
    }
    // roxmltree does not see that the default namespace is declared twice.
    if defaults > 1 {
        return Err(Malformed::BadDeclaration { at });
    }
    Ok(declarations)
}

/// Refuses an empty prefix and an empty local name; roxmltree lets the former pass.
fn check_name(name: &str, at: usize) -> Result<(), Malformed> {
    if name.starts_with(':') || name.ends_with(':') {
        return Err(Malformed::syntax(&format_args!("a colon out of place, at byte {at}")));
    }
    Ok(())
}

fn check_declaration(text: &str, declaration: &BytesDecl<'_>, at: usize) -> Result<(), Malformed> {
    // Only at the very start, and spelled so that the parser also takes it for a declaration.
    if at != 0 || !text.starts_with("<?xml ") {
        return Err(Malformed::ProcessingInstruction { at });
    }
    let version = declaration.version().map_err(|error| syntax(&error, at))?;
    if *version != *"1.0" {
        return Err(Malformed::WrongVersion { declared: shown(&version) });
    }
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("UTF-8") => Ok(()),
        Some(Ok(encoding)) => Err(Malformed::WrongEncoding { declared: shown(&encoding) }),
        Some(Err(error)) => Err(syntax(&error, at)),
    }
}

/// The encoding that an XML declaration at the start of `text` names, if any.
fn declared_encoding(text: &[u8]) -> Option<String> {
    let text = str::from_utf8(text).ok()?;
    match Reader::from_str(text).read_event().ok()? {
        Event::Decl(declaration) => match declaration.encoding()?.ok()? {
            encoding if encoding.eq_ignore_ascii_case("UTF-8") => None,
            encoding => Some(shown(&encoding)),
        },
        _ => None,
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn syntax(error: &dyn std::error::Error, at: usize) -> Malformed {
    Malformed::syntax(&format_args!("{error}, at byte {at}"))
}

#[cfg(test)]
mod tests;
