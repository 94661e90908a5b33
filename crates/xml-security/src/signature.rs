//! One `ds:Signature`: read strictly, resolved, checked.

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_STANDARD};
use pki::PublicKey;

use crate::{
    SignatureRefusal,
    algorithms::{DigestMethod, Legacy, SignatureMethod},
    c14n::{self, Apex, Budget, Canonicalization, Subset},
    str_transform::{self, Token},
    trust::Verified,
    uris,
    xml::{Element, ShapeError, shown},
};

/// How many references are followed. A real message has five to ten.
pub(crate) const REFERENCES_MAX: usize = 32;

/// A signature that was read, and whose references lead to elements of the document.
#[derive(Clone)]
pub(crate) struct Signature<'d> {
    pub(crate) element: Element<'d>,
    signed_info: Element<'d>,
    canonicalization: Canonicalization,
    method: SignatureMethod,
    pub(crate) references: Vec<Reference<'d>>,
    pub(crate) value: Vec<u8>,
    pub(crate) key_info: Option<Element<'d>>,
}

/// One reference, and what it leads to.
#[derive(Clone)]
pub(crate) struct Reference<'d> {
    pub(crate) uri: &'d str,
    pub(crate) target: Target<'d>,
    pub(crate) enveloped: bool,
    canonicalization: Canonicalization,
    digest: DigestMethod,
    value: Vec<u8>,
}

/// What a reference leads to.
#[derive(Clone, Copy)]
pub(crate) enum Target<'d> {
    /// The element it names.
    Element(Element<'d>),
    /// The token that the `SecurityTokenReference` it names stands for.
    Token { reference: Element<'d>, token: Token<'d> },
}

impl<'d> Signature<'d> {
    /// Reads `element`, a `ds:Signature`, and follows its references.
    pub(crate) fn read(element: Element<'d>) -> Result<Self, SignatureRefusal> {
        use SignatureRefusal::MalformedSignature;
        element.document().check_ids().map_err(|refusal| SignatureRefusal::of_id(refusal, ""))?;

        let mut parts = sequence(element);
        let signed_info = parts.next("SignedInfo")?;
        let value = parts.next("SignatureValue")?;
        let key_info = parts.optional("KeyInfo");
        parts.end()?;

        let mut parts = sequence(signed_info);
        let canonicalization = parts.next("CanonicalizationMethod")?;
        let method = parts.next("SignatureMethod")?;
        let mut references = Vec::with_capacity(8);
        while let Some(reference) = parts.optional("Reference") {
            references.push(reference);
        }
        parts.end()?;
        if references.is_empty() {
            let missing = ShapeError::missing(signed_info, uris::DS, "Reference");
            return Err(MalformedSignature(missing));
        }
        if references.len() > REFERENCES_MAX {
            let (count, limit) = (references.len(), REFERENCES_MAX);
            return Err(SignatureRefusal::TooManyReferences { count, limit });
        }

        let method_uri = algorithm(method)?;
        Ok(Self {
            element,
            signed_info,
            canonicalization: read_canonicalization(canonicalization)?
                .ok_or_else(|| not_allowed(canonicalization))?,
            method: SignatureMethod::from_uri(method_uri).ok_or_else(|| not_allowed(method))?,
            references: references.into_iter().map(Reference::read).collect::<Result<_, _>>()?,
            value: base64(value).map_err(MalformedSignature)?,
            key_info,
        })
    }

    /// Checks that `key` signed the `SignedInfo`.
    pub(crate) fn check_signature(
        &self,
        key: &PublicKey,
        legacy: Legacy,
        budget: &mut Budget,
    ) -> Result<(), SignatureRefusal> {
        self.check_legacy(legacy)?;
        let mut signed_info = Vec::with_capacity(4096);
        let subset = Subset { element: self.signed_info, without: None };
        c14n::write(subset, &self.canonicalization, Apex::AsIs, &mut signed_info, budget)?;
        if self.method.is_by(key, &signed_info, &self.value) {
            Ok(())
        } else {
            Err(SignatureRefusal::SignatureMismatch)
        }
    }

    /// Checks every reference's digest; gives the elements that were digested, in the references'
    /// order. They are verified only if the signature is, too.
    pub(crate) fn check_digests(
        &self,
        legacy: Legacy,
        budget: &mut Budget,
    ) -> Result<Vec<Verified<Element<'d>>>, SignatureRefusal> {
        let mut scratch = Vec::with_capacity(8192);
        self.references
            .iter()
            .map(|reference| self.check_digest(reference, legacy, budget, &mut scratch))
            .collect()
    }

    fn check_digest(
        &self,
        reference: &Reference<'d>,
        legacy: Legacy,
        budget: &mut Budget,
        scratch: &mut Vec<u8>,
    ) -> Result<Verified<Element<'d>>, SignatureRefusal> {
        if let Some(uri) = reference.digest.refused(legacy) {
            return Err(SignatureRefusal::AlgorithmNotAllowed { uri: uri.to_owned() });
        }
        let mut matches = |element: Element<'d>, apex| -> Result<_, SignatureRefusal> {
            let removed = (reference.enveloped && element.holds(self.element))
                .then(|| self.element.node().id());
            scratch.clear();
            let subset = Subset { element, without: removed };
            c14n::write(subset, &reference.canonicalization, apex, scratch, budget)?;
            let digest: digest::Digest = reference.digest.digest(scratch);
            let same = digest.as_ref() == reference.value;
            Ok(same.then(|| Verified::new(element, removed)))
        };
        match reference.target {
            Target::Element(element) => {
                if let Some(verified) = matches(element, Apex::AsIs)? {
                    return Ok(verified);
                }
            }
            Target::Token { token, .. } => {
                for (element, apex) in token.forms() {
                    if let Some(verified) = matches(element, apex)? {
                        return Ok(verified);
                    }
                }
            }
        }
        Err(SignatureRefusal::DigestMismatch { id: shown(reference.id()) })
    }

    fn check_legacy(&self, legacy: Legacy) -> Result<(), SignatureRefusal> {
        let refused = self
            .method
            .refused(legacy)
            .or_else(|| self.references.iter().find_map(|r| r.digest.refused(legacy)));
        match refused {
            Some(uri) => Err(SignatureRefusal::AlgorithmNotAllowed { uri: uri.to_owned() }),
            None => Ok(()),
        }
    }
}

impl<'d> Reference<'d> {
    fn read(element: Element<'d>) -> Result<Self, SignatureRefusal> {
        let mut parts = sequence(element);
        let transforms = parts.optional("Transforms");
        let method = parts.next("DigestMethod")?;
        let value = parts.next("DigestValue")?;
        parts.end()?;

        let uri = element.attribute("URI").unwrap_or("");
        let id = match uri.strip_prefix('#') {
            _ if uri.is_empty() => return Err(SignatureRefusal::WholeDocumentReference),
            Some(id) if !id.contains('(') => id,
            _ => return Err(SignatureRefusal::ExternalReference { uri: shown(uri) }),
        };
        let named = element.by_id(id).map_err(|refusal| SignatureRefusal::of_id(refusal, uri))?;
        let recipe = Recipe::read(transforms)?;
        let target = if recipe.token {
            let token = str_transform::resolve(named, uri)?;
            Target::Token { reference: named, token }
        } else {
            Target::Element(named)
        };
        Ok(Self {
            uri,
            target,
            enveloped: recipe.enveloped,
            canonicalization: recipe.canonicalization,
            digest: DigestMethod::from_uri(algorithm(method)?)
                .ok_or_else(|| not_allowed(method))?,
            value: base64(value).map_err(SignatureRefusal::MalformedSignature)?,
        })
    }

    pub(crate) fn id(&self) -> &'d str {
        self.uri.strip_prefix('#').unwrap_or(self.uri)
    }
}

/// What a list of transforms comes to.
struct Recipe {
    enveloped: bool,
    token: bool,
    canonicalization: Canonicalization,
}

impl Recipe {
    /// Reads at most two transforms: enveloped-signature, then a canonicalisation; or STR-Transform
    /// alone. Everything else is refused, whatever it would mean.
    fn read(transforms: Option<Element<'_>>) -> Result<Self, SignatureRefusal> {
        // Where nothing else is said, Canonical XML 1.0 makes octets of nodes (XML Signature,
        // section 4.3.3.2).
        let mut recipe =
            Self { enveloped: false, token: false, canonicalization: Canonicalization::Inclusive };
        let mut done = false;
        let mut parts = match transforms {
            Some(transforms) => sequence(transforms),
            None => return Ok(recipe),
        };
        let mut transform = Some(parts.next("Transform")?);
        while let Some(element) = transform {
            let uri = algorithm(element)?;
            if done {
                return Err(transform_not_allowed(uri));
            }
            if let Some(canonicalization) = read_canonicalization(element)? {
                recipe.canonicalization = canonicalization;
                done = true;
            } else if uri == uris::ENVELOPED_SIGNATURE && !recipe.enveloped {
                recipe.enveloped = true;
            } else if uri == uris::STR_TRANSFORM && !recipe.enveloped {
                recipe.token = true;
                recipe.canonicalization = str_transform::canonicalization(element)?;
                done = true;
            } else {
                return Err(transform_not_allowed(uri));
            }
            transform = parts.optional("Transform");
        }
        parts.end()?;
        Ok(recipe)
    }
}

/// Reads an element whose `Algorithm` is a canonicalisation; nothing if it is another algorithm.
pub(crate) fn read_canonicalization(
    element: Element<'_>,
) -> Result<Option<Canonicalization>, SignatureRefusal> {
    match algorithm(element)? {
        uris::C14N => Ok(Some(Canonicalization::Inclusive)),
        uris::EXC_C14N => {
            let list = element
                .optional_child(uris::EXC_C14N, "InclusiveNamespaces")
                .map_err(SignatureRefusal::MalformedSignature)?
                .and_then(|list| list.attribute("PrefixList"))
                .unwrap_or("");
            let prefixes = list.split_ascii_whitespace().map(str::to_owned).collect();
            Ok(Some(Canonicalization::Exclusive { prefixes }))
        }
        _ => Ok(None),
    }
}

pub(crate) fn algorithm(element: Element<'_>) -> Result<&str, SignatureRefusal> {
    element.required_attribute("Algorithm").map_err(SignatureRefusal::MalformedSignature)
}

pub(crate) fn not_allowed(element: Element<'_>) -> SignatureRefusal {
    let uri = shown(element.attribute("Algorithm").unwrap_or(""));
    SignatureRefusal::AlgorithmNotAllowed { uri }
}

fn transform_not_allowed(uri: &str) -> SignatureRefusal {
    SignatureRefusal::TransformNotAllowed { uri: shown(uri) }
}

/// The octets that an element's value encodes. Whitespace is allowed anywhere (XML Schema, section
/// 3.2.16), since engines fold long values.
pub(crate) fn base64(element: Element<'_>) -> Result<Vec<u8>, ShapeError> {
    let value = element.value()?;
    let octets = BASE64_STANDARD.decode(value.as_bytes()).or_else(|_| {
        let unfolded: Vec<u8> = value.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        BASE64_STANDARD.decode(unfolded)
    });
    octets.map_err(|_| element.bad_value(&value, "base64"))
}

/// The children of an element of XML Signature, taken in the order of its schema.
struct Sequence<'d, I: Iterator<Item = Element<'d>>> {
    parent: Element<'d>,
    children: std::iter::Peekable<I>,
}

fn sequence<'d>(parent: Element<'d>) -> Sequence<'d, impl Iterator<Item = Element<'d>>> {
    Sequence { parent, children: parent.children().peekable() }
}

impl<'d, I: Iterator<Item = Element<'d>>> Sequence<'d, I> {
    fn optional(&mut self, local: &str) -> Option<Element<'d>> {
        self.children.next_if(|child| child.is(uris::DS, local))
    }

    fn next(&mut self, local: &str) -> Result<Element<'d>, SignatureRefusal> {
        self.optional(local).ok_or_else(|| {
            SignatureRefusal::MalformedSignature(ShapeError::missing(self.parent, uris::DS, local))
        })
    }

    fn end(&mut self) -> Result<(), SignatureRefusal> {
        match self.children.next() {
            None => Ok(()),
            Some(child) => Err(SignatureRefusal::MalformedSignature(ShapeError::Unexpected {
                parent: self.parent.clark(),
                child: child.clark(),
            })),
        }
    }
}
