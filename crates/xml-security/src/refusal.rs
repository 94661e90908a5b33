//! Why a signature is refused: one closed enum.

mod danish;

use crate::{
    c14n::TooMuchWork,
    security_header::Part,
    xml::{IdRefusal, ShapeError, shown},
};

/// Why a signature, or the header that holds it, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureRefusal {
    /// The message does not have the shape of a signed SOAP message.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The message has no `wsse:Security` header.
    #[error("the message has no wsse:Security header")]
    NoSecurityHeader,
    /// The message has several `wsse:Security` headers.
    #[error("the message has {count} wsse:Security headers")]
    SeveralSecurityHeaders {
        /// How many.
        count: usize,
    },
    /// The token in the header is not an X.509 certificate that can be read.
    #[error("the security token cannot be used: {reason}")]
    UnusableToken {
        /// What is wrong with it.
        reason: String,
    },
    /// There is no signature where one must be.
    #[error("`{element}` has no signature")]
    NoSignature {
        /// The element that should hold it.
        element: String,
    },
    /// There is more than one signature where one must be.
    #[error("`{element}` has {count} signatures")]
    SeveralSignatures {
        /// The element that holds them.
        element: String,
        /// How many.
        count: usize,
    },
    /// The signature does not have the shape of one, or has parts that are never processed.
    #[error("the signature is malformed: {0}")]
    MalformedSignature(ShapeError),
    /// Two attributes of the document carry the same id.
    #[error("the id `{id}` is there more than once")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A reference names no element of the document.
    #[error("the reference `{uri}` names nothing")]
    UnresolvedReference {
        /// The reference.
        uri: String,
    },
    /// A reference leads out of the document, or is an XPointer.
    #[error("the reference `{uri}` is not to an id of the document")]
    ExternalReference {
        /// The reference.
        uri: String,
    },
    /// A reference names the document as a whole (`URI=""`), or nothing (no `URI`).
    #[error("a reference is to the whole document")]
    WholeDocumentReference,
    /// A reference names an element that may not be signed in its way.
    #[error("the reference `{uri}` is to `{found}`, which is not what must be signed")]
    ReferenceToWrongElement {
        /// The reference.
        uri: String,
        /// The element it names, in Clark's notation.
        found: String,
    },
    /// A `SecurityTokenReference` does not lead to a token of the header.
    #[error("the token reference `{uri}` does not lead to a token")]
    UnresolvedToken {
        /// The reference to it.
        uri: String,
    },
    /// A transform, or an order of transforms, that is not allowed.
    #[error("the transform `{uri}` is not allowed here")]
    TransformNotAllowed {
        /// The transform.
        uri: String,
    },
    /// An algorithm that is not allowed.
    #[error("the algorithm `{uri}` is not allowed")]
    AlgorithmNotAllowed {
        /// The algorithm.
        uri: String,
    },
    /// More references than are followed.
    #[error("the signature has {count} references, the limit is {limit}")]
    TooManyReferences {
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// The canonical forms of what is referred to are larger than any real message's.
    #[error("the signature covers more than is digested for one message")]
    TooMuchToDigest,
    /// A part that must be there is not.
    #[error("the message has no {part}")]
    MissingPart {
        /// The part.
        part: Part,
    },
    /// A part that must be there once is there more often.
    #[error("the message has more than one {part}")]
    SeveralParts {
        /// The part.
        part: Part,
    },
    /// A part that must be signed is not.
    #[error("the signature does not cover the {part}")]
    NotCovered {
        /// The part.
        part: Part,
    },
    /// A header that must be signed, since all must, is not.
    #[error("the signature does not cover the header `{header}`")]
    HeaderNotCovered {
        /// The header, in Clark's notation.
        header: String,
    },
    /// What a reference names is not what was signed.
    #[error("`{id}` is not as it was signed")]
    DigestMismatch {
        /// The id that the reference names.
        id: String,
    },
    /// The signature is not by this key over this `SignedInfo`.
    #[error("the signature is not by this key")]
    SignatureMismatch,
}

impl SignatureRefusal {
    /// For an id that cannot be followed from `uri`.
    pub(crate) fn of_id(refusal: IdRefusal, uri: &str) -> Self {
        match refusal {
            IdRefusal::Duplicate(id) => Self::DuplicateId { id },
            IdRefusal::Unknown => Self::UnresolvedReference { uri: shown(uri) },
        }
    }
}

impl From<TooMuchWork> for SignatureRefusal {
    fn from(_: TooMuchWork) -> Self {
        Self::TooMuchToDigest
    }
}
