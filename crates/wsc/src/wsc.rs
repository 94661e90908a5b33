//! One node of a client.

use std::{convert::Infallible, sync::Arc};

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::{
    addressing,
    call::{ServiceCall, ServiceReply},
    trust::{StsReply, TokenRequest},
};
use parties::Core;

use crate::{
    Fact, Failure, KeyStore, Settings, StartError, Thumbprint, Trust,
    cache::{Cache, CacheKey, KeptAccess, KeptToken},
    exchange::{Action, Again, Event, Order, SealedOrder, Waiting},
    habits::{Calls, SigningKey, Swap},
    look_up::{self, FindBy},
    rest::RestError,
    settings::OnFault,
};

mod by_rest;
mod obstacles;

/// For how long a message may be used: what both reference clients ask for.
const MESSAGE_LIFE: Span = Span::from_minutes(5);

/// One node of a client. It works on one order at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wsc {
    settings: Settings,
    trust: Arc<Trust>,
    key_store: KeyStore,
    configured: Option<FindBy>,
    /// The certificate that the last start found.
    present: Result<Thumbprint, StartError>,
    cache: Cache,
    waiting: Option<Waiting>,
}

impl Wsc {
    /// A node without a certificate, which has not been started.
    #[must_use]
    pub fn new(settings: Settings, trust: Arc<Trust>) -> Self {
        Self {
            settings,
            trust,
            key_store: KeyStore::default(),
            configured: None,
            present: Err(StartError::NotConfigured),
            cache: Cache::default(),
            waiting: None,
        }
    }

    /// How it is set up.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its key store.
    pub const fn key_store(&mut self) -> &mut KeyStore {
        &mut self.key_store
    }

    /// Pins other certificates: somebody copied them from the page where they are published.
    pub fn pin(&mut self, trust: Arc<Trust>) {
        self.trust = trust;
    }

    /// The certificate that it calls with: the one that its last start found.
    #[must_use]
    pub fn present(&self) -> Option<&Thumbprint> {
        self.present.as_ref().ok()
    }

    /// The tokens that it keeps.
    pub fn kept_tokens(&self) -> impl Iterator<Item = &KeptToken> {
        self.cache.tokens()
    }

    /// The access tokens that it keeps.
    pub fn kept_access_tokens(&self) -> impl Iterator<Item = &KeptAccess> {
        self.cache.access_tokens()
    }

    /// Takes note of what another client of the same process remembered: clients whose cache
    /// belongs to the process see what any of them keeps and drops.
    ///
    /// They also see each other's keys, which is a matter of the [`KeyStore`].
    pub fn overhear(&mut self, fact: &Fact) {
        match fact {
            Fact::Kept(_) | Fact::Dropped(_) if self.settings.shares_its_cache() => {
                self.apply(fact.clone());
            }
            Fact::KeptAccess(_) | Fact::DroppedAccess(_)
                if self.settings.shares_its_access_tokens() =>
            {
                self.apply(fact.clone());
            }
            Fact::Kept(_)
            | Fact::Dropped(_)
            | Fact::KeptAccess(_)
            | Fact::DroppedAccess(_)
            | Fact::Configured(_)
            | Fact::Started { .. }
            | Fact::Sent(_)
            | Fact::Concluded => {}
        }
    }

    fn open(&self, sealed_with: &Thumbprint, order: &SealedOrder) -> Option<Order> {
        order.open(self.key_store.seal(sealed_with)?)
    }

    fn seal(&self, seal_with: &Thumbprint, order: &Order) -> Option<SealedOrder> {
        Some(SealedOrder::new(order, self.key_store.seal(seal_with)?.clone()))
    }

    /// Whose key signs a call with a token that is bound to `holder`'s.
    fn signer<'a>(&'a self, holder: &'a Thumbprint) -> Result<&'a Thumbprint, &'a StartError> {
        match self.settings.habits.signs_with {
            SigningKey::OfTheToken => self.present.as_ref().map(|_| holder),
            SigningKey::Present => self.present.as_ref(),
        }
    }

    /// What the cache has for this node, dropped or not.
    fn cached(&self) -> Option<&KeptToken> {
        self.cache.get(&self.settings.cache_key(&self.trust.service_entity_id)?)
    }

    fn usable_token(&self, now: Timestamp) -> Option<&KeptToken> {
        self.cached().filter(|token| {
            self.settings.dropped_at(token).is_some_and(|dropped_at| now < dropped_at)
        })
    }

    fn start(&self, how: Swap, now: Timestamp) -> Next {
        let (habits, clock) = (&self.settings.habits, self.settings.clock(now));
        let find_by = self.configured.as_ref();
        let found =
            look_up::own_certificate(find_by, &self.key_store, habits, clock).and_then(|found| {
                look_up::pinned_certificate(&self.trust.sts, habits, clock).map(|()| found)
            });
        let outcome = found.clone().map(drop).map_err(Failure::from);
        Next::new(Action::Done(outcome), vec![Fact::Started { how, found }])
    }

    fn begin(&self, order: &Order, now: Timestamp, entropy: &mut Entropy) -> Next {
        if let Calls::Rest { .. } = self.settings.habits.calls {
            return self.begin_by_rest(order, false, now, entropy);
        }
        if let Some(token) = self.usable_token(now) {
            let again = self.settings.on_fault == OnFault::RetryOnceWithFreshToken;
            return self.call(
                &token.holder,
                &token.encrypted_assertion,
                order,
                again,
                now,
                entropy,
            );
        }
        self.ask(order, false, now, entropy).after(self.cached().map(|token| dropped(&token.key)))
    }

    fn ask(
        &self,
        order: &Order,
        is_second_try: bool,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Next {
        let holder = match &self.present {
            Ok(present) => present.clone(),
            Err(error) => return Next::fail(error.clone().into()),
        };
        let created = self.settings.clock(now);
        let request = TokenRequest::of_system_user(
            addressing::sts_message_id(entropy),
            addressing::message_id(entropy),
            self.trust.service_entity_id.to_string(),
            created,
            created + MESSAGE_LIFE,
        );
        let Some(order) = self.seal(&holder, order) else {
            return Next::fail(Failure::KeyMissing);
        };
        let message_id = request.message_id.clone();
        let waiting = Waiting::Sts { message_id, holder: holder.clone(), order, is_second_try };
        Next::new(Action::AskSts { request, signer: holder }, vec![Fact::Sent(waiting)])
    }

    fn call(
        &self,
        holder: &Thumbprint,
        encrypted_assertion: &str,
        order: &Order,
        again: bool,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Next {
        let signer = match self.signer(holder) {
            Ok(signer) => signer.clone(),
            Err(error) => return Next::fail(error.clone().into()),
        };
        let created = self.settings.clock(now);
        let call = ServiceCall {
            message_id: addressing::message_id(entropy),
            action: order.action.clone(),
            framework: self.settings.framework(),
            to: self.trust.service_address.clone(),
            created,
            expires: created + MESSAGE_LIFE,
            encrypted_assertion: encrypted_assertion.to_owned(),
            body: order.body.clone(),
        };
        let again = if again { self.seal(&signer, order) } else { None };
        let again = again.map(|order| Again { sealed_with: signer.clone(), order });
        let waiting = Waiting::Service { message_id: call.message_id.clone(), again };
        let action = Action::CallService { call: Box::new(call), signer, holder: holder.clone() };
        Next::new(action, vec![Fact::Sent(waiting)])
    }

    /// Goes on with `event`, which nothing stands in the way of.
    fn go_on(&self, event: &Event, now: Timestamp, entropy: &mut Entropy) -> Next {
        match (event, &self.waiting) {
            (Event::Begin(order), _) => self.begin(order, now, entropy),
            (
                Event::StsAnswered(Ok(StsReply::Token(token))),
                Some(Waiting::Sts { holder, order, is_second_try, .. }),
            ) => {
                let Some(order) = self.open(holder, order) else {
                    return Next::fail(Failure::KeyMissing);
                };
                let kept = self.settings.kept(token, holder, &self.trust.service_entity_id, now);
                let next = match self.settings.habits.calls {
                    Calls::Soap => {
                        self.call(holder, &token.encrypted_assertion, &order, false, now, entropy)
                    }
                    Calls::Rest { .. } => {
                        let token = (&*token.encrypted_assertion, holder);
                        self.redeem(token, &order, *is_second_try, entropy)
                    }
                };
                next.after(kept.map(Fact::Kept))
            }
            (
                Event::ServiceAnswered(Ok(ServiceReply::Fault(_))),
                Some(Waiting::Service { again: Some(again), .. }),
            ) => {
                let Some(order) = self.open(&again.sealed_with, &again.order) else {
                    return Next::fail(Failure::KeyMissing);
                };
                self.ask(&order, true, now, entropy)
                    .after(self.cached().map(|token| dropped(&token.key)))
            }
            (
                Event::Redeemed(Ok(granted)),
                Some(Waiting::AuthorizationServer { holder, order, is_second_try, .. }),
            ) => self.go_on_redeemed(granted, (holder, order), *is_second_try, now, entropy),
            (
                Event::Returned(Err(RestError::Refused(_))),
                Some(Waiting::Rest { again: Some(again), .. }),
            ) => {
                let Some(order) = self.open(&again.sealed_with, &again.order) else {
                    return Next::fail(Failure::KeyMissing);
                };
                self.begin_by_rest(&order, true, now, entropy)
            }
            (Event::ServiceAnswered(_) | Event::Returned(_), _) => {
                Next::new(Action::Done(Ok(())), vec![Fact::Concluded])
            }
            (
                Event::Configure(_)
                | Event::TakeUp
                | Event::Restart
                | Event::StsAnswered(_)
                | Event::Redeemed(_)
                | Event::ServerNotTrusted
                | Event::Unexpected,
                _,
            ) => Next::fail(Failure::UnexpectedAnswer),
        }
    }
}

fn dropped(key: &CacheKey) -> Fact {
    Fact::Dropped(key.clone())
}

/// What to do, and what to remember of it.
struct Next {
    action: Action,
    facts: Vec<Fact>,
}

impl Next {
    const fn new(action: Action, facts: Vec<Fact>) -> Self {
        Self { action, facts }
    }

    fn fail(failure: Failure) -> Self {
        Self::new(Action::Done(Err(failure)), vec![Fact::Concluded])
    }

    fn after(mut self, fact: Option<Fact>) -> Self {
        self.facts.splice(0..0, fact);
        self
    }
}

impl Core for Wsc {
    type Request = Event;
    type Answer = Action;
    type Fact = Fact;
    type Need = Infallible;
    type Lesson = Infallible;

    fn read(&self, bytes: &[u8]) -> Event {
        match &self.waiting {
            Some(Waiting::Sts { .. }) => {
                Event::StsAnswered(StsReply::read(bytes, self.trust.sts.public_key()))
            }
            Some(Waiting::Service { .. }) => Event::ServiceAnswered(ServiceReply::read(
                bytes,
                self.trust.service.public_key(),
                |_| Ok(()),
            )),
            Some(Waiting::AuthorizationServer { .. } | Waiting::Rest { .. }) | None => {
                Event::Unexpected
            }
        }
    }

    fn write(&self, action: &Action, _: &mut Entropy) -> Vec<u8> {
        let layout = self.settings.habits.layout;
        let credential = |signer| self.key_store.credential(signer);
        let message = match action {
            Action::AskSts { request, signer } => {
                credential(signer).and_then(|it| request.write_as(layout, &it).ok())
            }
            Action::CallService { call, signer, .. } => {
                let version = self.settings.binding.soap();
                credential(signer).and_then(|it| call.write_as(layout, version, &it).ok())
            }
            Action::Redeem { post, .. } | Action::CallByRest { post, .. } => {
                Some(post.body.clone())
            }
            Action::Done(_) => None,
        };
        message.unwrap_or_default().into_bytes()
    }

    fn needs(&self, _: &Event, _: Timestamp) -> Vec<Infallible> {
        Vec::new()
    }

    fn learn(&mut self, lesson: Infallible) {
        match lesson {}
    }

    fn decide(&self, event: &Event, now: Timestamp, entropy: &mut Entropy) -> (Action, Vec<Fact>) {
        let next = match event {
            Event::Configure(find_by) => {
                Next::new(Action::Done(Ok(())), vec![Fact::Configured(find_by.clone())])
            }
            Event::TakeUp => self.start(self.settings.habits.swap, now),
            Event::Restart => self.start(Swap::Restart, now),
            Event::Begin(_)
            | Event::StsAnswered(_)
            | Event::ServiceAnswered(_)
            | Event::Redeemed(_)
            | Event::Returned(_)
            | Event::ServerNotTrusted
            | Event::Unexpected => match self.obstacles(event, now).into_iter().next() {
                Some(failure) => Next::fail(failure),
                None => self.go_on(event, now, entropy),
            },
        };
        (next.action, next.facts)
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Configured(find_by) => self.configured = Some(find_by),
            Fact::Started { how, found } => {
                self.present = found;
                if how == Swap::Restart {
                    self.cache = Cache::default();
                    self.waiting = None;
                }
            }
            Fact::Sent(waiting) => self.waiting = Some(waiting),
            Fact::Kept(token) => self.cache.keep(token),
            Fact::Dropped(key) => self.cache.remove(&key),
            Fact::KeptAccess(token) => self.cache.keep_access(token),
            Fact::DroppedAccess(key) => self.cache.remove_access(&key),
            Fact::Concluded => self.waiting = None,
        }
    }

    /// The edges of every certificate that it has, by the true time and by its own clock, and those
    /// of every token that it keeps: where it drops one, and where one ends at the service.
    ///
    /// In its last second a token is worth no access token.
    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let certificates = self.key_store.certificates().chain([&self.trust.sts]);
        let edges = certificates.flat_map(|it| [it.not_before(), it.first_refused()]);
        let certificates = edges.flat_map(|at| [at, at - self.settings.skew]);
        let tokens = self.cache.tokens().flat_map(|token| {
            let last_second = token.expires.truncated_to_second() - Span::from_seconds(1);
            [Some(last_second), Some(token.expires), self.settings.dropped_at(token)]
        });
        let access = self.cache.access_tokens();
        let access =
            access.flat_map(|token| [Some(token.ends), self.settings.access_dropped_at(token)]);
        let tokens = tokens.chain(access).flatten();
        certificates.chain(tokens).filter(|at| *at > now).min()
    }
}
