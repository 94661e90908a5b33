//! Random documents: well formed, and as awkward as a canonical form can find them.

use std::collections::BTreeSet;

use crate::content::Dice;

const PREFIXES: [&str; 4] = ["", "p", "q", "zz"];
const NAMESPACES: [&str; 5] =
    ["urn:one", "urn:two", "http://three.invalid/?a=1&amp;b='2'", "urn:Four", "urn:a"];
const NAMES: [&str; 6] = ["a", "b", "Z", "data", "b-1", "Blåbær"];
const CDATA: [&str; 6] = [
    "<![CDATA[<not> &a; tag]]>",
    "<![CDATA[]]>",
    "<![CDATA[]]]]>",
    "<![CDATA[ \r\n>]]>",
    "<![CDATA[\r]]>",
    "<![CDATA[a]]><![CDATA[\n]]>",
];

/// A random document.
pub(crate) fn document(dice: &mut Dice) -> String {
    let mut out = String::new();
    if dice.chance(20) {
        out += "<!-- before -->\n";
    }
    element(dice, &[], 0, &mut out);
    if dice.chance(20) {
        out += "<!-- after -->\n";
    }
    out
}

/// Random content for an element of a message: elements that depend on nothing declared above.
pub(crate) fn fragment(dice: &mut Dice) -> String {
    let mut out = String::new();
    // The default namespace of the message is not known here, so it is always declared.
    element(dice, &[("", "")], 1, &mut out);
    // signxml serialises and reads again what it verifies, and lxml writes names in ASCII alone.
    spare_libxml(&out).replace("Blåbær", "Berry")
}

/// Without what libxml2 misreads: an ampersand in the name of a namespace and, where it reads a
/// document piece by piece as for `xmlsec1`, a carriage return in CDATA.
pub(crate) fn spare_libxml(document: &str) -> String {
    let document = document.replace("?a=1&amp;b=", "?a=1;b=");
    CDATA
        .into_iter()
        .fold(document, |spared, cdata| spared.replace(cdata, &cdata.replace('\r', "")))
}

/// A binding of a prefix; an empty namespace undeclares the default one.
type Binding = (&'static str, &'static str);

fn element(dice: &mut Dice, above: &[Binding], depth: usize, out: &mut String) {
    let mut scope = above.to_vec();
    let mut declared: Vec<Binding> = Vec::new();
    for prefix in PREFIXES {
        let wanted = dice.chance(if depth == 0 { 60 } else { 30 })
            || (depth == 1 && prefix.is_empty() && above.first() == Some(&("", "")));
        if wanted {
            let undeclare = prefix.is_empty() && dice.chance(40);
            let namespace = if undeclare { "" } else { dice.pick(&NAMESPACES) };
            scope.retain(|(known, _)| *known != prefix);
            scope.push((prefix, namespace));
            declared.push((prefix, namespace));
        }
    }
    if !scope.iter().any(|(prefix, _)| prefix.is_empty()) {
        scope.push(("", ""));
    }

    let (prefix, _) = scope[dice.below(scope.len())];
    let local = dice.pick(&NAMES);
    let name = if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") };
    let mut attributes: Vec<String> = declared
        .iter()
        .map(|(prefix, namespace)| {
            let colon = if prefix.is_empty() { "" } else { ":" };
            format!("xmlns{colon}{prefix}=\"{namespace}\"")
        })
        .collect();
    own_attributes(dice, &scope, &mut attributes);

    out.push('<');
    *out += &name;
    while !attributes.is_empty() {
        let attribute = attributes.swap_remove(dice.below(attributes.len()));
        *out += dice.pick(&[" ", " ", "\n  ", "\t "]);
        *out += &attribute;
    }
    if dice.chance(15) {
        *out += "/>";
        return;
    }
    *out += dice.pick(&[">", ">", " >", "\n>"]);
    let children = if depth >= 6 { 0 } else { dice.below(if depth == 0 { 5 } else { 4 }) };
    for _ in 0..children {
        match dice.below(10) {
            0 => {
                *out +=
                    dice.pick(&["<!-- a comment, & < not quite -->", "<!---->", "<!-- \r\n -->"])
            }
            1 => *out += dice.pick(&CDATA),
            2 | 3 => *out += &dice.text(),
            _ => element(dice, &scope, depth + 1, out),
        }
    }
    *out += &dice.text();
    *out += &format!("</{name}{}>", dice.pick(&["", "", " ", "\n"]));
}

/// Attributes that are not declarations; no two of one expanded name.
fn own_attributes(dice: &mut Dice, scope: &[Binding], attributes: &mut Vec<String>) {
    let mut taken = BTreeSet::new();
    for _ in 0..dice.below(5) {
        let local = dice.pick(&NAMES);
        let (prefix, namespace) = if dice.chance(50) {
            ("", "")
        } else {
            let (prefix, namespace) = scope[dice.below(scope.len())];
            if prefix.is_empty() { ("", "") } else { (prefix, namespace) }
        };
        if taken.insert((namespace, local)) {
            let colon = if prefix.is_empty() { "" } else { ":" };
            let equals = dice.pick(&["=", "=", " = ", "\n=", "=\t"]);
            attributes.push(format!("{prefix}{colon}{local}{equals}{}", dice.quoted()));
        }
    }
    for (name, value) in [("lang", "da"), ("space", "preserve"), ("base", "urn:base")] {
        if dice.chance(8) {
            attributes.push(format!("xml:{name}=\"{value}\""));
        }
    }
}
