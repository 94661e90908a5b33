//! What a journal keeps, for how long, and what it does not.

use entropy::Entropy;
use parties::{Role, Text};

use super::*;

fn entry(number: u64, outcome: &'static str, text: &str) -> Entry {
    let finding = Finding {
        cause: outcome.to_owned(),
        rule: Text::same(text),
        expected: Text::same(""),
        got: Text::same(""),
        who: Role::Vendor,
        what: Text::same(""),
    };
    Entry {
        trace: TraceId::draw(&mut Entropy::seeded(number, "journal", "trace")),
        at: Timestamp::from_seconds(0),
        party: Party::Sts,
        environment: None,
        step: None,
        act: None,
        path: "/",
        from: None,
        message_id: Some(MessageId::new(&format!("question {number}"))),
        answer_id: Some(MessageId::new(&format!("answer {number}"))),
        outcome,
        request_octets: 0,
        answer_octets: 0,
        remarks: Vec::new(),
        diagnosis: Diagnosis::new(vec![finding]),
    }
}

#[test]
fn what_is_oldest_makes_room() {
    let journal = Journal::new(Limits { entries: 3, ..Limits::default() });
    let entries: Vec<_> = (0..5).map(|number| entry(number, GRANTED, "")).collect();
    entries.iter().for_each(|it| journal.write(it.clone()));
    let kept: Vec<_> = journal.newest(10, None).iter().map(|it| it.trace).collect();
    assert_eq!(kept, [entries[4].trace, entries[3].trace, entries[2].trace]);
    assert_eq!(journal.count(), (3, 2));
    assert!(journal.traced(entries[1].trace).is_none());
    assert_eq!(journal.traced(entries[2].trace).as_deref(), Some(&entries[2]));
    assert_eq!(journal.newest(1, None).len(), 1);
}

#[test]
fn long_texts_leave_room_for_fewer() {
    let long = "x".repeat(10_000);
    let octets = 100_000;
    let journal = Journal::new(Limits { entries: 1_000, octets });
    (0..1_000).for_each(|number| journal.write(entry(number, GRANTED, &long)));
    let (kept, forgotten) = journal.count();
    assert!((1..=5).contains(&kept), "{kept}: each text is there twice");
    assert_eq!(kept as u64 + forgotten, 1_000);
    let endless = "x".repeat(octets);
    journal.write(entry(1_000, GRANTED, &endless));
    assert_eq!(
        journal.count(),
        (kept, forgotten + 1),
        "what is larger than the journal is not kept"
    );
    let newest = journal.newest(1, None);
    assert_eq!(newest[0].trace, entry(999, GRANTED, "").trace, "and nothing goes for it");
}

/// Whoever sends what is refused unread would else make a journal forget all that was answered.
#[test]
fn what_a_listener_refuses_makes_room_for_nothing_but_its_like() {
    let journal = Journal::new(Limits { entries: 100, ..Limits::default() });
    (0..50).for_each(|number| journal.write(entry(number, GRANTED, "")));
    (50..100).for_each(|number| journal.write_stopped(entry(number, "body-too-large", "")));
    (100..150).for_each(|number| journal.write_astray(entry(number, "unknown-path", "")));
    journal.write(entry(150, GRANTED, ""));
    journal.write_stopped(entry(151, "overloaded", ""));
    journal.write_astray(entry(152, "wrong-method", ""));
    assert_eq!(journal.count(), (71, 82));
    assert_eq!(journal.newest(999, Some(GRANTED)).len(), 51);
    let outcomes: Vec<_> = journal.newest(23, None).iter().map(|it| it.outcome).collect();
    let mut expected = vec!["wrong-method", "overloaded", GRANTED];
    expected.extend(["unknown-path"; 9]);
    expected.extend(["body-too-large"; 9]);
    expected.extend([GRANTED; 2]);
    assert_eq!(outcomes, expected, "the newest first, whatever became of them");
    let trace = entry(99, GRANTED, "").trace;
    assert_eq!(journal.traced(trace).unwrap().outcome, "body-too-large");
}

#[test]
fn a_message_is_found_by_its_id_and_by_its_answers() {
    let journal = Journal::default();
    (0..3).for_each(|_| journal.write(entry(0, "replayed", "")));
    journal.write(entry(1, GRANTED, ""));
    assert_eq!(journal.of_message("question 0").len(), 3);
    assert_eq!(journal.of_message("answer 1").len(), 1);
    assert_eq!(journal.of_message("answer 2").len(), 0);
    assert_eq!(journal.newest(9, Some("replayed")).len(), 3);
    assert_eq!(journal.newest(9, Some("replaye")).len(), 0);
    journal.clear();
    assert_eq!((journal.of_message("question 0").len(), journal.count()), (0, (0, 0)));
}

#[test]
fn an_id_is_shown_if_it_is_one() {
    let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
    for prefix in ["", "_", "uuid:", "urn:uuid:"] {
        let id = format!("{prefix}{uuid}");
        assert_eq!(MessageId::new(&id).to_string(), id);
    }
    for id in [
        String::new(),
        "010150-1234".to_owned(),
        format!("urn:uuid:0101501234{uuid}"),
        format!("{uuid}-0101501234"),
        format!("{uuid}\n"),
        uuid.replace('f', "å"),
        uuid.replace('-', "0"),
        "å".repeat(18),
    ] {
        let shown = MessageId::new(&id).to_string();
        assert!(shown.starts_with("sha256:") && shown.len() == 71, "{id}: {shown}");
    }
    assert_ne!(MessageId::new("a"), MessageId::new("b"));
}
