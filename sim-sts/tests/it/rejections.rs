//! Every reason for the STS to refuse, provoked from outside, from bytes.
//!
//! [`provoke`] is a `match` without a wildcard: a cause that is added and provoked by nobody fails
//! the build.

use std::collections::BTreeSet;

use clock::{Timeline, Timestamp};
use oio_idws::{
    Credential,
    fault::{FaultShape, StsFault, StsFaultCode},
    soap::MessageTime,
    trust::TokenRequest,
};
use parties::Slot;
use sim_sts::{Cause, FaultTable, Policy, Rejection, issue::Answer};
use stage::{Forgery, start, tampered};
use xml_security::{Document, Limits};

use crate::world::{
    ELSEWHERE, EXPIRY, NEW, OLD, OTHER, Reply, STAGE, TEST, World, after, client, request, signer,
    user,
};

/// A request changed before it is written, asked at `now`.
pub(crate) fn asked(
    world: &mut World,
    credential: &Credential,
    now: Timestamp,
    change: impl FnOnce(&mut TokenRequest),
) -> Reply {
    let mut request = request(now, world.entropy());
    change(&mut request);
    world.send(TEST, request.write(credential).unwrap().as_bytes(), now)
}

/// A request that [`OLD`] signed at the start, as text.
pub(crate) fn written(world: &mut World) -> String {
    request(start(), world.entropy()).write(&OLD).unwrap()
}

pub(crate) fn sent(world: &mut World, message: &str) -> Reply {
    world.send(TEST, message.as_bytes(), start())
}

/// What makes an STS of this policy refuse for that cause.
fn provoked(cause: Cause, policy: Policy) -> Reply {
    let mut world = World::with_old_and(policy);
    let world = &mut world;
    let written = written(world);
    let forged = Forgery::of(&written);
    match cause {
        Cause::MessageTooLarge => {
            let limit = Limits::default().size;
            sent(
                world,
                &written.replace("<S11:Header>", &format!("{}<S11:Header>", " ".repeat(limit))),
            )
        }
        Cause::MalformedXml => sent(world, &tampered(&written, "</S11:Envelope>", "")),
        Cause::NotSoap => sent(world, &tampered(&written, "wsse:Security", "wsse:Safe")),
        Cause::TimestampUnreadable => {
            let [begin, end] = ["<wsu:Expires>", "</wsu:Expires>"];
            let (before, rest) = written.split_once(begin).unwrap();
            sent(world, &[before, rest.split_once(end).unwrap().1].concat())
        }
        Cause::TimestampExpired => asked(world, &OLD, start(), |request| {
            request.time = MessageTime { created: None, expires: start() };
        }),
        Cause::TimestampImplausible => asked(world, &OLD, start(), |request| {
            request.time = MessageTime { created: Some(after("6m")), expires: after("7m") };
        }),
        Cause::NotSigned => sent(world, &forged.unsigned("to").sign(&OLD.key)),
        Cause::SignatureInvalid => sent(world, &tampered(&written, "saml.smdb", "saml.evil")),
        Cause::MustUnderstand => {
            let marked = forged.replace("<wsa:To ", "<wsa:To S11:mustUnderstand=\"1\" ");
            sent(world, &marked.sign(&OLD.key))
        }
        Cause::UnknownCase => {
            asked(world, &OLD, start(), |request| request.to = "urn:x".to_owned())
        }
        Cause::CaseNotOffered => asked(world, &OLD, start(), |request| {
            request.to = "https://bootstrap.sts.nemlog-in.dk/".to_owned();
        }),
        Cause::InvalidRequest => sent(world, &forged.replace(" Context=", " Text=").sign(&OLD.key)),
        Cause::ActsAs => sent(world, &forged.replace("<wst:UseKey>", ACT_AS).sign(&OLD.key)),
        Cause::CertificateNotTrusted => world.ask(&ELSEWHERE, start()),
        Cause::CertificateNotYetValid => world.ask(&client(1, "3h", "1000d"), start()),
        Cause::CertificateExpired => world.ask(&OLD, *EXPIRY),
        Cause::RevocationUnknown => {
            world.online = false;
            world.ask(&OLD, start())
        }
        Cause::CertificateRevoked => {
            world.revoke(&OLD.certificate, start());
            world.ask(&OLD, after("1h"))
        }
        Cause::NotSystemCertificate => {
            // Nobody registers companies of Sweden, but its authority could have named one.
            let (of, to) = ("NTRDK-90000001", "NTRSE-90000001");
            world.ask(&STAGE.issued_anew(TEST, &OLD, of, to), start())
        }
        Cause::CertificateNotRegistered => world.ask(&OTHER, start()),
        Cause::CertificateNotInForce => {
            world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
            world.provision(&user(), TEST, start());
            world.ask(&NEW, start())
        }
        Cause::CertificateReplaced => {
            world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
            world.provision(&user(), TEST, start());
            world.ask(&OLD, start())
        }
        Cause::UnknownService => {
            // Names are compared as strings: a slash at the end makes another one.
            asked(world, &OLD, start(), |request| request.applies_to.push('/'))
        }
        Cause::NotApproved => World::for_the_approved(policy).ask(&OLD, start()),
        Cause::Replayed => {
            assert_eq!(sent(world, &written).name(), "token");
            sent(world, &written)
        }
        Cause::NoSigner => {
            let signers = Timeline::starting(after("1h"), signer().clone());
            let mut world = World::with(policy, &signers);
            world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
            world.provision(&user(), TEST, start());
            world.ask(&OLD, start())
        }
    }
}

const ACT_AS: &str =
    "<ActAs xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200802\"/><wst:UseKey>";

fn provoke(cause: Cause) -> Reply {
    provoked(cause, Policy::default())
}

#[test]
fn each_rejection_is_provoked_from_outside_and_gives_its_fault() {
    for cause in Rejection::ALL {
        let reply = provoke(*cause);
        let rejection = reply.rejection().unwrap_or_else(|| panic!("{}: a token", cause.name()));
        assert_eq!((rejection.cause(), rejection.name()), (*cause, cause.name()), "{rejection}");
        let code = FaultTable::default().code(*cause);
        let document = Document::parse(&reply.bytes, &Limits::default()).unwrap();
        let fault = StsFault::read(&document).unwrap();
        assert_eq!((&*fault.code, &*fault.text), (code.name(), code.text()));
    }
}

/// What is seen with the real STS or documented, cause by cause.
#[test]
fn a_cause_gives_the_fault_that_is_documented() {
    let check = |code: StsFaultCode, causes: &[Cause]| {
        let given = |cause: &&Cause| FaultTable::default().code(**cause) == code;
        let given: Vec<_> = Rejection::ALL.iter().filter(given).copied().collect();
        assert_eq!(given, causes, "{}", code.name());
    };
    check(
        StsFaultCode::FailedAuthentication,
        &[
            Cause::NotSigned,
            Cause::SignatureInvalid,
            Cause::CertificateNotTrusted,
            Cause::CertificateNotYetValid,
            Cause::CertificateExpired,
            Cause::CertificateRevoked,
            Cause::NotSystemCertificate,
            Cause::CertificateNotRegistered,
            Cause::CertificateNotInForce,
            Cause::CertificateReplaced,
            Cause::NotApproved,
        ],
    );
    check(StsFaultCode::ExpiredData, &[Cause::TimestampExpired, Cause::TimestampImplausible]);
    check(
        StsFaultCode::RequestFailed,
        &[Cause::RevocationUnknown, Cause::Replayed, Cause::NoSigner],
    );
    check(StsFaultCode::BadRequest, &[]);
}

#[test]
fn each_cause_can_be_given_another_fault_in_either_shape() {
    for cause in Rejection::ALL {
        for (code, fault_shape) in [
            (StsFaultCode::BadRequest, FaultShape::NemLogin),
            (StsFaultCode::InvalidRequest, FaultShape::Conformant),
        ] {
            let faults = FaultTable::default().with(*cause, code);
            let policy = Policy { faults, fault_shape, ..Policy::default() };
            let reply = provoked(*cause, policy);
            assert_eq!(reply.name(), cause.name());
            let document = Document::parse(&reply.bytes, &Limits::default()).unwrap();
            assert_eq!(StsFault::read(&document).unwrap().code, code.name(), "{}", cause.name());
            let envelopes = reply.text().matches(":Envelope xmlns").count();
            assert_eq!(envelopes, if fault_shape == FaultShape::NemLogin { 2 } else { 1 });
        }
    }
}

/// The fault with its own id and that of the request made equal.
fn without_ids(reply: &Reply) -> String {
    let Answer::Rejected { message_id, relates_to, .. } = &reply.answer else { panic!("a token") };
    let relates_to = relates_to.as_deref().expect("the request could be read");
    assert_ne!(message_id, relates_to);
    reply.text().replace(message_id, "own").replace(relates_to, "asked")
}

#[test]
fn a_caller_cannot_tell_why_it_was_not_believed() {
    let code =
        |cause: &&Cause| FaultTable::default().code(**cause) == StsFaultCode::FailedAuthentication;
    let faults: Vec<_> = Rejection::ALL.iter().filter(code).map(|it| provoke(*it)).collect();
    assert_eq!(faults.len(), 11);
    for fault in &faults {
        assert_eq!(without_ids(fault), without_ids(&faults[0]), "{}", fault.name());
    }
}

/// Whatever can be read of a message, its id comes back: a client finds its request by it.
#[test]
fn a_fault_answers_the_message_whose_id_could_be_read() {
    let without: BTreeSet<Cause> = Rejection::ALL
        .iter()
        .copied()
        .filter(|cause| !provoke(*cause).text().contains("<wsa:RelatesTo>uuid:"))
        .collect();
    assert_eq!(without, BTreeSet::from([Cause::MessageTooLarge, Cause::MalformedXml]));
    // Not even an envelope of its own version, or one without any security, stays without answer.
    let mut world = World::new();
    let message = written(&mut world);
    let id = message.split_once("msgid\">").unwrap().1.split('<').next().unwrap().to_owned();
    for (from, to, name) in [
        ("wsu:Timestamp", "wsu:Postmark", "timestamp-unreadable"),
        ("T08:05:00Z", "T25:05:00Z", "timestamp-unreadable"),
        ("wsse:Security", "wsse:Insecurity", "not-soap"),
        ("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope", "not-soap"),
    ] {
        let reply = sent(&mut world, &tampered(&message, from, to));
        assert_eq!(reply.name(), name);
        assert!(reply.text().contains(&format!("<wsa:RelatesTo>{id}</wsa:RelatesTo>")));
    }
    for nameless in ["<a/>", "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/>"]
    {
        let reply = sent(&mut world, nameless);
        assert!(!reply.text().contains("RelatesTo"));
    }
}

/// Every rejection that really occurs is told in two languages, by its own name.
#[test]
fn each_rejection_has_a_finding_in_english_and_in_danish() {
    let mut rules = BTreeSet::new();
    for cause in Rejection::ALL {
        let reply = provoke(*cause);
        let finding = reply.rejection().unwrap().finding();
        assert_eq!(finding.cause, cause.name());
        let texts = [&finding.rule, &finding.expected, &finding.got, &finding.what];
        for text in texts {
            assert!(!text.en.trim().is_empty() && !text.da.trim().is_empty(), "{finding:?}");
            // What reads the same in both is a name, or what a parser says.
            let english = [" the ", " of ", " that ", "certificate ", "billet", "klokken"];
            let danish = text.en == text.da || !english.iter().any(|it| text.da.contains(it));
            assert!(danish, "{}", text.da);
        }
        assert_ne!(finding.rule.en, finding.rule.da);
        assert_ne!(finding.what.en, finding.what.da);
        for said in [&finding.rule, &finding.what].map(|it| [&it.en, &it.da]).as_flattened() {
            let is_name = said.starts_with("wsa:");
            assert!(is_name || !said.starts_with(char::is_lowercase), "{said}");
            assert!(said.ends_with('.'), "{said}");
        }
        rules.insert(finding.rule.en.clone());
        // Nothing that derives from a key, and no key.
        let told = serde_json::to_string(&finding).unwrap();
        for credential in [&*OLD, &*NEW, &*OTHER, &*ELSEWHERE, signer()] {
            assert!(!told.contains(&credential.certificate.thumbprint()), "{told}");
        }
        assert!(told.len() < 4_000, "{told}");
    }
    // Expired and not yet valid are one rule; every other cause has its own.
    assert_eq!(rules.len(), Rejection::ALL.len() - 1);
}
