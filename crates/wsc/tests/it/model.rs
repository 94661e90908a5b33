//! A straightforward model of what the clients do, call by call: the rules of the oracle written
//! down once more in whole seconds, with none of the client's code.
//!
//! At each call: a token in the cache that is as old as `u` is dropped; one that is left is used,
//! even when it will be refused; otherwise the node asks the STS with its present certificate; the
//! call to the service succeeds if the token is in its time, the message key is the token's, and
//! the service does not refuse the holder.

use std::sync::LazyLock;

use clock::{Span, Timestamp};
use oio_idws::{
    Credential,
    call::ServiceReply,
    fault::{ServiceFault, StsFault},
    soap::MessageTime,
    trust::{IssuedToken, StsReply},
};
use parties::{ClientProfile, Step};
use stage::start;
use wsc::{
    FindBy, KeyStore, Settings, Thumbprint,
    exchange::{Action, Event},
    habits::{Habits, Keeps},
};

use crate::world::{NEW, NEXT, Node, OLD, by_soap, order};

/// Which certificate: the old one, the new one, or the next.
pub(crate) type Which = usize;

/// All three, installed once: that takes time.
static KEY_STORE: LazyLock<KeyStore> = LazyLock::new(|| {
    let mut store = KeyStore::default();
    certificates().into_iter().for_each(|it| store.install(it.clone()));
    store
});

pub(crate) fn certificates() -> [&'static Credential; 3] {
    [&OLD, &NEW, &NEXT]
}

/// When the STS accepts each certificate, and from when on the service refuses it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    /// `[from, until)`, any number of them.
    pub(crate) accepted: [Vec<(i64, i64)>; 3],
    /// The first second at which the service refuses the holder.
    pub(crate) refused_by_service: [Option<i64>; 3],
    /// The life of a token.
    pub(crate) life: i64,
}

impl Answers {
    fn accepts(&self, which: Which, at: i64) -> bool {
        self.accepted[which].iter().any(|(from, until)| (*from..*until).contains(&at))
    }

    fn serves(&self, signer: Which, token: Token, at: i64) -> bool {
        let in_time = (token.issued..token.issued + self.life).contains(&at);
        let refused = self.refused_by_service[token.holder].is_some_and(|from| at >= from);
        in_time && signer == token.holder && !refused
    }
}

/// A token, as the services know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    issued: i64,
    holder: Which,
}

/// For how many seconds a client that does not look at the end of a token keeps one here.
const KEPT_FOR: i64 = 90;

/// Whether clients of this kind swap by a restart, as those in Java do.
pub(crate) const fn is_java(profile: ClientProfile) -> bool {
    matches!(profile, ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache)
}

/// The model of one node.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    profile: ClientProfile,
    /// For how long it keeps a token; not at all if that is zero or less.
    kept_for: i64,
    present: Which,
    token: Option<Token>,
}

impl Model {
    pub(crate) fn new(profile: ClientProfile, life: i64, margin: i64, skew: i64) -> Self {
        let kept_for = match profile {
            ClientProfile::NoCache => 0,
            ClientProfile::JavaRestFixedCache => KEPT_FOR,
            ClientProfile::RestartOnSwap
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::CoreNewKeyOldToken
            | ClientProfile::DotnetRest => life - margin - skew,
        };
        Self { profile, kept_for, present: 0, token: None }
    }

    pub(crate) fn swap(&mut self, to: Which) {
        self.present = to;
        if is_java(self.profile) {
            self.restart();
        }
    }

    pub(crate) fn restart(&mut self) {
        self.token = None;
    }

    pub(crate) fn call(&mut self, answers: &Answers, at: i64) -> Result<(), Step> {
        self.token = self.token.filter(|token| at < token.issued + self.kept_for);
        let token = match self.token {
            Some(token) => token,
            None if answers.accepts(self.present, at) => {
                let token = Token { issued: at, holder: self.present };
                self.token = (self.kept_for > 0).then_some(token);
                token
            }
            None => return Err(Step::One),
        };
        let signer = match self.profile {
            ClientProfile::DotnetCacheByEndpoint => token.holder,
            ClientProfile::NoCache
            | ClientProfile::RestartOnSwap
            | ClientProfile::JavaRestFixedCache
            | ClientProfile::CoreNewKeyOldToken
            | ClientProfile::DotnetRest => self.present,
        };
        if answers.serves(signer, token, at) { Ok(()) } else { Err(Step::Three) }
    }
}

/// The machine itself, between an STS and a service that answer without XML.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) node: Node,
}

pub(crate) fn at(second: i64) -> Timestamp {
    start() + Span::from_seconds(second)
}

impl Machine {
    /// A node of a profile, with another margin, that has the old certificate at the start.
    pub(crate) fn new(profile: ClientProfile, margin: i64, skew: i64) -> Self {
        let habits = by_soap(profile).habits;
        let habits = match habits.keeps {
            Keeps::Nothing => habits,
            Keeps::For { under, .. } => {
                let keeps = Keeps::For { span: Span::from_seconds(KEPT_FOR), under };
                Habits { keeps, ..habits }
            }
            Keeps::Until { .. } => habits.with_margin(Span::from_seconds(margin)),
        };
        let skew = Span::from_seconds(skew);
        Self::with(Settings { habits, skew, ..by_soap(profile) })
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let mut node = Node::with(settings);
        *node.wsc.key_store() = KEY_STORE.clone();
        let mut machine = Self { node };
        machine.swap(0, 0);
        machine
    }

    pub(crate) fn swap(&mut self, to: Which, second: i64) {
        let find_by = FindBy::thumbprint_of(&certificates()[to].certificate);
        self.node.find(find_by, at(second)).unwrap();
    }

    pub(crate) fn restart(&mut self, second: i64) {
        self.node.done(&Event::Restart, at(second)).unwrap();
    }

    pub(crate) fn call(&mut self, answers: &Answers, second: i64) -> Result<(), Step> {
        let now = at(second);
        let mut event = Event::Begin(order());
        loop {
            event = match self.node.decide(&event, now) {
                Action::AskSts { request, signer } => {
                    let signer = which(&signer);
                    Event::StsAnswered(Ok(if answers.accepts(signer, second) {
                        StsReply::Token(token(request.message_id, signer, answers.life, second))
                    } else {
                        StsReply::Fault(StsFault {
                            code: "FailedAuthentication".to_owned(),
                            text: "Authentication failed".to_owned(),
                        })
                    }))
                }
                Action::CallService { call, signer, .. } => {
                    let token = opened(&call.encrypted_assertion);
                    Event::ServiceAnswered(Ok(if answers.serves(which(&signer), token, second) {
                        let expires = now + Span::from_minutes(5);
                        let time = MessageTime { created: Some(now), expires };
                        ServiceReply::Answer { relates_to: call.message_id, time, content: () }
                    } else {
                        ServiceReply::Fault(ServiceFault {
                            code: "FailedAuthentication".to_owned(),
                            text: "no".to_owned(),
                        })
                    }))
                }
                Action::Done(result) => return result.map_err(|failure| failure.step()),
                Action::Redeem { .. } | Action::CallByRest { .. } => panic!("by REST"),
            }
        }
    }
}

fn which(signer: &Thumbprint) -> Which {
    certificates()
        .iter()
        .position(|it| Thumbprint::of(&it.certificate) == *signer)
        .expect("one of the three signs")
}

fn token(relates_to: String, holder: Which, life: i64, second: i64) -> IssuedToken {
    let expires = at(second + life);
    IssuedToken {
        relates_to,
        time: MessageTime { created: Some(at(second)), expires },
        expires,
        encrypted_assertion: format!("{second} {holder}"),
    }
}

fn opened(text: &str) -> Token {
    let (issued, holder) = text.split_once(' ').unwrap();
    Token { issued: issued.parse().unwrap(), holder: holder.parse().unwrap() }
}
