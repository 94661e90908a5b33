//! What a request asks for, parsed out of its signed content: behind this, nothing is left to check
//! that does not depend on who asks, and when.

use clock::Timestamp;
use oio_idws::{
    trust::TokenRequest,
    uris::{
        ISSUE_ACTION, ISSUE_REQUEST, SAML_TOKEN_TYPE, STS_BOOTSTRAP_CASE, STS_LOCAL_CASE,
        STS_SIGNATURE_CASE,
    },
};
use parties::Excerpt;
use xml_security::xml::shown;

use crate::{Policy, Rejection};

/// The scenarios of use that the STS tells apart by `wsa:To` (`RULES` 2.3.1.3). All of them come to
/// the same URL, and have the same names in both environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Case {
    /// A system user asks for itself (the *signature case*).
    SystemUser,
    /// A system asks on behalf of a person who logged in, with a bootstrap token.
    Bootstrap,
    /// A system asks on behalf of a person whom its own organisation's STS vouches for.
    Local,
}

impl Case {
    /// The case that a `wsa:To` names. `RULES` writes the names without the last slash, and clients
    /// with it; nothing else is forgiven.
    #[must_use]
    pub fn parse(to: &str) -> Option<Self> {
        let names = |case: &Self| {
            let uri = case.uri();
            to == uri || uri.strip_suffix('/') == Some(to)
        };
        <Self as strum::VariantArray>::VARIANTS.iter().copied().find(names)
    }

    /// Its name, with the last slash.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::SystemUser => STS_SIGNATURE_CASE,
            Self::Bootstrap => STS_BOOTSTRAP_CASE,
            Self::Local => STS_LOCAL_CASE,
        }
    }
}

/// A system user's request for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The message's id, signed.
    pub message_id: String,
    /// What the answer repeats.
    pub context: String,
    /// The token type, if the request says; the answer repeats it.
    pub token_type: Option<String>,
    /// The service, as it is named.
    pub applies_to: String,
    /// The end of the token asked for, if the request says.
    pub lifetime_until: Option<Timestamp>,
}

impl Asked {
    /// Parses the content of a request. `KeyType`, `UseKey` and `Claims` are read over, as by the
    /// real STS (`RULES` 2.3).
    ///
    /// # Errors
    ///
    /// [`Rejection::MustUnderstand`], [`Rejection::UnknownCase`], [`Rejection::CaseNotOffered`],
    /// [`Rejection::ActsAs`], or [`Rejection::InvalidRequest`] for an action, a request type or a token
    /// type that the STS does not know.
    pub fn parse(request: TokenRequest, policy: &Policy) -> Result<Self, Rejection> {
        if let Some(header) = request.must_understand
            && !policy.accepts_must_understand
        {
            return Err(Rejection::MustUnderstand { header });
        }
        match Case::parse(&request.to) {
            Some(Case::SystemUser) => {}
            Some(case @ (Case::Bootstrap | Case::Local)) => {
                return Err(Rejection::CaseNotOffered { case });
            }
            None => return Err(Rejection::UnknownCase { to: Excerpt::of_name(&request.to) }),
        }
        let only = |what: &str, got: &str, known: &str| {
            if got == known {
                return Ok(());
            }
            let what = Excerpt::of_sentence(&format!("{what} `{}` is not {known}", shown(got)));
            Err(Rejection::InvalidRequest { what })
        };
        only("wsa:Action", &request.action, ISSUE_ACTION)?;
        only("RequestType", &request.request_type, ISSUE_REQUEST)?;
        if let Some(token_type) = &request.token_type {
            only("TokenType", token_type, SAML_TOKEN_TYPE)?;
        }
        if request.acts_as {
            return Err(Rejection::ActsAs);
        }
        Ok(Self {
            message_id: request.message_id,
            context: request.context,
            token_type: request.token_type,
            applies_to: request.applies_to,
            lifetime_until: request.lifetime_until,
        })
    }
}
