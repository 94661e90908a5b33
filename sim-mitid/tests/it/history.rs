//! Random histories: what administrators, vendors and strangers ask over five years, right and
//! wrong, in both environments.

use clock::{Span, Timestamp};
use parties::{Core, Cvr, Environment, Recorded};
use pki::{Certificate, RevocationReason, SigningRequest};
use proptest::{collection::vec, prelude::*};
use sim_mitid::{
    Answer, Fact, Lesson, Mitid, Policy, Request,
    order::{Identification, Method, NewOrder, Proof, ReferenceNumber},
    profile::{NewProfile, ProfileId, ProfileKind},
    request::Encoding,
    secret::OneTimeCode,
};
use stage::start;

use crate::world::{
    CONTACT, EMAIL, PRODUCTION, STAGE, TEST, World, contact, cvr, kept, new_profile, token,
};

/// How many keys the histories take.
const KEYS: usize = 4;

/// One act: which, on what, and how long after the one before.
pub(crate) type Act = (u8, u8, u32);

/// Up to 24 acts, close together or far apart.
pub(crate) fn acts() -> impl Strategy<Value = Vec<Act>> {
    let pause = prop_oneof![0_u32..5_000, 0..3_000_000_u32, 0..2_000_000_000_u32];
    vec((0_u8..20, any::<u8>(), pause), 1..24)
}

/// A world and all that was handed out in it.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    pub(crate) profiles: Vec<ProfileId>,
    pub(crate) orders: Vec<(ReferenceNumber, Option<OneTimeCode>)>,
    pub(crate) certificates: Vec<(Environment, Certificate)>,
    /// Every request with whether it was granted.
    pub(crate) asked: Vec<(Request, Timestamp, Mitid, Option<&'static str>)>,
}

fn pick<T>(all: &[T], by: u8) -> Option<&T> {
    (!all.is_empty()).then(|| &all[usize::from(by) % all.len()])
}

impl History {
    /// What comes of `acts`, begun with an organisation that may order, and a certificate.
    pub(crate) fn of(acts: &[Act]) -> Self {
        // Few wrong codes lock an order, so that histories get there.
        let world = World::with(Policy { code_attempts: 2, ..Policy::default() });
        let mut history = Self {
            world,
            now: start(),
            profiles: Vec::new(),
            orders: Vec::new(),
            certificates: Vec::new(),
            asked: Vec::new(),
        };
        for (act, by, _) in [(0, 0, 0), (5, 0, 0), (7, 0, 0)] {
            history.act(act, by);
        }
        for (act, by, pause) in acts {
            history.now = history.now + Span::from_millis(i64::from(*pause));
            history.act(*act, *by);
        }
        history
    }

    fn act(&mut self, act: u8, by: u8) {
        let Some(request) = self.request(act, by) else { return };
        for _ in self.world.mitid.needs(&request, self.now) {
            let key = STAGE.key(usize::from(by) % KEYS);
            self.world.mitid.learn(Lesson::KeyPair(key));
        }
        let before = self.world.mitid.clone();
        let answer = self.world.ask(&request, self.now);
        let refused = answer.as_ref().err().map(sim_mitid::Rejection::name);
        self.asked.push((request, self.now, before, refused));
        match answer {
            Ok(Answer::ProfileCreated { profile }) => self.profiles.push(profile),
            Ok(Answer::Ordered { reference, code }) => self.orders.push((reference, code)),
            Ok(Answer::Issued(certificate)) => self.keep(certificate),
            Ok(Answer::Downloaded(download)) => self.keep(download.certificate),
            _ => {}
        }
    }

    fn keep(&mut self, certificate: Certificate) {
        let issuer = STAGE.authority(TEST).issuing().subject();
        let environment = if certificate.issuer() == issuer { TEST } else { PRODUCTION };
        self.certificates.push((environment, certificate));
    }

    /// What an act asks; none if there is nothing yet to ask it of.
    fn request(&self, act: u8, by: u8) -> Option<Request> {
        let environment = if by.is_multiple_of(4) { PRODUCTION } else { TEST };
        let identification =
            if by.is_multiple_of(3) { Identification::Login } else { Identification::OneTimeCode };
        let method = if by.is_multiple_of(2) { Method::Api } else { Method::Browser };
        let key = STAGE.key(usize::from(by / 4) % KEYS);
        let certificate = || pick(&self.certificates, by);
        Some(match act {
            0..=2 => Request::CreateProfile(profile(act, by, environment)),
            3 | 4 => {
                let profile = *pick(&self.profiles, by)?;
                Request::Order(NewOrder { profile, identification, method })
            }
            5 => {
                let profile = *pick(&self.profiles, by)?;
                let (identification, method) = (Identification::OneTimeCode, Method::Api);
                Request::Order(NewOrder { profile, identification, method })
            }
            6 => {
                let (environment, certificate) = certificate()?;
                let (environment, serial) = (*environment, *certificate.serial());
                Request::OrderRenewal { environment, serial, identification, method }
            }
            7..=9 => {
                let (reference, code) = pick(&self.orders, by)?.clone();
                let code = code.unwrap_or_else(|| "none".to_owned().into());
                let request = Ok(SigningRequest::make(&self.subject(&reference), &key));
                Request::Issue { reference, code, request }
            }
            10 | 11 => {
                let (reference, code) = pick(&self.orders, by)?.clone();
                let proof = code.map_or(Proof::Login, Proof::OneTimeCode);
                let (terms, encoding) = (!by.is_multiple_of(5), Encoding::Portal);
                Request::Download { reference, proof, terms, encoding }
            }
            12 => {
                let (reference, _) = pick(&self.orders, by)?.clone();
                let request = Ok(SigningRequest::make(&self.subject(&reference), &key));
                Request::Issue { reference, code: "wrong".to_owned().into(), request }
            }
            13 | 14 => {
                let (environment, certificate) = certificate()?;
                let request = Ok(SigningRequest::make(certificate.subject(), &key));
                let (environment, serial) = (*environment, *certificate.serial());
                Request::Renew { environment, serial, request }
            }
            15 => {
                let (environment, certificate) = certificate()?;
                let reason = *pick(&RevocationReason::ALL, by)?;
                let (environment, serial) = (*environment, *certificate.serial());
                Request::Revoke { environment, serial, reason }
            }
            16 => {
                let (reference, _) = pick(&self.orders, by)?.clone();
                Request::Cancel { reference }
            }
            17 => {
                let profile = *pick(&self.profiles, by)?;
                let letters = self.world.mailbox(EMAIL, self.now);
                letters
                    .iter()
                    .any(|it| it.link.as_ref().is_some_and(|link| link.contains('?')))
                    .then(|| Request::ValidateEmail { profile, token: token(&letters) })?
            }
            18 => {
                let profile = *pick(&self.profiles, by)?;
                let contact = (by.is_multiple_of(2)).then(|| contact("Nils Ny", EMAIL));
                Request::ChangeContact { profile, contact }
            }
            _ => settings(by, environment),
        })
    }

    /// The subject that a renewal by order would take; any will do for others.
    fn subject(&self, reference: &ReferenceNumber) -> pki::Name {
        let placed = self.world.mitid_order(reference);
        let renewed = placed
            .and_then(|serial| self.certificates.iter().find(|(_, it)| *it.serial() == serial));
        renewed.map_or_else(
            || pki::Name::with_common_name("Somebody else"),
            |(_, certificate)| certificate.subject().clone(),
        )
    }

    /// The facts as they were kept.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        self.world.facts.iter().map(|json| kept(json)).collect()
    }

    /// Everything that could be asked of it, about all that was handed out.
    pub(crate) fn probes(&self) -> Vec<Request> {
        let key = STAGE.key(KEYS);
        let mut probes = Vec::new();
        for environment in Environment::ALL {
            let cvr: Cvr = cvr();
            probes.push(Request::Terminate { environment, cvr: cvr.clone() });
            probes.push(Request::WithdrawTermination { environment, cvr });
            probes.push(Request::CreateProfile(new_profile(environment)));
        }
        for profile in &self.profiles {
            for identification in [Identification::Login, Identification::OneTimeCode] {
                let (profile, method) = (*profile, Method::Browser);
                probes.push(Request::Order(NewOrder { profile, identification, method }));
            }
        }
        for (reference, code) in &self.orders {
            let code = code.clone().unwrap_or_else(|| "none".to_owned().into());
            let request = Ok(SigningRequest::make(&self.subject(reference), &key));
            let reference = reference.clone();
            probes.push(Request::Cancel { reference: reference.clone() });
            probes.push(Request::Issue { reference, code, request });
        }
        for (environment, certificate) in &self.certificates {
            let (environment, serial) = (*environment, *certificate.serial());
            let reason = RevocationReason::Superseded;
            probes.push(Request::Revoke { environment, serial, reason });
            let request = Ok(SigningRequest::make(certificate.subject(), &key));
            probes.push(Request::Renew { environment, serial, request });
        }
        probes
    }
}

impl World {
    /// The certificate that an order renews.
    fn mitid_order(&self, reference: &ReferenceNumber) -> Option<pki::Serial> {
        self.facts.iter().find_map(|json| match kept(json) {
            Fact::Ordered { reference: of, order } if of == *reference => order.renews,
            _ => None,
        })
    }
}

fn profile(act: u8, by: u8, environment: Environment) -> NewProfile {
    NewProfile {
        environment: if act == 0 { TEST } else { environment },
        email: (act == 1).then(|| EMAIL.to_owned()),
        contact: (by % 5 != 1).then(|| contact("Karen Kontakt", CONTACT)),
        kind: if act == 2 { ProfileKind::Organisation } else { ProfileKind::System },
        seal: by.is_multiple_of(2),
        ..new_profile(environment)
    }
}

fn settings(by: u8, environment: Environment) -> Request {
    let cvr = cvr();
    match by % 7 {
        0 => Request::AllowCertificates { environment, cvr, allowed: false },
        1..=3 => Request::AllowCertificates { environment, cvr, allowed: true },
        4 => Request::Terminate { environment, cvr },
        5 => Request::WithdrawTermination { environment, cvr },
        _ => Request::Connect { environment, cvr, name: "Once more".to_owned() },
    }
}

/// What was kept is a version, a time and a fact.
#[test]
fn facts_are_kept_with_their_version() {
    let history = History::of(&[]);
    for json in &history.world.facts {
        let recorded: Recorded<Fact> = serde_json::from_str(json).unwrap();
        assert_eq!(recorded.at, start());
        assert!(recorded.into_fact().is_ok());
    }
    assert_eq!(history.certificates.len(), 1);
}
