//! Enveloped signatures: an element that holds the signature over itself, as a SAML assertion does.

use pki::PublicKey;

use crate::{
    Claimed, Element, Legacy, SignatureRefusal, Verified,
    c14n::Budget,
    security_header::certificate_der,
    signature::{Signature, Target},
    trust::Readable,
    uris,
    xml::{ShapeError, shown},
};

/// Checks the signature that `element` holds as a direct child: that `key` made it, and that its one
/// reference is to `element` itself, by its own id.
///
/// What is verified is `element` without the signature. A signature further down is that of another
/// element, and is left alone.
///
/// # Errors
///
/// If there is not exactly one signature, if it cannot be read or uses what is not allowed, if it
/// refers to anything but `element`, or if it does not verify.
pub fn verify_enveloped<'d>(
    element: impl Readable<'d>,
    key: &PublicKey,
    legacy: Legacy,
) -> Result<Verified<Element<'d>>, SignatureRefusal> {
    let element = element.view().element;
    let signature = Signature::read(only_signature(element)?)?;
    let [reference] = signature.references.as_slice() else {
        return Err(SignatureRefusal::MalformedSignature(ShapeError::several(
            signature.element,
            uris::DS,
            "Reference",
        )));
    };
    match reference.target {
        Target::Element(target) if target == element => {}
        Target::Element(other) | Target::Token { reference: other, .. } => {
            return Err(SignatureRefusal::ReferenceToWrongElement {
                uri: shown(reference.uri),
                found: other.clark(),
            });
        }
    }
    let mut budget = Budget::one_message();
    signature.check_signature(key, legacy, &mut budget)?;
    let signed = signature.check_digests(legacy, &mut budget)?;
    Ok(signed.into_iter().next().expect("one reference gives one element"))
}

/// The certificate in the signature that `element` holds, as DER: whom it claims to be by. Who knows
/// that certificate need not parse it once more.
#[must_use]
pub fn enveloped_certificate_der<'d>(element: impl Readable<'d>) -> Option<Claimed<Vec<u8>>> {
    let signature = only_signature(element.view().element).ok()?;
    certificate_der(signature.child(uris::DS, "KeyInfo")?).map(Claimed::new)
}

fn only_signature(element: Element<'_>) -> Result<Element<'_>, SignatureRefusal> {
    let signatures = element.children().filter(|child| child.is(uris::DS, "Signature"));
    match signatures.count() {
        0 => Err(SignatureRefusal::NoSignature { element: element.clark() }),
        1 => Ok(element.only_child(uris::DS, "Signature")?),
        count => Err(SignatureRefusal::SeveralSignatures { element: element.clark(), count }),
    }
}
