//! Submissions and their receipts; whose, and for whom.

use oio_idws::{
    assertion::Assertion,
    call::ServiceReply,
    privileges::{PrivilegeGroup, Privileges, Scope},
    uris::{ENCRYPTED_ASSERTION_ID, SAML},
};
use parties::Excerpt;
use sim_smdb::{
    Rejection,
    contract::{Operation, Receipt, SUBMIT_PRIVILEGE, SUBMIT_PRIVILEGES, Status, Submission},
    course::{Course, Details},
    rule::Rule,
    schema::SchemaVersion,
};
use stage::{Forgery, start};
use xml_security::{ContentEncryption, StrDialect, Transform, encrypt};

use crate::world::{
    HOLDER, SMDB, STRANGER, STS, World, after, assertion, code, course, cvr, group, may_act_for,
    reference, signed, submission, written,
};

#[test]
fn a_submission_is_received_and_the_client_reads_the_receipt() {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), written(&submission("sag-1 <&>")), start());
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    let ServiceReply::Answer { relates_to, content, .. } = reply.read(Receipt::read) else {
        panic!("{reply:?}")
    };
    assert_eq!(relates_to, call.message_id);
    assert_eq!(content.reference, reference("sag-1 <&>"));
    assert_eq!((content.version, content.status, content.at), (1, Status::Accepted, start()));
    assert!(content.warnings.is_empty());
    let record = world.smdb.ledger().find(&cvr("90000001"), &content.reference).unwrap();
    assert_eq!((record.id.to_string(), &record.latest().1.course), (content.id, &course()));
    assert_eq!(world.smdb.ledger().len(), 1);
}

#[test]
fn the_same_submission_twice_gives_the_same_receipt() {
    let mut world = World::new();
    let first = world.submit(&assertion(), &submission("sag-1"), start()).receipt();
    let second = world.submit(&assertion(), &submission("sag-1"), after("1h")).receipt();
    assert_eq!(first, second);
    let third = world.submit(&assertion(), &submission("sag-2"), after("1h")).receipt();
    assert_ne!(first.id, third.id);
    assert_eq!(world.smdb.ledger().len(), 2);
}

/// Version `version` of a course with an outcome.
fn version(version: u32, outcome: &str) -> Submission {
    let details = Details { outcome: Some(code(outcome)), ..course().details };
    Submission { version, course: Course { details, ..course() }, ..submission("sag-1") }
}

#[test]
fn a_resend_with_other_content_needs_a_version_of_its_own() {
    let mut world = World::new();
    let mut submit = |it: &Submission, at| world.submit(&assertion(), it, after(at));
    let first = submit(&version(1, "ANDANT"), "0s").receipt();
    let conflict = submit(&version(1, "FRI"), "1m");
    assert_eq!(conflict.rejection(), Some(&Rejection::ConflictingResend { version: 1 }));
    assert_eq!(conflict.declared().rule, Rule::ConflictingResend);
    let later = submit(&version(3, "FRI"), "2m").receipt();
    assert_eq!((later.version, &later.id), (3, &first.id), "a version of the same course");
    assert_ne!(later.receipt, first.receipt);
    // A version that came before is still known, and one in between was never received.
    assert_eq!(submit(&version(1, "ANDANT"), "3m").receipt(), first);
    let between = submit(&version(2, "FRI"), "4m");
    let expected = Rejection::OutdatedVersion { version: 2, latest: 3 };
    assert_eq!(between.rejection(), Some(&expected));
}

#[test]
fn a_reference_is_that_of_one_organisation() {
    let mut world = World::new();
    let other = Submission { authority: cvr("90000002"), ..submission("sag-1") };
    let for_other = Assertion { privileges: may_act_for("90000002"), ..assertion() };
    let first = world.submit(&assertion(), &submission("sag-1"), start()).receipt();
    let second = world.submit(&for_other, &other, start()).receipt();
    assert_eq!(first.reference, second.reference);
    assert_ne!(first.id, second.id);
}

/// The token's own organisation, or another one by a second group of privileges.
#[test]
fn a_power_of_attorney_is_a_group_of_privileges_for_another_organisation() {
    let mut world = World::new();
    let other = Submission { authority: cvr("90000002"), ..submission("sag-1") };
    let both = vec![group("90000001", &[SUBMIT_PRIVILEGE]), group("90000002", &[SUBMIT_PRIVILEGE])];
    let attorney = Assertion { privileges: Some(Privileges { groups: both }), ..assertion() };
    assert_eq!(world.submit(&attorney, &other, start()).name(), "answered");
    assert_eq!(world.submit(&attorney, &submission("sag-1"), start()).name(), "answered");
    // Without it, the token of one organisation is no use to another (a shared cache, say).
    let reply = world.submit(&assertion(), &other, start());
    let (holder, authority) = (cvr("90000001"), cvr("90000002"));
    assert_eq!(reply.rejection(), Some(&Rejection::ForeignAuthority { holder, authority }));
    let fault = reply.declared();
    assert_eq!(fault.rule.code(), "SIM-4001");
    assert_eq!(
        fault.text,
        "Tokenets CVR svarer ikke til indberetningens myndighed (mangler fuldmagt)"
    );
    // A power of attorney for something else is one, without the privilege.
    let groups = vec![group("90000002", &["https://smdb.sim.invalid/privilege/hent"])];
    let attorney = Assertion { privileges: Some(Privileges { groups }), ..assertion() };
    assert_eq!(world.submit(&attorney, &other, start()).name(), "missing-privilege");
    // For its own organisation it then has none.
    assert_eq!(world.submit(&attorney, &submission("sag-1"), start()).name(), "missing-privilege");
}

#[test]
fn any_privilege_to_submit_will_do() {
    for privilege in SUBMIT_PRIVILEGES {
        let groups = vec![group("90000001", &[privilege])];
        let assertion = Assertion { privileges: Some(Privileges { groups }), ..assertion() };
        let reply = World::new().submit(&assertion, &submission("sag-1"), start());
        assert_eq!(reply.name(), "answered", "{privilege}");
    }
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
        assert_eq!(reply.declared().rule.code(), "SIM-4002");
        let received = world.facts.iter().any(|it| it.contains("received"));
        assert!(world.smdb.ledger().is_empty() && !received);
    }
}

#[test]
fn a_call_need_not_name_its_operation_but_may_not_name_another() {
    let mut world = World::new();
    let named = Operation::Report.action(SchemaVersion::LATEST);
    let action = format!("<a:Action s:mustUnderstand=\"1\" u:Id=\"_2\">{named}</a:Action>");
    let without = Forgery::of(&world.written(start())).unsigned("_2").replace(&action, "");
    assert_eq!(world.send(&without.sign(&HOLDER.key), start()).name(), "answered");
    let other = Forgery::of(&world.written(start())).replace("/IndberetForloeb<", "/HentForloeb<");
    assert_eq!(world.send(&other.sign(&HOLDER.key), start()).name(), "malformed-request");
    let none = Forgery::of(&world.written(start())).replace("/IndberetForloeb<", "/Slet<");
    let reply = world.send(&none.sign(&HOLDER.key), start());
    let action = "urn:sim:smdb:2025-07/SmdbService/Slet".to_owned();
    assert_eq!(
        reply.rejection(),
        Some(&Rejection::UnknownOperation { action: Excerpt::of(&action) })
    );
}

#[test]
fn a_submission_that_does_not_follow_the_schema_is_refused() {
    let whole = written(&submission("sag-1"));
    for (from, to) in [
        ("IndberetForloeb", "IndberetAndet"),
        ("Klientreference", "Reference"),
        ("Myndighed", "Organisation"),
        ("Cpr", "Personnummer"),
        ("AnmodningDato", "Dato"),
        ("AfslutDato", "AfsluttetDato"),
        ("<Cpr>", "<Cpr>6101800049</Cpr><Cpr>"),
        ("90000001", "9000000"),
        ("<Version>1<", "<Version>-1<"),
        ("<AfslutDato>2030-03-01<", "<AfslutDato>2030-02-30<"),
        ("sag-1", "sag<b/>-1"),
        (">sag-1<", "><"),
        ("<Kommune>", "<Andet/><Kommune>"),
        ("urn:sim:smdb:2025-07", "urn:sim:smdb:2023-01"),
    ] {
        assert!(whole.contains(from), "{from}");
        let reply = World::new().submit_body(whole.replace(from, to));
        assert_eq!(reply.name(), "malformed-request", "{from}");
    }
}

#[test]
fn a_child_that_the_schema_has_not_is_told_by_those_that_it_has() {
    let whole = written(&submission("sag-1"));
    for (from, to, told) in [
        ("AfslutDato", "AfslutningDato", "; nearest is `AfslutDato` of urn:sim:smdb:2025-07"),
        (
            "<Kommune>",
            "<Kommune xmlns=\"urn:andet\">",
            "; nearest is `Kommune` of urn:sim:smdb:2025-07",
        ),
        ("AfslutDato", "Hemmelig", "`KvalHep` of urn:sim:smdb:2025-07"),
    ] {
        let reply = World::new().submit_body(whole.replace(from, to));
        let rejection = format!("{:?}", reply.rejection());
        assert!(rejection.contains(told) && !rejection.contains("Hemmelig"), "{rejection}");
    }
}

/// SMDB has no copy of the client's certificate: whoever the STS names may call at once.
#[test]
fn a_certificate_that_smdb_never_saw_may_call() {
    let mut world = World::new();
    let assertion = Assertion { holder: STRANGER.certificate.clone(), ..assertion() };
    let body = written(&submission("sag-1"));
    let message = world.call(signed(&assertion), body, start()).write(&STRANGER).unwrap();
    assert_eq!(world.send(&message, start()).name(), "answered");
}

#[test]
fn both_dialects_of_the_str_transform_are_accepted() {
    let mut world = World::new();
    for dialect in [StrDialect::EncryptedAssertion, StrDialect::EncryptedData] {
        let mut forgery = Forgery::of(&world.written(start()));
        let reference = forgery.spec.references.iter_mut().find(|it| it.id == "_str").unwrap();
        reference.transforms = vec![Transform::StrTransform { dialect }];
        let reply = world.send(&forgery.sign(&HOLDER.key), start());
        assert_eq!(reply.name(), "answered", "{dialect:?}");
    }
}

#[test]
fn a_token_encrypted_with_gcm_is_opened() {
    let mut world = World::new();
    let issued = assertion().write(&STS).unwrap();
    let entropy = &mut entropy::Entropy::seeded(1, "smdb", "gcm");
    let content = ContentEncryption::Aes256Gcm;
    let data = encrypt(&issued, &SMDB.certificate, content, ENCRYPTED_ASSERTION_ID, entropy);
    let token = format!("<EncryptedAssertion xmlns=\"{SAML}\">{data}</EncryptedAssertion>");
    let message = world.call(token, written(&submission("sag-1")), start()).write(&HOLDER).unwrap();
    assert_eq!(world.send(&message, start()).name(), "answered");
}
