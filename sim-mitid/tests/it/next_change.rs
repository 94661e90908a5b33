//! `next_change` names every instant at which an answer could differ by itself.

use clock::{Span, Timestamp};
use entropy::Entropy;
use parties::{Core, Diagnose, Environment};
use proptest::{prelude::*, test_runner::RngSeed};
use sim_mitid::{Answer, Mitid, Request};

use crate::{
    history::{History, acts},
    world::{CONTACT, EMAIL, cvr},
};

/// All that can be seen of a MitID Erhverv at an instant: what would be refused and why, what stands
/// on the lists, what the administrator sees, who was told what.
fn outcome(history: &History, probes: &[Request], now: Timestamp) -> Vec<String> {
    let mitid: &Mitid = &history.world.mitid;
    let entropy = &mut Entropy::seeded(7, "mitid", "probe");
    let mut seen: Vec<String> =
        probes.iter().map(|probe| format!("{:?}", mitid.diagnose(probe, now))).collect();
    for environment in Environment::ALL {
        let (answer, _) = mitid.decide(&Request::RevocationList(environment), now, entropy);
        let Answer::RevocationList(list) = answer else { panic!("{answer:?}") };
        let entries: Vec<_> = list.entries().collect();
        seen.push(format!("{entries:?}"));
        seen.push(format!("{:?}", mitid.profiles(environment, &cvr(), None, now)));
        seen.push(format!("{:?}", mitid.directory(environment, now)));
    }
    for address in [CONTACT, EMAIL] {
        seen.push(format!("{:?}", history.world.mailbox(address, now)));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: RngSeed::Fixed(32),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Between two stops nothing differs, at whatever instant one looks; and the stops are not
    /// there for nothing.
    #[test]
    fn nothing_differs_between_two_changes(acts in acts(), looks in any::<[u32; 3]>()) {
        let history = History::of(&acts);
        let probes = history.probes();
        let mitid = &history.world.mitid;
        let (mut now, mut stops, mut changes) = (history.now, 0, 0);
        let mut before = outcome(&history, &probes, now);
        while let Some(next) = mitid.next_change(now) {
            prop_assert!(next > now);
            let length = next.since(now).millis();
            let inside = looks.map(|look| now + Span::from_millis(i64::from(look) % length));
            for look in inside.into_iter().chain([next - Span::from_millis(1)]) {
                prop_assert_eq!(&outcome(&history, &probes, look), &before, "{} {}", now, look);
                // Asked in between, the answer is the same.
                prop_assert_eq!(mitid.next_change(look), Some(next));
            }
            let after = outcome(&history, &probes, next);
            stops += 1;
            changes += usize::from(after != before);
            (now, before) = (next, after);
        }
        // After the last stop nothing ever happens.
        prop_assert_eq!(outcome(&history, &probes, now + Span::from_days(4000)), before);
        // The one stop that shows nothing is the expiry of what is revoked.
        let revoked = mitid.revocations().count();
        prop_assert!(changes + revoked >= stops, "{} of {}", changes, stops);
    }
}
