//! Every way in which a client can fail, provoked from outside.
//!
//! [`provoke`] is a match without a wildcard: a cause that nobody provokes does not compile.

use std::sync::Arc;

use clock::{Span, Timestamp};
use oio_idws::{
    fault::{FaultShape, ServiceFault, ServiceFaultCode, StsFault, StsFaultCode},
    soap::Version,
};
use parties::{ClientProfile, Core, Diagnose, Environment, Role, Step};
use stage::start;
use wsc::{
    Cause, Failure, FindBy, Settings, Trust,
    exchange::{Action, Event},
    habits::{Habits, Validity},
    rest::HttpReply,
};

use crate::rest::{self, ENDED};
use crate::world::{
    NEW, Node, OLD, SMDB, STAGE, STRANGER, STS, answer_to, called, order, token_for, trust,
};

/// When every certificate of the tests has expired.
fn much_later() -> Timestamp {
    start() + Span::from_days(2000)
}

fn provoke(cause: Cause) -> Failure {
    let mut node = Node::new();
    let begin = Event::Begin(order());
    let result = match cause {
        Cause::NoCertificate => Node::bare(Span::ZERO).done(&begin, start()),
        Cause::CertificateNotFound => {
            node.find(FindBy::thumbprint_of(&STRANGER.certificate), start())
        }
        Cause::CertificateNotValid => node.done(&Event::Restart, much_later()),
        Cause::CertificateAmbiguous => {
            node.wsc.key_store().install(NEW.clone());
            node.find(FindBy::SubjectName("Fagsystem A".to_owned()), start())
        }
        Cause::StsCertificateNotValid => {
            let life = start() - Span::from_days(2)..start() - Span::from_days(1);
            let sts = STAGE.system(Environment::IntegrationTest, "skift STS", 2, life).certificate;
            node.wsc.pin(Arc::new(Trust { sts, ..trust() }));
            node.done(&Event::Restart, start())
        }
        Cause::KeyMissing => {
            node.wsc.key_store().install_without_key(OLD.certificate.clone());
            node.done(&begin, start())
        }
        Cause::ServerChainNotTrusted => {
            node.begin(start());
            node.done(&Event::ServerNotTrusted, start())
        }
        Cause::StsRefused => {
            node.begin(start());
            let (code, shape) = (StsFaultCode::FailedAuthentication, FaultShape::NemLogin);
            node.outcome(&StsFault::write(code, "uuid:1", None, shape), start())
        }
        Cause::StsAnswerUnusable => {
            node.begin(start());
            node.outcome("", start())
        }
        Cause::ServiceRefused => {
            call(&mut node);
            let code = ServiceFaultCode::FailedAuthentication;
            node.outcome(
                &ServiceFault::write(Version::Soap12, code, "no", "urn:uuid:1", None),
                start(),
            )
        }
        Cause::ServiceAnswerUnusable => {
            call(&mut node);
            node.outcome("", start())
        }
        Cause::RedemptionRefused => {
            let mut node = rest::Node::of(ClientProfile::JavaRestFixedCache);
            node.redeems(start());
            node.not_redeemed(ENDED, start())
        }
        Cause::RedemptionUnusable => {
            let mut node = rest::Node::of(ClientProfile::JavaRestFixedCache);
            node.redeems(start());
            let reply = HttpReply { status: 200, challenge: None, body: b"<html/>" };
            node.ends(&reply, start())
        }
        Cause::CallRefused => {
            let mut node = rest::Node::of(ClientProfile::JavaRestFixedCache);
            node.calls(start());
            node.returned(Err(ENDED), start())
        }
        Cause::WrongAnswer => {
            call(&mut node);
            node.outcome(&answer_to("urn:uuid:another", &SMDB, start()), start())
        }
        Cause::AnswerExpired => {
            let message = node.begin(start());
            let token = token_for(&message, &STS, start());
            node.outcome(&token, start() + Span::from_hours(8))
        }
        Cause::AnswerNotCurrent => {
            let mut node = Node::of(ClientProfile::RestartOnSwap);
            let message = node.begin(start());
            let token = token_for(&message, &STS, start());
            node.outcome(&token, start() + Span::from_seconds(301))
        }
        Cause::UnexpectedAnswer => node.outcome("", start()),
    };
    result.unwrap_err()
}

/// Gets a node to wait for the service, and gives the id of its call.
fn call(node: &mut Node) -> String {
    let message = node.begin(start());
    let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
    called(&call).message_id.unwrap().into_unverified()
}

#[test]
fn each_failure_is_provoked_from_outside() {
    for &cause in Failure::ALL {
        let failure = provoke(cause);
        assert_eq!(failure.cause(), cause, "{failure}");
        assert_eq!(failure.name(), <&str>::from(cause));
    }
}

#[test]
fn what_fails_before_step_1_is_told_apart() {
    let local: Vec<&str> = Failure::ALL
        .iter()
        .filter(|cause| provoke(**cause).is_before_step_1())
        .map(|cause| cause.into())
        .collect();
    assert_eq!(
        local,
        [
            "no-certificate",
            "certificate-not-found",
            "certificate-not-valid",
            "certificate-ambiguous",
            "sts-certificate-not-valid",
            "key-missing",
            "server-chain-not-trusted",
        ]
    );
}

#[test]
fn each_failure_is_explained_in_both_languages_and_tells_no_secret() {
    for &cause in Failure::ALL {
        let failure = provoke(cause);
        let finding = failure.finding();
        assert_eq!(finding.cause, failure.name());
        for text in [&finding.rule, &finding.expected, &finding.got, &finding.what] {
            assert!(!text.en.trim().is_empty() && !text.da.trim().is_empty(), "{finding:?}");
            // What ends the same in both is what the other party, or the reader of its bytes, says.
            let ends = text.en.chars().rev().zip(text.da.chars().rev());
            let same = ends.take_while(|(en, da)| en == da).count();
            let own = text.da.chars().count() - same;
            let own: String = text.da.chars().take(own).collect();
            let english = [" the ", " of ", " that ", "certificate ", "billet"];
            assert!(!english.iter().any(|it| own.contains(it)), "{}", text.da);
        }
        for text in [&finding.rule, &finding.what] {
            assert_ne!(text.en, text.da, "{finding:?}");
            assert!(text.en.ends_with('.') && text.da.ends_with('.'), "{finding:?}");
        }
        let shown = format!("{finding:?} {failure} {}", serde_json::to_string(&finding).unwrap());
        for certificate in [&OLD, &NEW, &STRANGER] {
            assert!(!shown.contains(&certificate.certificate.thumbprint()), "{shown}");
        }
        assert!(!shown.contains("<Do") && !shown.contains("EncryptedData"), "{shown}");
    }
}

/// Each client has its own idea of what is current, and the diagnosis tells that client's.
#[test]
fn an_answer_that_is_not_current_is_told_with_the_clients_own_bounds() {
    let told = |profile, after: Span| {
        let mut node = Node::of(profile);
        let id = call(&mut node);
        let answer = answer_to(&id, &SMDB, start());
        node.outcome(&answer, start() + after).unwrap_err().finding().expected
    };
    let wss4j = told(ClientProfile::RestartOnSwap, -Span::from_seconds(61));
    assert_eq!(
        wss4j.en,
        "an answer that was made from 2030-03-01T07:53:59Z to 2030-03-01T07:59:59Z, by the \
         client's clock"
    );
    let wcf = told(ClientProfile::NoCache, -Span::from_minutes(5));
    assert_eq!(
        wcf.da,
        "et svar, der er dannet fra 2030-03-01T07:45:00.001Z til 2030-03-01T07:59:59.999Z efter \
         klientens ur"
    );
}

/// What decides comes first, and what else is wrong comes after it.
#[test]
fn a_diagnosis_lists_all_that_is_wrong() {
    let causes = |node: &Node, event: &Event, now| -> Vec<String> {
        let diagnosis = node.wsc.diagnose(event, now);
        diagnosis.findings().iter().map(|finding| finding.cause.clone()).collect()
    };
    let mut node = Node::new();
    let other = Node::with(Settings::of(ClientProfile::NoCache));
    assert_eq!(causes(&other, &Event::TakeUp, start()), ["no-certificate"]);
    assert_eq!(
        causes(&node, &Event::Restart, much_later()),
        ["certificate-not-valid", "sts-certificate-not-valid"]
    );
    let other = node.begin(start());
    node.begin(start());
    let event = node.wsc.read(token_for(&other, &STS, start()).as_bytes());
    let late = start() + Span::from_hours(9);
    assert_eq!(causes(&node, &event, late), ["wrong-answer", "answer-expired"]);
    node.wsc.key_store().install_without_key(OLD.certificate.clone());
    assert_eq!(causes(&node, &event, late), ["wrong-answer", "answer-expired", "key-missing"]);
}

#[test]
fn a_mark_that_nobody_sees_is_named_in_the_diagnosis() {
    let mut node = Node::new();
    let find_by = FindBy::copied_from_the_dialog(&OLD.certificate);
    let finding = node.find(find_by, start()).unwrap_err().finding();
    assert_eq!(finding.who, Role::Vendor);
    assert!(finding.got.en.contains("invisible") && finding.got.da.contains("usynlige"));
}

/// The server is the one that the node was about to send to, and it may call again.
#[test]
fn a_server_whose_chain_is_not_trusted_is_sent_nothing() {
    let mut node = Node::new();
    let strange = |node: &mut Node| node.done(&Event::ServerNotTrusted, start()).unwrap_err();
    assert_eq!(strange(&mut node), Failure::UnexpectedAnswer);
    node.begin(start());
    let at_sts = strange(&mut node);
    assert_eq!(at_sts, Failure::ServerChainNotTrusted { step: Step::One });
    call(&mut node);
    let at_service = strange(&mut node);
    assert_eq!(at_service, Failure::ServerChainNotTrusted { step: Step::Three });
    assert!(at_sts.is_before_step_1() && !at_service.is_before_step_1());
    let [at_sts, at_service] = [at_sts, at_service].map(|failure| failure.finding());
    assert_eq!(at_sts.got.en, "the STS shows a chain of another authority");
    assert_eq!(at_service.got.da, "tjenesten viser en kæde fra en anden udsteder");
    assert_eq!(at_sts.who, Role::Vendor);
}

/// Whoever is told that a call fails at step 1 looks at the STS; a client that did not start sent
/// nothing there.
#[test]
fn a_client_that_did_not_start_sends_nothing() {
    let habits = Habits { finds: Validity::ValidOnly, ..Habits::of(ClientProfile::RestartOnSwap) };
    let mut node = Node::with(Settings { habits, ..Settings::of(ClientProfile::RestartOnSwap) });
    node.deploy(&OLD);
    node.done(&Event::Restart, much_later()).unwrap_err();
    let (action, bytes) = node.tell(&Event::Begin(order()), much_later());
    assert!(matches!(action, Action::Done(Err(Failure::CertificateNotValid { .. }))));
    assert_eq!(bytes, "");
}
