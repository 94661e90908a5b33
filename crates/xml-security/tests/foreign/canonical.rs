//! Canonical forms of random documents, against three engines: `xmlsec1`, Santuario, and a later
//! libxml2 through lxml.

use std::fmt::Write;

use xml_security::{Canonicalization, Document, Limits, c14n, uris};

use stage::engines::{self, Scratch};

use crate::{content::Dice, messages::scratch, trees};

/// What is asked of a document.
struct Case {
    name: String,
    document: String,
    inclusive: bool,
    apex: usize,
    prefixes: String,
}

impl Case {
    fn ours(&self) -> String {
        ours(&self.document, self.inclusive, self.apex, &self.prefixes)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", self.name, self.document))
    }
}

/// Our canonical form of an element, by its place among the elements of a document.
pub(crate) fn ours(
    document: &str,
    inclusive: bool,
    apex: usize,
    prefixes: &str,
) -> Result<String, String> {
    let document = Document::parse(document.as_bytes(), &Limits::default())
        .map_err(|refusal| refusal.to_string())?;
    let element = document.root().descendants().nth(apex).ok_or("there is no such element")?;
    let method = if inclusive {
        Canonicalization::Inclusive
    } else {
        Canonicalization::Exclusive {
            prefixes: prefixes.split_ascii_whitespace().map(str::to_owned).collect(),
        }
    };
    String::from_utf8(c14n::canonicalize(element, &method)).map_err(|error| error.to_string())
}

fn cases(seeds: std::ops::Range<u64>, spare: impl Fn(&str) -> String) -> Vec<Case> {
    let mut cases = Vec::new();
    for seed in seeds {
        let mut dice = Dice::new(seed, "canonical");
        let document = spare(&trees::document(&mut dice));
        let parsed = Document::parse(document.as_bytes(), &Limits::default())
            .unwrap_or_else(|refusal| panic!("seed {seed}: {refusal}\n{document}"));
        let elements = parsed.root().descendants().count();
        for number in 0..6 {
            let inclusive = number % 3 == 0;
            let mut prefixes = Vec::new();
            if !inclusive && dice.chance(60) {
                for prefix in ["#default", "p", "q", "zz", "nowhere", "xml", "p"] {
                    if dice.chance(40) {
                        prefixes.push(prefix);
                    }
                }
            }
            cases.push(Case {
                name: format!("seed-{seed}-{number}"),
                document: document.clone(),
                inclusive,
                apex: if number == 0 { 0 } else { dice.below(elements) },
                prefixes: prefixes.join(" "),
            });
        }
    }
    cases
}

fn hand_over(cases: &[Case], scratch: &Scratch) {
    let mut list = String::new();
    for Case { name, document, inclusive, apex, prefixes } in cases {
        scratch.write(&format!("{name}.xml"), document);
        let mode = if *inclusive { "inclusive" } else { "exclusive" };
        writeln!(list, "{name}\t{mode}\t{apex}\t{prefixes}").expect("a string takes it");
    }
    scratch.write("cases", list);
}

fn same(case: &Case, ours: &str, theirs: &str) {
    let Case { name, document, inclusive, apex, prefixes } = case;
    if ours != theirs {
        let same = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
        let around = |form: &str| {
            let form = String::from_utf8_lossy(&form.as_bytes()[same.saturating_sub(60)..]);
            form.chars().take(120).collect::<String>()
        };
        panic!(
            "{name}: inclusive {inclusive}, element {apex}, prefixes `{prefixes}`, from byte {same}\n\
             ours   {:?}\ntheirs {:?}\n{document:?}",
            around(ours),
            around(theirs),
        );
    }
}

#[test]
fn random_documents_have_the_canonical_forms_of_santuario() {
    const TEST: &str = "random_documents_have_the_canonical_forms_of_santuario";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    let cases = cases(0..300, str::to_owned);
    hand_over(&cases, &scratch);
    apache.ask(&["canonicalize", scratch.path()]).expect("Santuario takes these documents");
    for case in &cases {
        // Of an `xml:` attribute on several ancestors it takes the farthest, where Canonical XML
        // 1.0, section 2.4, says the nearest.
        let several = |name| case.document.matches(name).count() > 1;
        let inherits = ["xml:lang", "xml:space", "xml:base"].into_iter().any(several);
        if case.inclusive && case.apex != 0 && inherits {
            continue;
        }
        same(case, &case.ours(), &scratch.read(&format!("{}.apache", case.name)));
    }
}

#[test]
fn random_documents_have_the_canonical_forms_of_lxml() {
    const TEST: &str = "random_documents_have_the_canonical_forms_of_lxml";
    let Some(mut python) = engines::python(TEST) else { return };
    let scratch = scratch(TEST);
    let cases = cases(300..600, trees::spare_libxml);
    hand_over(&cases, &scratch);
    python.ask(&["canonicalize", scratch.path()]).expect("libxml2 takes these documents");
    for case in &cases {
        // It sees no `xml:` attribute above an element.
        if case.inclusive && case.apex != 0 {
            continue;
        }
        same(case, &case.ours(), &scratch.read(&format!("{}.lxml", case.name)));
    }
}

#[test]
fn random_documents_have_the_canonical_forms_of_xmlsec1() {
    const TEST: &str = "random_documents_have_the_canonical_forms_of_xmlsec1";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    let cases = cases(600..900, trees::spare_libxml);
    hand_over(&cases, &scratch);
    // It makes canonical forms on the way to the digests of a signature: a reference for each case,
    // to its file and there to its element, and it tells what it digested.
    let references: String = cases.iter().map(|case| reference(case, &scratch)).collect();
    let signature = format!(
        "<Signature xmlns=\"{ds}\"><SignedInfo><CanonicalizationMethod Algorithm=\"{exclusive}\"/>\
         <SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"/>\
         {references}</SignedInfo><SignatureValue/></Signature>",
        ds = uris::DS,
        exclusive = uris::EXC_C14N,
    );
    let signature = scratch.write("references.xml", signature);
    let secret = scratch.write("secret", "any");
    let told = xmlsec
        .run(&["--sign", "--hmackey", &secret, "--store-references", &signature])
        .expect("xmlsec1 takes these documents");
    let told = String::from_utf8(told).expect("canonical forms are UTF-8");
    let mut forms = told.split("== PreDigest data - start buffer:\n").skip(1);
    for case in &cases {
        let form = forms.next().expect("a form for each case");
        let (form, _) = form.split_once("\n== PreDigest data - end buffer").expect("it ends");
        same(case, &case.ours(), form);
    }
}

fn reference(case: &Case, scratch: &Scratch) -> String {
    const FILTER: &str = "http://www.w3.org/2002/06/xmldsig-filter2";
    let (file, place) = (scratch.file(&format!("{}.xml", case.name)), case.apex + 1);
    let method = if case.inclusive {
        format!("<Transform Algorithm=\"{}\"/>", uris::C14N)
    } else {
        format!(
            "<Transform Algorithm=\"{0}\"><InclusiveNamespaces xmlns=\"{0}\" PrefixList=\"{1}\"/>\
             </Transform>",
            uris::EXC_C14N,
            case.prefixes
        )
    };
    format!(
        "<Reference URI=\"{file}\"><Transforms><Transform Algorithm=\"{FILTER}\">\
         <XPath xmlns=\"{FILTER}\" Filter=\"intersect\">/descendant::*[{place}]</XPath>\
         </Transform>{method}</Transforms><DigestMethod Algorithm=\"{}\"/><DigestValue/>\
         </Reference>",
        uris::SHA256
    )
}
