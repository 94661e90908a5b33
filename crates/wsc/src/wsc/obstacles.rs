//! What keeps a node from going on: the checks behind its decisions and its diagnoses alike.

use clock::Timestamp;
use oio_idws::{
    call::ServiceReply,
    soap::MessageTime,
    trust::{IssuedToken, StsReply},
};
use parties::Step;

use super::Wsc;
use crate::{
    Failure, StartError, Thumbprint,
    exchange::{Event, SealedOrder, Waiting},
    habits::Freshness,
    look_up,
    rest::RestError,
};

impl Wsc {
    /// Everything that keeps the node from going on with `event`, what decides first.
    pub(crate) fn obstacles(&self, event: &Event, now: Timestamp) -> Vec<Failure> {
        match (event, &self.waiting) {
            (Event::Configure(_), _) => Vec::new(),
            (Event::TakeUp | Event::Restart, _) => {
                self.start_errors(now).into_iter().map(Failure::from).collect()
            }
            (Event::Begin(_), _) => self.obstacles_to_begin(now),
            (Event::StsAnswered(reply), Some(Waiting::Sts { message_id, holder, order, .. })) => {
                match reply {
                    Ok(StsReply::Token(token)) => {
                        let mut obstacles = self.obstacles_in_token(token, message_id, now);
                        obstacles.extend(self.obstacle_to_sign(holder));
                        if obstacles.is_empty() {
                            // It is sealed with this key, whichever signs.
                            obstacles.extend(self.obstacle_to_open(holder, order));
                        }
                        obstacles
                    }
                    // A fault is not signed: whom it relates to is as little to be believed as the
                    // rest of it, and the reference clients do not look.
                    Ok(StsReply::Fault(fault)) => vec![Failure::StsRefused(fault.clone())],
                    Err(error) => vec![Failure::StsAnswerUnusable(error.clone())],
                }
            }
            (Event::ServiceAnswered(reply), Some(Waiting::Service { message_id, again })) => {
                match reply {
                    Ok(ServiceReply::Answer { relates_to, time, .. }) => {
                        let freshness = self.settings.habits.service_answer;
                        let mut obstacles = wrong(Step::Three, message_id, relates_to);
                        obstacles.extend(self.stale(
                            Step::Three,
                            *time,
                            time.expires,
                            freshness,
                            now,
                        ));
                        obstacles
                    }
                    // Another token would not mend what is wrong with the call itself.
                    Ok(ServiceReply::Fault(fault))
                        if !fault.is_about_the_call()
                            && let Some(again) = again =>
                    {
                        let mut obstacles = self.obstacles_to_ask();
                        if obstacles.is_empty() {
                            obstacles
                                .extend(self.obstacle_to_open(&again.sealed_with, &again.order));
                        }
                        obstacles
                    }
                    Ok(ServiceReply::Fault(fault)) => vec![Failure::ServiceRefused(fault.clone())],
                    Err(error) => vec![Failure::ServiceAnswerUnusable(error.clone())],
                }
            }
            (Event::Redeemed(reply), Some(Waiting::AuthorizationServer { holder, order, .. })) => {
                match reply {
                    Ok(_) => {
                        let mut obstacles = self.obstacles_to_ask();
                        obstacles.extend(self.obstacle_to_open(holder, order));
                        obstacles
                    }
                    Err(RestError::Refused(refusal)) => {
                        vec![Failure::RedemptionRefused(refusal.clone())]
                    }
                    Err(RestError::Unusable) => vec![Failure::RedemptionUnusable],
                }
            }
            (Event::Returned(reply), Some(Waiting::Rest { again, .. })) => match reply {
                Ok(()) | Err(RestError::Unusable) => Vec::new(),
                Err(RestError::Refused(refusal)) => match again {
                    Some(again) if refusal.is_about_the_access_token() => {
                        let mut obstacles = self.obstacles_to_begin(now);
                        if obstacles.is_empty() {
                            obstacles
                                .extend(self.obstacle_to_open(&again.sealed_with, &again.order));
                        }
                        obstacles
                    }
                    Some(_) | None => vec![Failure::CallRefused(refusal.clone())],
                },
            },
            (Event::ServerNotTrusted, Some(waiting)) => {
                vec![Failure::ServerChainNotTrusted { step: waiting.step() }]
            }
            (
                Event::StsAnswered(_)
                | Event::ServiceAnswered(_)
                | Event::Redeemed(_)
                | Event::Returned(_)
                | Event::ServerNotTrusted
                | Event::Unexpected,
                _,
            ) => vec![Failure::UnexpectedAnswer],
        }
    }

    fn start_errors(&self, now: Timestamp) -> Vec<StartError> {
        let (habits, clock) = (&self.settings.habits, self.settings.clock(now));
        let find_by = self.configured.as_ref();
        let own = look_up::own_certificate(find_by, &self.key_store, habits, clock).err();
        let pinned = look_up::pinned_certificate(&self.trust.sts, habits, clock).err();
        own.into_iter().chain(pinned).collect()
    }

    fn obstacles_to_begin(&self, now: Timestamp) -> Vec<Failure> {
        if let (Ok(_), Some(access)) = (&self.present, self.usable_access(now)) {
            let mut obstacles = self.obstacles_to_ask();
            if obstacles.is_empty() && self.authorization(access).is_none() {
                obstacles.push(Failure::KeyMissing);
            }
            return obstacles;
        }
        match (&self.present, self.usable_token(now)) {
            (Ok(_), Some(token)) => self.obstacle_to_sign(&token.holder).into_iter().collect(),
            (Ok(_), None) | (Err(_), _) => self.obstacles_to_ask(),
        }
    }

    fn obstacles_to_ask(&self) -> Vec<Failure> {
        match &self.present {
            Ok(present) => self.obstacle_in_key(present).into_iter().collect(),
            Err(error) => vec![error.clone().into()],
        }
    }

    fn obstacle_to_sign(&self, holder: &Thumbprint) -> Option<Failure> {
        match self.signer(holder) {
            Ok(signer) => self.obstacle_in_key(signer),
            Err(error) => Some(error.clone().into()),
        }
    }

    fn obstacle_in_key(&self, signer: &Thumbprint) -> Option<Failure> {
        self.key_store.credential(signer).is_none().then_some(Failure::KeyMissing)
    }

    fn obstacle_to_open(&self, sealed_with: &Thumbprint, order: &SealedOrder) -> Option<Failure> {
        self.open(sealed_with, order).is_none().then_some(Failure::KeyMissing)
    }

    fn obstacles_in_token(&self, token: &IssuedToken, asked: &str, now: Timestamp) -> Vec<Failure> {
        let mut obstacles = wrong(Step::One, asked, &token.relates_to);
        let freshness = self.settings.habits.sts_answer;
        let end = token.time.expires.min(token.expires);
        obstacles.extend(self.stale(Step::One, token.time, end, freshness, now));
        obstacles
    }

    /// What is wrong with the times of an answer that ends at `expires`.
    fn stale(
        &self,
        step: Step,
        time: MessageTime,
        expires: Timestamp,
        freshness: Freshness,
        now: Timestamp,
    ) -> Vec<Failure> {
        let clock = self.settings.clock(now);
        let expired = expires + freshness.after_end <= clock;
        let expired = expired.then_some(Failure::AnswerExpired { step, expires, clock });
        let is_current = |created: Timestamp| {
            freshness.age_max.is_none_or(|age| clock <= created + age)
                && freshness.ahead_max.is_none_or(|ahead| created <= clock + ahead)
        };
        let created = time.created.filter(|created| !is_current(*created));
        let not_current =
            created.map(|created| Failure::AnswerNotCurrent { step, created, clock, freshness });
        expired.into_iter().chain(not_current).collect()
    }
}

fn wrong(step: Step, asked: &str, got: &str) -> Vec<Failure> {
    if asked == got {
        return Vec::new();
    }
    vec![Failure::WrongAnswer { step, asked: asked.to_owned(), got: got.to_owned() }]
}
