//! The same in Danish, for people; names of elements and headers stay as the message has them.

use super::SignatureRefusal;
use crate::security_header::Part;

impl SignatureRefusal {
    /// What [`Display`](std::fmt::Display) says, in Danish.
    #[must_use]
    pub fn in_danish(&self) -> String {
        match self {
            Self::Shape(error) => format!("beskeden har ikke den rette form: {error}"),
            Self::NoSecurityHeader => "beskeden har ingen wsse:Security-header".to_owned(),
            Self::SeveralSecurityHeaders { count } => {
                format!("beskeden har {count} wsse:Security-headere")
            }
            Self::UnusableToken { reason } => {
                format!("certifikatet i beskeden kan ikke bruges: {reason}")
            }
            Self::NoSignature { element } => format!("`{element}` har ingen signatur"),
            Self::SeveralSignatures { element, count } => {
                format!("`{element}` har {count} signaturer")
            }
            Self::MalformedSignature(error) => {
                format!("signaturen har ikke den rette form: {error}")
            }
            Self::DuplicateId { id } => format!("id'et `{id}` er der mere end én gang"),
            Self::UnresolvedReference { uri } => format!("referencen `{uri}` peger ikke på noget"),
            Self::ExternalReference { uri } => {
                format!("referencen `{uri}` peger ikke på et id i beskeden")
            }
            Self::WholeDocumentReference => "en reference peger på hele beskeden".to_owned(),
            Self::ReferenceToWrongElement { uri, found } => {
                format!("referencen `{uri}` peger på `{found}`, som ikke er det, der skal signeres")
            }
            Self::UnresolvedToken { uri } => {
                format!("tokenreferencen `{uri}` fører ikke til et token")
            }
            Self::TransformNotAllowed { uri } => {
                format!("transformationen `{uri}` er ikke tilladt her")
            }
            Self::AlgorithmNotAllowed { uri } => format!("algoritmen `{uri}` er ikke tilladt"),
            Self::TooManyReferences { count, limit } => {
                format!("signaturen har {count} referencer; grænsen er {limit}")
            }
            Self::TooMuchToDigest => {
                "signaturen dækker mere, end der behandles for én besked".to_owned()
            }
            Self::MissingPart { part } => format!("beskeden har {}", none(*part)),
            Self::SeveralParts { part } => format!("beskeden har mere end én {}", bare(*part)),
            Self::NotCovered { part } => format!("signaturen dækker ikke {}", bare(*part)),
            Self::HeaderNotCovered { header } => {
                format!("signaturen dækker ikke headeren `{header}`")
            }
            Self::DigestMismatch { id } => format!("`{id}` er ikke, som det blev signeret"),
            Self::SignatureMismatch => "signaturen er ikke lavet med denne nøgle".to_owned(),
        }
    }
}

fn none(part: Part) -> String {
    match part {
        Part::Token => "intet token".to_owned(),
        Part::Body | Part::Timestamp | Part::BinarySecurityToken | Part::Header { .. } => {
            format!("ingen {}", bare(part))
        }
    }
}

fn bare(part: Part) -> String {
    match part {
        Part::Body | Part::Timestamp | Part::BinarySecurityToken | Part::Token => part.to_string(),
        Part::Header { local_name, .. } => format!("{local_name}-header"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danish_is_another_language() {
        let part = Part::Token;
        for refusal in [
            SignatureRefusal::SignatureMismatch,
            SignatureRefusal::MissingPart { part },
            SignatureRefusal::NotCovered { part },
            SignatureRefusal::DigestMismatch { id: "_1".to_owned() },
            SignatureRefusal::TooMuchToDigest,
        ] {
            assert_ne!(refusal.in_danish(), refusal.to_string());
        }
        let missing = SignatureRefusal::MissingPart { part };
        assert_eq!(missing.in_danish(), "beskeden har intet token");
    }
}
