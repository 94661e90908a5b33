//! What a client can tell of its messages and of their answers, for the journal: services see more, and
//! are not asked.

use oio_idws::trust::StsReply;
use parties::{Direction, Party};
use wsc::{exchange::Event, rest::Post};

use crate::{
    scenario::CertificateName,
    world::{CallOutcome, Content, Message, clients::Letter},
};

/// A message that goes between a client and a service.
pub(super) struct Noted {
    name: &'static str,
    from: Party,
    to: Party,
    content: Content,
}

impl Noted {
    /// A request for a token.
    pub(super) fn request(letter: Letter<'_>) -> Self {
        let signer = letter.certificates.named_by(letter.proved_by);
        Self::to(Party::Sts, "1-wsc-to-sts", Content::TokenRequest { signer })
    }

    /// A call by SOAP. The token in it is sealed; whom it is bound to, the client knows who got it.
    pub(super) fn call(letter: Letter<'_>) -> Self {
        let (signer, holder) = named(letter);
        Self::to(Party::Smdb, "3-wsc-to-wsp", Content::Call { signer, holder, until: None })
    }

    /// What is posted by REST, of which the same is true.
    pub(super) fn post(post: &Post, letter: Letter<'_>) -> Self {
        let (shown, holder) = named(letter);
        let until = None;
        if post.path() == wsc::rest::TOKEN_PATH {
            Self::to(Party::Smdb, "3-wsc-to-as", Content::Redemption { shown, holder, until })
        } else {
            Self::to(Party::Smdb, "5-wsc-to-wsp", Content::CallByRest { shown, holder, until })
        }
    }

    /// What the client understood of an answer, beside what the service says of it; none if it was none.
    pub(super) fn answer(
        letter: Letter<'_>,
        answer: &Event,
        refusal: Option<&CallOutcome>,
    ) -> Option<Self> {
        let proved_by = letter.certificates.named_by(letter.proved_by);
        let (from, name, content) = match answer {
            Event::StsAnswered(answer) => {
                let token = match answer {
                    Ok(StsReply::Token(token)) => Some(Content::Token {
                        holder: proved_by,
                        from: letter.now,
                        until: token.expires,
                    }),
                    Ok(StsReply::Fault(_)) | Err(_) => None,
                };
                (Party::Sts, "2-sts-to-wsc", token)
            }
            Event::ServiceAnswered(_) => (Party::Smdb, "4-wsp-to-wsc", Some(Content::Receipt)),
            Event::Redeemed(answer) => {
                let access = answer.as_ref().ok().map(|granted| Content::AccessToken {
                    holder: proved_by,
                    from: letter.now,
                    until: letter.now + granted.expires_in,
                });
                (Party::Smdb, "4-as-to-wsc", access)
            }
            Event::Returned(_) => (Party::Smdb, "6-wsp-to-wsc", Some(Content::Receipt)),
            Event::Configure(_)
            | Event::TakeUp
            | Event::Restart
            | Event::Begin(_)
            | Event::ServerNotTrusted
            | Event::Unexpected => return None,
        };
        let refused = refusal.and_then(CallOutcome::failure);
        let fault = refused.map(|failure| Content::Fault { cause: failure.cause.clone() });
        let content = fault.or(content)?;
        Some(Self { name, from, to: Party::Client, content })
    }

    const fn to(to: Party, name: &'static str, content: Content) -> Self {
        Self { name, from: Party::Client, to, content }
    }

    /// The same as it enters the journal.
    pub(super) fn into_message(self, letter: Letter<'_>) -> Message {
        let Self { name, from, to, content } = self;
        let direction = match to {
            Party::Client => Direction::Response,
            Party::Mitid | Party::Sts | Party::Smdb => Direction::Request,
        };
        let (name, environment) = (name.to_owned(), letter.environment);
        Message { name, from, to, direction, environment, content }
    }
}

/// The file's names for the certificate whose key a message proves, and for the one that its token is bound
/// to.
fn named(letter: Letter<'_>) -> (Option<CertificateName>, Option<CertificateName>) {
    let certificates = letter.certificates;
    let holder = letter.holder.and_then(|holder| certificates.named_by(holder));
    (certificates.named_by(letter.proved_by), holder)
}
