//! DER taken apart without the crate under test, to compare it with what was measured.

/// One value, with what it holds if it is constructed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) tag: u8,
    pub(crate) content: Vec<u8>,
    /// As it stands: identifier, length and content.
    pub(crate) whole: Vec<u8>,
}

impl Value {
    /// The one value that `der` is.
    pub(crate) fn of(der: &[u8]) -> Self {
        let values = values(der);
        assert_eq!(values.len(), 1, "exactly one value");
        values.into_iter().next().expect("one value")
    }

    /// The values inside.
    pub(crate) fn inside(&self) -> Vec<Self> {
        values(&self.content)
    }

    /// The value inside at that place.
    pub(crate) fn at(&self, index: usize) -> Self {
        self.inside().swap_remove(index)
    }

    /// The value inside at the end of that way down.
    pub(crate) fn down(&self, way: &[usize]) -> Self {
        way.iter().fold(self.clone(), |value, index| value.at(*index))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.content.clone()).expect("UTF-8")
    }

    /// The content as an object identifier in dotted form.
    pub(crate) fn oid(&self) -> String {
        assert_eq!(self.tag, 0x06, "an OBJECT IDENTIFIER");
        let mut arcs: Vec<u64> = Vec::new();
        let mut arc = 0;
        for octet in &self.content {
            arc = arc << 7 | u64::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                arcs.push(arc);
                arc = 0;
            }
        }
        let root = (arcs[0] / 40).min(2);
        let first = [root, arcs[0] - 40 * root];
        let arcs = first.iter().chain(&arcs[1..]).map(u64::to_string);
        arcs.collect::<Vec<_>>().join(".")
    }
}

fn values(mut der: &[u8]) -> Vec<Value> {
    let mut values = Vec::new();
    while let [tag, length, rest @ ..] = der {
        let (octets, length) = match length {
            0..=0x7f => (0, usize::from(*length)),
            _ => {
                let octets = usize::from(length & 0x7f);
                (octets, rest[..octets].iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)))
            }
        };
        let end = 2 + octets + length;
        let content = der[2 + octets..end].to_vec();
        values.push(Value { tag: *tag, content, whole: der[..end].to_vec() });
        der = &der[end..];
    }
    assert!(der.is_empty(), "whole values only");
    values
}

/// What is signed, with another value, or several, in the place of one field of its signed part.
pub(crate) fn with_field(der: &[u8], index: usize, field: &[u8]) -> Vec<u8> {
    let value = Value::of(der);
    let mut fields: Vec<Vec<u8>> =
        value.at(0).inside().into_iter().map(|field| field.whole).collect();
    fields[index] = field.to_vec();
    let signed = tlv(0x30, &fields.concat());
    tlv(0x30, &[signed, value.at(1).whole, value.at(2).whole].concat())
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

pub(crate) fn unhex(hex: &str) -> Vec<u8> {
    let hex = hex.replace(' ', "");
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// One value, its length in the shortest form.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let octets = &length[content.len().leading_zeros() as usize / 8..];
    let long = [&[0x80 | u8::try_from(octets.len()).unwrap()], octets].concat();
    let length = if content.len() < 0x80 { vec![length[length.len() - 1]] } else { long };
    [&[tag][..], &length, content].concat()
}
