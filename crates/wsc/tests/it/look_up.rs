//! How a client finds its own certificate, and what a start does.

use std::sync::Arc;

use clock::{Span, Timestamp};
use oio_idws::Credential;
use parties::{ClientProfile, Environment};
use stage::{INSTANT, start};
use wsc::{FindBy, Habits, Settings, Thumbprint, Trust, exchange::Event, habits::Several};

use crate::world::{NEW, Node, OLD, STAGE, STRANGER, STS, asked, by_soap, order, token_for, trust};

const ALL: [ClientProfile; 6] = ClientProfile::ALL;

/// What a node of a profile with old and new in its store finds, or the cause why it does not start.
fn found(
    profile: ClientProfile,
    find_by: FindBy,
    now: Timestamp,
) -> Result<Thumbprint, &'static str> {
    let mut node = Node::with(by_soap(profile));
    node.wsc.key_store().install(OLD.clone());
    node.wsc.key_store().install(NEW.clone());
    node.find(find_by, now).map_err(|failure| failure.name())?;
    Ok(node.wsc.present().unwrap().clone())
}

fn thumbprint(value: impl Into<String>) -> FindBy {
    FindBy::Thumbprint(value.into())
}

#[test]
fn a_thumbprint_may_be_written_in_any_case_and_with_spaces() {
    let digits = NEW.certificate.thumbprint();
    let pairs = |separator: &str| {
        let pairs: Vec<_> = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]).collect();
        pairs.join(separator)
    };
    let written =
        [digits.clone(), digits.to_lowercase(), pairs(" "), pairs("\t"), format!(" {digits}\n")];
    for profile in ALL {
        for value in &written {
            let expected = Ok(Thumbprint::of(&NEW.certificate));
            assert_eq!(found(profile, thumbprint(value), start()), expected, "{value:?}");
        }
    }
}

#[test]
fn a_thumbprint_with_anything_else_in_it_finds_nothing() {
    let digits = NEW.certificate.thumbprint();
    let colons = format!("{}:{}", &digits[..2], &digits[2..]);
    let written = ["", "0", &digits[1..], &format!("{digits}0"), &format!("0x{digits}"), &colons];
    for profile in ALL {
        for value in written {
            let expected = Err("certificate-not-found");
            assert_eq!(found(profile, thumbprint(value), start()), expected, "{value:?}");
        }
        let stranger = FindBy::thumbprint_of(&STRANGER.certificate);
        assert_eq!(found(profile, stranger, start()), Err("certificate-not-found"));
    }
}

/// .NET Framework reads the mark as a digit that is none; .NET Core skips it, in front alone.
#[test]
fn the_invisible_mark_of_the_dialog_spoils_a_thumbprint() {
    let copied = FindBy::copied_from_the_dialog(&NEW.certificate);
    let FindBy::Thumbprint(text) = &copied else { panic!("{copied:?}") };
    assert!(text.starts_with('\u{200E}'));
    let here = Ok(Thumbprint::of(&NEW.certificate));
    for profile in ALL {
        let expected = match profile {
            ClientProfile::CoreNewKeyOldToken => here.clone(),
            ClientProfile::NoCache
            | ClientProfile::RestartOnSwap
            | ClientProfile::JavaRestFixedCache
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::DotnetRest => Err("certificate-not-found"),
        };
        assert_eq!(found(profile, copied.clone(), start()), expected, "{profile}");
        let behind = thumbprint(format!("{}\u{200E}", NEW.certificate.thumbprint()));
        assert_eq!(found(profile, behind, start()), Err("certificate-not-found"), "{profile}");
    }
}

#[test]
fn a_subject_name_must_find_exactly_one() {
    for profile in ALL {
        let by_name = |name: &str| FindBy::SubjectName(name.to_owned());
        let two = Err("certificate-ambiguous");
        assert_eq!(found(profile, by_name("Fagsystem A"), start()), two);
        assert_eq!(found(profile, by_name("fagsystem a"), start()), two);
        assert_eq!(found(profile, by_name("Fagsystem B"), start()), Err("certificate-not-found"));
        let mut node = Node::with(by_soap(profile));
        node.wsc.key_store().install(OLD.clone());
        node.wsc.key_store().install(STRANGER.clone());
        assert_eq!(node.find(by_name("FAGSYSTEM"), start()), Ok(()));
        assert_eq!(node.wsc.present(), Some(&Thumbprint::of(&OLD.certificate)));
    }
}

/// The .NET client's own look-up takes whichever comes first, and works or fails by luck. What has
/// expired is passed over before one is taken.
#[test]
fn of_several_certificates_a_client_may_take_one() {
    let [older, old, new] =
        [with_life(0, start() - Span::from_days(9), start()), OLD.clone(), NEW.clone()];
    let found = |several, credentials: &[&Credential]| {
        let settings = Settings::of(ClientProfile::DotnetCacheByEndpoint);
        let habits = Habits { several, ..settings.habits };
        let mut node = Node::with(Settings { habits, ..settings });
        for credential in credentials {
            node.wsc.key_store().install((*credential).clone());
        }
        let by_name = FindBy::SubjectName("Fagsystem A".to_owned());
        node.find(by_name, start()).map_err(|failure| failure.name())?;
        Ok(node.wsc.present().unwrap().clone())
    };
    let [is_old, is_new] = [&old, &new].map(|it| Ok(Thumbprint::of(&it.certificate)));
    for credentials in [&[&old, &new][..], &[&older, &old, &new], &[&old, &new, &older]] {
        assert_eq!(found(Several::First, credentials), is_old);
        assert_eq!(found(Several::Last, credentials), is_new);
        assert_eq!(found(Several::Error, credentials), Err("certificate-ambiguous"));
    }
    assert_eq!(found(Several::First, &[&new, &old]), is_new);
    assert_eq!(found(Several::Last, &[&new, &old]), is_old);
    assert_eq!(found(Several::First, &[&older]), Err("certificate-not-valid"));
}

/// A certificate of the same subject with other dates.
fn with_life(key: usize, from: Timestamp, until: Timestamp) -> Credential {
    STAGE.system(Environment::IntegrationTest, "Fagsystem A", key, from..until)
}

/// Two of one subject, of which the first expires: a start before that finds two, and a start from
/// E+ on finds one, where the client passes over what is not valid.
#[test]
fn from_the_expiry_on_a_subject_name_finds_one_again() {
    let expiry = start() + Span::from_hours(2);
    let old = with_life(0, start() - Span::from_days(1), expiry);
    for profile in ALL {
        let mut node = Node::with(by_soap(profile));
        node.wsc.key_store().install(old.clone());
        node.wsc.key_store().install(NEW.clone());
        let by_name = FindBy::SubjectName("Fagsystem A".to_owned());
        node.find(by_name, start()).unwrap_err();
        let mut restart = |now| node.done(&Event::Restart, now).map_err(|it| it.name());
        assert_eq!(restart(expiry - INSTANT), Err("certificate-ambiguous"));
        let expected = match profile {
            ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache => {
                Err("certificate-ambiguous")
            }
            ClientProfile::NoCache
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::CoreNewKeyOldToken
            | ClientProfile::DotnetRest => Ok(()),
        };
        assert_eq!(restart(expiry), expected, "{profile}");
    }
}

/// A start is not tried again by itself: what was found wrong then is told at each call.
#[test]
fn a_client_that_did_not_start_stays_down_until_it_is_started() {
    let expiry = start() + Span::from_hours(2);
    let mut node = Node::with(Settings::of(ClientProfile::DotnetCacheByEndpoint));
    node.wsc.key_store().install(with_life(0, start() - Span::from_days(1), expiry));
    node.wsc.key_store().install(NEW.clone());
    node.find(FindBy::SubjectName("Fagsystem A".to_owned()), start()).unwrap_err();
    for now in [start(), expiry, expiry + Span::from_days(1)] {
        let failure = node.done(&Event::Begin(order()), now).unwrap_err();
        assert_eq!(failure.name(), "certificate-ambiguous");
    }
    node.done(&Event::Restart, expiry).unwrap();
    node.begin(expiry);
}

/// The dates are looked at when the client starts, by its own clock, and never after that.
#[test]
fn a_certificate_must_be_valid_at_the_start_and_not_later() {
    let (from, until) = (start(), start() + Span::from_hours(2));
    let certificate = with_life(0, from, until);
    for (profile, skew) in ALL.into_iter().flat_map(|it| [(it, -7), (it, 0), (it, 7)]) {
        let skew = Span::from_seconds(skew);
        let starts = |at: Timestamp| {
            let mut node = Node::with(Settings { skew, ..by_soap(profile) });
            node.wsc.key_store().install(certificate.clone());
            let find_by = FindBy::thumbprint_of(&certificate.certificate);
            node.find(find_by, at - skew).map(|()| node).map_err(|failure| failure.name())
        };
        let outside = match profile {
            ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache => None,
            ClientProfile::NoCache
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::CoreNewKeyOldToken
            | ClientProfile::DotnetRest => Some("certificate-not-valid"),
        };
        assert_eq!(starts(from - INSTANT).err(), outside, "{profile}");
        assert_eq!(starts(from).err(), None);
        assert_eq!(starts(until - INSTANT).err(), None);
        assert_eq!(starts(until).err(), outside, "{profile}");
        // It expires while the client runs: the client goes on, and asks the STS.
        let mut node = starts(until - INSTANT).unwrap();
        let (_, received) = asked(&node.begin(until));
        assert_eq!(received.signed.unwrap().certificate, certificate.certificate);
    }
}

/// An expired pinned certificate stops .NET at its start, and Java never: Java knows the key alone.
#[test]
fn a_pinned_certificate_must_be_valid_at_the_start_of_some() {
    let (from, until) = (start() - Span::from_days(1), start());
    let sts = STAGE.system(Environment::IntegrationTest, "skift STS", 2, from..until);
    assert_eq!(sts.key.public(), STS.key.public(), "the STS signs as ever");
    for profile in ALL {
        let mut node = Node::of(profile);
        let trust = Trust { sts: sts.certificate.clone(), ..trust() };
        node.wsc.pin(Arc::new(trust));
        let restart = |node: &mut Node, now| {
            node.done(&Event::Restart, now).map_err(|failure| failure.name())
        };
        assert_eq!(restart(&mut node, until - INSTANT), Ok(()));
        let expected = match profile {
            ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache => Ok(()),
            ClientProfile::NoCache
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::CoreNewKeyOldToken
            | ClientProfile::DotnetRest => Err("sts-certificate-not-valid"),
        };
        // Whoever runs goes on with it.
        let message = node.begin(until);
        node.receive(&token_for(&message, &STS, until), until);
        assert_eq!(restart(&mut node, until), expected, "{profile}");
    }
}

#[test]
fn another_key_of_the_sts_breaks_every_client_until_it_is_pinned() {
    for profile in ALL {
        let mut node = Node::of(profile);
        let message = node.begin(start());
        let failure = node.outcome(&token_for(&message, &STRANGER, start()), start()).unwrap_err();
        assert_eq!(failure.name(), "sts-answer-unusable");
        node.wsc.pin(Arc::new(Trust { sts: STRANGER.certificate.clone(), ..trust() }));
        let message = node.begin(start());
        let answer = token_for(&message, &STRANGER, start());
        let (action, _) = node.receive(&answer, start());
        assert!(matches!(action, wsc::exchange::Action::CallService { .. }), "{action:?}");
    }
}

/// What is in the file is one thing, what the process has read another.
#[test]
fn a_configuration_without_a_restart_changes_nothing() {
    for profile in ALL {
        let mut node = Node::of(profile);
        node.wsc.key_store().install(NEW.clone());
        let find_by = FindBy::thumbprint_of(&NEW.certificate);
        node.done(&Event::Configure(find_by), start()).unwrap();
        assert_eq!(node.wsc.present(), Some(&Thumbprint::of(&OLD.certificate)));
        node.done(&Event::Restart, start()).unwrap();
        assert_eq!(node.wsc.present(), Some(&Thumbprint::of(&NEW.certificate)));
    }
}
