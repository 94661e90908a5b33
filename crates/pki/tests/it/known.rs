//! What is known of revocations, around every instant at which it changes.

use clock::{Span, Timestamp};
use parties::Environment;
use pki::{
    Certificate, KnownRevocations, RevocationList, RevocationReason, Revoked, Standing,
    TrustAnchors,
};

use crate::world;

const SECOND: Span = Span::from_seconds(1);
const INSTANT: Span = Span::from_millis(1);
const LAG: Span = Span::from_hours(1);

/// An authority's leaf, and what the authority says of it.
struct Scene {
    leaf: Certificate,
    anchors: TrustAnchors,
}

impl Scene {
    fn set() -> Self {
        let authority = world::authority(Environment::Production);
        Self { leaf: world::leaf(&authority), anchors: authority.anchors() }
    }

    /// A list of two hours' life that has the leaf from `revoked` on.
    fn list(
        number: u64,
        from: Timestamp,
        revoked: Option<Timestamp>,
        leaf: &Certificate,
    ) -> RevocationList {
        let reason = RevocationReason::KeyCompromise;
        let entries: Vec<_> =
            revoked.map(|at| Revoked { serial: *leaf.serial(), at, reason }).into_iter().collect();
        let until = from + Span::from_hours(2);
        world::authority(Environment::Production).revocation_list(number, from, until, &entries)
    }

    /// Who learnt, when it was made, a list that has the leaf from `revoked` on.
    fn knowing(&self, from: Timestamp, revoked: Option<Timestamp>) -> KnownRevocations {
        let mut known = KnownRevocations::default();
        assert!(known.learn(Self::list(5, from, revoked, &self.leaf), from, &self.anchors));
        known
    }
}

#[test]
fn a_list_is_fresh_for_the_lag_and_while_it_is_in_force() {
    let from = world::start();
    let known = Scene::set().knowing(from, None);
    let fresh = |lag, now| known.is_fresh(lag, now);
    // From before it was made on, it says nothing: a clock that goes back must fetch anew.
    assert!(!fresh(LAG, from - INSTANT) && fresh(LAG, from));
    assert!(fresh(LAG, from + LAG - INSTANT) && !fresh(LAG, from + LAG));
    let until = from + Span::from_hours(2);
    let day = Span::from_days(1);
    assert!(fresh(day, until - INSTANT) && !fresh(day, until));
    assert!(!KnownRevocations::default().is_fresh(LAG, from));
}

/// What is called fresh is never unknown.
#[test]
fn a_fresh_list_has_a_standing() {
    let from = world::start();
    let scene = Scene::set();
    let known = scene.knowing(from, None);
    for now in [from - SECOND, from - INSTANT, from, from + LAG, from + Span::from_hours(2)] {
        let unknown = matches!(known.standing(&scene.leaf, LAG, now), Standing::Unknown { .. });
        assert!(!(unknown && known.is_fresh(LAG, now)), "{now}");
    }
}

#[test]
fn a_revocation_stands_when_the_lag_is_over_and_a_list_until_its_end() {
    let from = world::start();
    let scene = Scene::set();
    let known = scene.knowing(from, Some(from - SECOND));
    let until = from + Span::from_hours(2);
    let standing = |now| known.standing(&scene.leaf, LAG, now);
    let unknown = Standing::Unknown { list: Some((from, until)) };
    let revoked = Standing::Revoked { since: from - SECOND };
    assert_eq!([standing(from - INSTANT), standing(from)], [unknown, Standing::Good]);
    let counts = from - SECOND + LAG;
    assert_eq!([standing(counts - INSTANT), standing(counts)], [Standing::Good, revoked]);
    assert_eq!([standing(until - INSTANT), standing(until)], [revoked, unknown]);
    assert_eq!(known.counts_from(&scene.leaf, LAG), Some(counts));
}

/// An authority says nothing of another's certificates, also where a serial number is the same.
#[test]
fn a_list_is_for_the_certificates_of_its_authority() {
    let from = world::start();
    let foreign = world::leaf(&world::authority(Environment::IntegrationTest));
    let mut known = KnownRevocations::default();
    let list = Scene::list(5, from, Some(from), &foreign);
    assert!(list.revoked(foreign.serial()).is_some());
    assert!(known.learn(list, from, &Scene::set().anchors));
    assert_eq!(known.counts_from(&foreign, LAG), None);
    let unknown = Standing::Unknown { list: Some((from, from + Span::from_hours(2))) };
    assert_eq!(known.standing(&foreign, LAG, from + LAG), unknown);
}

#[test]
fn each_change_is_named() {
    let from = world::start();
    let scene = Scene::set();
    let known = scene.knowing(from, Some(from - SECOND));
    let changes = [from, from - SECOND + LAG, from + Span::from_hours(2)];
    let mut now = from - SECOND;
    for change in changes {
        assert_eq!(known.next_change(LAG, now), Some(change), "{now}");
        assert_eq!(known.next_change(LAG, change - INSTANT), Some(change));
        now = change;
    }
    assert_eq!(known.next_change(LAG, now), None);
}

#[test]
fn an_older_list_teaches_nothing_unless_the_clock_went_back() {
    let from = world::start();
    let scene = Scene::set();
    let mut known = scene.knowing(from, None);
    let older = |at| Scene::list(4, at, Some(at), &scene.leaf);
    assert!(!known.learn(older(from - SECOND), from, &scene.anchors));
    assert!(known.learn(older(from - SECOND), from - SECOND, &scene.anchors));
    let standing = known.standing(&scene.leaf, Span::ZERO, from - SECOND);
    assert_eq!(standing, Standing::Revoked { since: from - SECOND });
    let elsewhere = world::authority(Environment::IntegrationTest);
    let foreign = elsewhere.revocation_list(9, from, from + LAG, &[]);
    assert!(!known.learn(foreign, from, &scene.anchors), "another authority signed it");
}
