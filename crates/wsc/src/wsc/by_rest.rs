//! The way of an order by REST: an access token that is kept, or one that a kept token is redeemed for,
//! or first a token of the STS.

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::{Layout, addressing};

use super::{Next, Wsc, dropped};
use crate::{
    Fact, Failure, Thumbprint,
    cache::KeptAccess,
    exchange::{Action, Again, Event, Order, SealedOrder, Waiting},
    rest::{Granted, HttpReply, Post},
};

impl Wsc {
    /// What an answer over HTTP means to a node that called by REST.
    ///
    /// What the STS answers it reads as ever, by [`read`](parties::Core::read).
    #[must_use]
    pub fn read_rest(&self, reply: &HttpReply<'_>) -> Event {
        match &self.waiting {
            Some(Waiting::AuthorizationServer { .. }) => Event::Redeemed(reply.granted()),
            Some(Waiting::Rest { .. }) => Event::Returned(reply.accepted()),
            Some(Waiting::Sts { .. } | Waiting::Service { .. }) | None => Event::Unexpected,
        }
    }

    fn cached_access(&self) -> Option<&KeptAccess> {
        self.cache.access(&self.settings.access_key(&self.trust.service_entity_id)?)
    }

    pub(super) fn usable_access(&self, now: Timestamp) -> Option<&KeptAccess> {
        self.cached_access().filter(|token| {
            self.settings.access_dropped_at(token).is_some_and(|dropped_at| now < dropped_at)
        })
    }

    /// What calls with an access token carry; none if its seal cannot be opened.
    pub(super) fn authorization(&self, access: &KeptAccess) -> Option<String> {
        access.authorization.clone().open(self.key_store.seal(&access.holder)?)
    }

    /// Calls with the access token that is kept, and gets one if there is none.
    pub(super) fn begin_by_rest(
        &self,
        order: &Order,
        is_second_try: bool,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Next {
        if let Some(access) = self.usable_access(now) {
            let Some(authorization) = self.authorization(access) else {
                return Next::fail(Failure::KeyMissing);
            };
            let access = (authorization, &access.holder);
            return self.call_by_rest(access, order, is_second_try, entropy);
        }
        let next = match self.usable_token(now) {
            Some(token) => {
                let token = (&*token.encrypted_assertion, &token.holder);
                self.redeem(token, order, is_second_try, entropy)
            }
            None => self
                .ask(order, is_second_try, now, entropy)
                .after(self.cached().map(|token| dropped(&token.key))),
        };
        next.after(self.cached_access().map(|access| Fact::DroppedAccess(access.key.clone())))
    }

    /// Hands in a token, with whom it is bound to.
    pub(super) fn redeem(
        &self,
        (encrypted_assertion, bound_to): (&str, &Thumbprint),
        order: &Order,
        is_second_try: bool,
        entropy: &mut Entropy,
    ) -> Next {
        let (holder, order) = match self.in_tls(order) {
            Ok(found) => found,
            Err(failure) => return Next::fail(failure),
        };
        // As each of the two clients writes XML.
        let declared = self.settings.habits.layout == Layout::DotNet;
        let post = Post::redeeming(&self.trust.service_address, encrypted_assertion, declared);
        let message_id = addressing::message_id(entropy);
        let waiting = Waiting::AuthorizationServer {
            message_id,
            holder: holder.clone(),
            order,
            is_second_try,
        };
        let action =
            Action::Redeem { post: Box::new(post), certificate: holder, holder: bound_to.clone() };
        Next::new(action, vec![Fact::Sent(waiting)])
    }

    /// Keeps the access token, and calls with it.
    pub(super) fn go_on_redeemed(
        &self,
        granted: &Granted,
        (holder, order): (&Thumbprint, &SealedOrder),
        is_second_try: bool,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Next {
        let (Some(order), Some(seal)) = (self.open(holder, order), self.key_store.seal(holder))
        else {
            return Next::fail(Failure::KeyMissing);
        };
        let service = &self.trust.service_entity_id;
        let kept = self.settings.kept_access(granted, holder, seal, service, now);
        let access = (granted.authorization.clone(), holder);
        self.call_by_rest(access, &order, is_second_try, entropy).after(kept.map(Fact::KeptAccess))
    }

    /// Calls with an access token, given with whom that is bound to.
    fn call_by_rest(
        &self,
        (authorization, bound_to): (String, &Thumbprint),
        order: &Order,
        is_second_try: bool,
        entropy: &mut Entropy,
    ) -> Next {
        let (certificate, sealed) = match self.in_tls(order) {
            Ok(found) => found,
            Err(failure) => return Next::fail(failure),
        };
        let address = &self.trust.service_address;
        let post = Post::calling(address, &order.action, authorization, order.body.clone());
        let tries_again = self.settings.habits.tries_again() && !is_second_try;
        let again = tries_again.then(|| Again { sealed_with: certificate.clone(), order: sealed });
        let waiting = Waiting::Rest { message_id: addressing::message_id(entropy), again };
        let holder = bound_to.clone();
        let action = Action::CallByRest { post: Box::new(post), certificate, holder };
        Next::new(action, vec![Fact::Sent(waiting)])
    }

    /// The certificate to show in TLS, and an order sealed with its key.
    fn in_tls(&self, order: &Order) -> Result<(Thumbprint, SealedOrder), Failure> {
        let present = self.present.as_ref().map_err(|error| Failure::from(error.clone()))?;
        let sealed = self.seal(present, order).ok_or(Failure::KeyMissing)?;
        Ok((present.clone(), sealed))
    }
}
