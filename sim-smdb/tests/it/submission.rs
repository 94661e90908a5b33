//! Submissions and their receipts; whose, and for whom.

use oio_idws::{
    assertion::Assertion,
    call::ServiceReply,
    privileges::{PrivilegeGroup, Privileges, Scope},
    uris::{ENCRYPTED_ASSERTION_ID, SAML},
};
use parties::Core;
use sim_smdb::{
    Rejection,
    contract::{SUBMIT_ACTION, SUBMIT_PRIVILEGE, Submission},
};
use stage::{Forgery, start};
use xml_security::{ContentEncryption, StrDialect, Transform, encrypt};

use crate::world::{
    HOLDER, SMDB, STRANGER, STS, World, after, assertion, cvr, may_submit_for, signed, submission,
};

#[test]
fn a_submission_is_received_and_the_client_reads_the_receipt() {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), submission("sag-1 <&>").write(), start());
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    let ServiceReply::Answer { relates_to, content, .. } = reply.read() else {
        panic!("{reply:?}")
    };
    assert_eq!(relates_to, call.message_id);
    assert_eq!(content.reference, "sag-1 <&>");
    let ledger = world.smdb.ledger();
    assert_eq!(ledger.find(&cvr("90000001"), "sag-1 <&>"), Some(&content));
    assert_eq!(ledger.len(), 1);
}

#[test]
fn the_same_reference_twice_gives_the_same_receipt() {
    let mut world = World::new();
    let first = world.submit(&assertion(), &submission("sag-1"), start()).receipt();
    let second = world.submit(&assertion(), &submission("sag-1"), after("1h")).receipt();
    assert_eq!(first, second);
    let third = world.submit(&assertion(), &submission("sag-2"), after("1h")).receipt();
    assert_ne!(first.id, third.id);
    assert_eq!(world.smdb.ledger().len(), 2);
}

#[test]
fn a_reference_is_that_of_one_organisation() {
    let mut world = World::new();
    let other = Submission { authority: cvr("90000002"), ..submission("sag-1") };
    let for_other = Assertion { privileges: may_submit_for("90000002"), ..assertion() };
    let first = world.submit(&assertion(), &submission("sag-1"), start()).receipt();
    let second = world.submit(&for_other, &other, start()).receipt();
    assert_eq!(first.reference, second.reference);
    assert_ne!(first.id, second.id);
}

#[test]
fn a_power_of_attorney_is_a_privilege_for_another_organisation() {
    let mut world = World::new();
    // The certificate names 90000001, and the token lets its holder act for 90000002.
    let attorney = Assertion { privileges: may_submit_for("90000002"), ..assertion() };
    let other = Submission { authority: cvr("90000002"), ..submission("sag-1") };
    assert_eq!(world.submit(&attorney, &other, start()).name(), "received");
    // For its own organisation it has none.
    let expected =
        Rejection::MissingPrivilege { privilege: SUBMIT_PRIVILEGE, authority: cvr("90000001") };
    let reply = world.submit(&attorney, &submission("sag-1"), start());
    assert_eq!(reply.rejection(), Some(&expected));
}

#[test]
fn without_the_privilege_nothing_is_received() {
    let group = |scope, privilege: &str| {
        let privileges = vec![privilege.to_owned()];
        Some(Privileges {
            groups: vec![PrivilegeGroup { scope, privileges, constraints: Vec::new() }],
        })
    };
    let own = || Scope::Cvr(cvr("90000001"));
    let se_number = Scope::Other("urn:dk:gov:saml:seNumberIdentifier:90000001".to_owned());
    for privileges in [
        None,
        Some(Privileges::default()),
        group(own(), "https://smdb.sim.invalid/privilege/hent"),
        group(own(), ""),
        group(se_number, SUBMIT_PRIVILEGE),
    ] {
        let mut world = World::new();
        let assertion = Assertion { privileges, ..assertion() };
        let reply = world.submit(&assertion, &submission("sag-1"), start());
        assert_eq!(reply.name(), "missing-privilege");
        assert!(world.smdb.ledger().is_empty() && world.facts.is_empty());
    }
}

#[test]
fn a_call_need_not_name_its_operation_but_may_not_name_another() {
    let mut world = World::new();
    let action = format!("<a:Action s:mustUnderstand=\"1\" u:Id=\"_2\">{SUBMIT_ACTION}</a:Action>");
    let without = Forgery::of(&world.written(start())).unsigned("_2").replace(&action, "");
    assert_eq!(world.send(&without.sign(&HOLDER.key), start()).name(), "received");
    let other = Forgery::of(&world.written(start())).replace("/IndberetForloeb<", "/HentForloeb<");
    let reply = world.send(&other.sign(&HOLDER.key), start());
    let action = "urn:sim:smdb:2025-07/SmdbService/HentForloeb".to_owned();
    assert_eq!(reply.rejection(), Some(&Rejection::UnknownOperation { action }));
}

#[test]
fn a_submission_that_lacks_a_field_is_refused() {
    let whole = submission("sag-1").write();
    for (from, to) in [
        ("IndberetForloeb", "IndberetAndet"),
        ("Klientreference", "Reference"),
        ("Myndighed", "Kommune"),
        ("Cpr", "Personnummer"),
        ("AnmodningDato", "Dato"),
        ("<Cpr>", "<Cpr>6101800049</Cpr><Cpr>"),
        ("90000001", "9000000"),
        ("sag-1", "sag<b/>-1"),
        ("urn:sim:smdb:2025-07", "urn:sim:smdb:2024-01"),
    ] {
        let reply = World::new().submit_body(whole.replace(from, to));
        assert_eq!(reply.name(), "malformed-submission", "{from}");
    }
}

/// The number could be anybody's, and so is neither kept nor repeated: not in the fault, not in the
/// rejection, not in what was read, not in a fact.
#[test]
fn a_personal_number_that_could_be_real_is_refused_and_shown_nowhere() {
    let whole = submission("sag-1").write();
    let mut world = World::new();
    for (from, to, number) in [
        ("6101800049", "0101800049", "0101800049"),
        ("6101800049", "010180-0049", "010180-0049"),
        ("6101800049", "9901800049", "9901800049"),
        ("6101800049", "610180004", "610180004"),
        // In the wrong field, if only by mistake.
        ("90000001", "0101800049", "0101800049"),
    ] {
        let call = world.call(signed(&assertion()), whole.replace(from, to), start());
        let message = call.write(&HOLDER).unwrap();
        assert!(message.contains(number));
        let read = format!("{:?}", world.smdb.read(message.as_bytes()));
        let reply = world.send(&message, start());
        assert_eq!(reply.name(), "malformed-submission", "{number}");
        let rejection = reply.rejection().unwrap();
        for shown in [
            read,
            format!("{call:?}"),
            format!("{reply:?}"),
            format!("{rejection:?} {rejection}"),
            String::from_utf8(reply.bytes.clone()).unwrap(),
            format!("{world:?}"),
        ] {
            assert!(!shown.contains(number), "{shown}");
        }
    }
    assert!(world.facts.is_empty());
}

#[test]
fn a_made_up_personal_number_is_shown_nowhere_either() {
    let mut world = World::new();
    let reply = world.submit(&assertion(), &submission("sag-1"), start());
    assert_eq!(reply.name(), "received");
    for shown in [
        format!("{:?}", submission("sag-1")),
        format!("{reply:?} {world:?}"),
        String::from_utf8(reply.bytes).unwrap(),
        world.facts.join(" "),
    ] {
        assert!(!shown.contains("6101800049"), "{shown}");
    }
}

/// SMDB has no copy of the client's certificate: whoever the STS names may call at once.
#[test]
fn a_certificate_that_smdb_never_saw_may_call() {
    let mut world = World::new();
    let assertion = Assertion { holder: STRANGER.certificate.clone(), ..assertion() };
    let body = submission("sag-1").write();
    let message = world.call(signed(&assertion), body, start()).write(&STRANGER).unwrap();
    assert_eq!(world.send(&message, start()).name(), "received");
}

#[test]
fn both_dialects_of_the_str_transform_are_accepted() {
    let mut world = World::new();
    for dialect in [StrDialect::EncryptedAssertion, StrDialect::EncryptedData] {
        let mut forgery = Forgery::of(&world.written(start()));
        let reference = forgery.spec.references.iter_mut().find(|it| it.id == "_str").unwrap();
        reference.transforms = vec![Transform::StrTransform { dialect }];
        let reply = world.send(&forgery.sign(&HOLDER.key), start());
        assert_eq!(reply.name(), "received", "{dialect:?}");
    }
}

#[test]
fn a_token_encrypted_with_gcm_is_opened() {
    let mut world = World::new();
    let written = assertion().write(&STS).unwrap();
    let entropy = &mut entropy::Entropy::seeded(1, "smdb", "gcm");
    let content = ContentEncryption::Aes256Gcm;
    let data = encrypt(&written, &SMDB.certificate, content, ENCRYPTED_ASSERTION_ID, entropy);
    let token = format!("<EncryptedAssertion xmlns=\"{SAML}\">{data}</EncryptedAssertion>");
    let message = world.call(token, submission("sag-1").write(), start()).write(&HOLDER).unwrap();
    assert_eq!(world.send(&message, start()).name(), "received");
}
