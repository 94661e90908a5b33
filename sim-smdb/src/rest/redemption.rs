//! The authorization server: a token of the STS comes in as a form, an access token goes out.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use clock::{Span, Timestamp};
use oio_idws::{
    assertion::Assertion,
    call::{ReceivedToken, TokenRefusal},
};
use xml_security::{Claimed, xml::Limits};

use super::{AccessToken, Answer, Message, Presented, Rejection};
use crate::{Smdb, call::believable};

/// The form that a token comes in.
const FORM: &str = "application/x-www-form-urlencoded";
/// The field that holds it.
const TOKEN: &str = "saml-token";
/// The field that may say for how many seconds the access token is wanted.
const LIFETIME: &str = "should-expire-in";
/// The longest that an access token lives (OIO IDWS REST 1.0).
pub const LIFETIME_MAX: Span = Span::from_hours(1);
/// The shortest that one lives: its end is a whole second, and how long it lives is told in those. Our
/// choice.
pub const LIFETIME_MIN: Span = Span::from_seconds(1);

/// As clients write it, padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A request to redeem a token of the STS.
#[derive(Debug, Clone)]
pub struct Redemption {
    presented: Result<Presented, Rejection>,
    asked: Result<Asked, Rejection>,
}

/// What is asked for, in a form that could be read.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    token: ReceivedToken,
    lifetime: Option<Span>,
}

/// What is given for a token that nothing speaks against.
pub(super) struct Granted {
    /// The access token, without an id of its own yet.
    token: AccessToken,
    expires_in: i64,
}

impl Redemption {
    pub(super) fn read(smdb: &Smdb, message: &Message<'_>) -> Self {
        Self { presented: Presented::read(message), asked: Asked::read(smdb, message) }
    }

    /// The token that is to be redeemed, if SMDB can open it: whether it believes it hangs on the time.
    #[must_use]
    pub fn token(&self) -> Option<&Assertion> {
        self.asked.as_ref().ok().map(|asked| &asked.token.assertion)
    }

    pub(super) const fn has_token(&self) -> bool {
        self.asked.is_ok()
    }

    pub(super) fn decide(&self, smdb: &Smdb, id: String, now: Timestamp) -> Answer {
        match self.judge(smdb, now) {
            Ok(Granted { token, expires_in }) => {
                let token = Box::new(AccessToken { id, ..token });
                Answer::Issued { token, expires_in }
            }
            Err(against) => Answer::Rejected {
                id,
                rejection: against.into_iter().next().expect("something speaks against it"),
            },
        }
    }

    /// What speaks against it, what decides first: its form, the token as it is opened, its holder, then
    /// what a call with it would meet, and whether there is an access token to be had for it.
    pub(super) fn judge(&self, smdb: &Smdb, now: Timestamp) -> Result<Granted, Vec<Rejection>> {
        let mut against = Vec::new();
        let asked = match &self.asked {
            Ok(asked) => Some(asked),
            Err(rejection) => {
                against.push(rejection.clone());
                None
            }
        };
        match (&self.presented, asked) {
            (Err(rejection), _) => against.push(rejection.clone()),
            (Ok(presented), Some(asked))
                if presented.sha256 != asked.token.assertion.holder.sha256() =>
            {
                against.push(Rejection::AnotherHolder);
            }
            (Ok(_), _) => {}
        }
        if let Some(Asked { token, .. }) = asked {
            let mut judged = Vec::new();
            believable(smdb, token, now, &mut judged);
            against.extend(judged.into_iter().map(|it| match it {
                crate::Rejection::UnknownIssuer => {
                    Rejection::UnknownIssuer { thumbprint: Some(token.signed_by.thumbprint()) }
                }
                shared => Rejection::Shared(shared),
            }));
        }
        match asked {
            Some(asked) if against.is_empty() => {
                Granted::of(smdb, asked, now).map_err(|it| vec![it])
            }
            _ => Err(against),
        }
    }
}

impl Asked {
    fn read(smdb: &Smdb, message: &Message<'_>) -> Result<Self, Rejection> {
        let media_type = message.content_type.unwrap_or_default().split(';').next();
        if !media_type.unwrap_or_default().trim().eq_ignore_ascii_case(FORM) {
            return Err(Rejection::NotAForm);
        }
        let field = |name: &str| {
            let mut fields = form_urlencoded::parse(message.body);
            fields.find(|(own, _)| own == name).map(|(_, value)| value)
        };
        let token = field(TOKEN).filter(|it| !it.is_empty()).ok_or(Rejection::TokenMissing)?;
        let compact: Vec<u8> = token.bytes().filter(|it| !it.is_ascii_whitespace()).collect();
        let xml = BASE64.decode(compact).map_err(|_| Rejection::TokenNotBase64)?;
        let (keys, legacy) = (smdb.service_keys(), smdb.policy().legacy);
        let token = ReceivedToken::read(&xml, keys, &Limits::default(), legacy);
        let token = token.map_err(|refusal| match refusal {
            TokenRefusal::Missing | TokenRefusal::NotAToken => Rejection::NotAToken,
            TokenRefusal::UnknownIssuer { thumbprint } => {
                Rejection::UnknownIssuer { thumbprint: thumbprint.map(Claimed::into_unverified) }
            }
            TokenRefusal::NotDecryptable { .. }
            | TokenRefusal::Malformed(_)
            | TokenRefusal::NotAnAssertion
            | TokenRefusal::Signature(_)
            | TokenRefusal::Content(_) => {
                Rejection::Shared(crate::Rejection::token(smdb, &refusal))
            }
        })?;
        // What is no number of seconds is as if it were not said.
        let lifetime = field(LIFETIME).and_then(|it| it.trim().parse().ok());
        let lifetime = lifetime.filter(|it: &u32| *it > 0);
        Ok(Self { token, lifetime: lifetime.map(|it| Span::from_seconds(it.into())) })
    }
}

impl Granted {
    /// An access token says what the token says, for as long as is asked, allowed, and no longer than that
    /// token; for a second at least, since it is told in whole ones. So there is none for a token in its last
    /// second, from a whole second on as where anything else ends.
    fn of(smdb: &Smdb, asked: &Asked, now: Timestamp) -> Result<Self, Rejection> {
        let assertion = &asked.token.assertion;
        let lifetimes = [LIFETIME_MAX, smdb.policy().access_token_lifetime];
        let lifetime = lifetimes.into_iter().chain(asked.lifetime).min().unwrap_or(LIFETIME_MAX);
        let shortest = now + LIFETIME_MIN;
        let whole = shortest.truncated_to_second();
        let least = if whole < shortest { whole + Span::from_seconds(1) } else { whole };
        let end = assertion.not_on_or_after;
        let ended = end.truncated_to_second();
        if ended <= shortest {
            return Err(Rejection::TokenEndsTooSoon { end });
        }
        let until = (now + lifetime).truncated_to_second().max(least).min(ended);
        let token = AccessToken {
            id: String::new(),
            subject: assertion.subject.clone(),
            cvr: assertion.cvr.clone(),
            privileges: assertion.privileges.clone(),
            from: now.truncated_to_second(),
            until,
            certificate: assertion.holder.sha256(),
        };
        match token.excess(smdb.entity_id()) {
            None => Ok(Self { token, expires_in: until.since(now).millis() / 1_000 }),
            Some(excess) => Err(Rejection::AccessTokenTooLarge { excess }),
        }
    }
}
