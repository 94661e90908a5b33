//! Which certificates are trusted, when, and why others are not.

use std::{collections::BTreeSet, sync::LazyLock};

use clock::Timestamp;
use parties::Environment;
use pki::{
    Authority, AuthorityOddity, Certificate, ChainReason, ChainRefusal, Oddity, Path, PathMember,
    RevocationReason, Revoked, TrustAnchors,
};
use proptest::prelude::*;

use crate::world;

fn odd(authority: &Authority, oddity: Oddity) -> Certificate {
    let key = world::leaf_key();
    authority.odd(oddity, &world::system(), key.public(), world::serial(7), world::start())
}

fn odd_authority(oddity: AuthorityOddity) -> Authority {
    Authority::found_odd(
        oddity,
        Environment::Production,
        world::root_key(),
        world::issuing_key(),
        world::start(),
        &mut world::entropy("odd"),
    )
}

/// Builds and judges at `now`, without lists.
fn refusal(leaf: &Certificate, anchors: &TrustAnchors, now: Timestamp) -> ChainRefusal {
    Path::build(leaf, anchors).and_then(|path| path.judge(now, None)).unwrap_err()
}

#[test]
fn a_certificate_by_the_profile_is_trusted() {
    for environment in Environment::ALL {
        let authority = world::authority(environment);
        let leaf = world::leaf(&authority);
        let path = Path::build(&leaf, &authority.anchors()).unwrap();
        path.judge(world::start(), None).unwrap();
        assert_eq!(
            [path.leaf(), path.issuing(), path.root()],
            [&leaf, authority.issuing(), authority.root()]
        );
    }
}

/// What each oddity is refused for; a new one does not compile without a line here.
const fn expected(oddity: Oddity) -> ChainReason {
    match oddity {
        Oddity::Expired | Oddity::EndsBeforeItBegins => ChainReason::Expired,
        Oddity::NotYetValid => ChainReason::NotYetValid,
        Oddity::BadSignature | Oddity::SignedByAnother => ChainReason::BadSignature,
        Oddity::AlgorithmsDiffer | Oddity::UnsupportedAlgorithm => {
            ChainReason::UnsupportedAlgorithm
        }
        Oddity::UnknownIssuer | Oddity::UnknownIssuerKey => ChainReason::UnknownIssuer,
        Oddity::WrongKeyUsage => ChainReason::WrongKeyUsage,
        Oddity::NoKeyUsage => ChainReason::NoKeyUsage,
        Oddity::NoPolicies | Oddity::ForeignPolicy => ChainReason::NotOces,
        Oddity::Authority => ChainReason::IsACertificateAuthority,
        Oddity::UnknownCriticalExtension => ChainReason::UnknownCriticalExtension,
    }
}

#[test]
fn every_odd_certificate_is_refused_for_its_oddity() {
    let authority = world::authority(Environment::Production);
    let anchors = authority.anchors();
    for oddity in Oddity::ALL {
        let leaf = odd(&authority, oddity);
        let refusal = refusal(&leaf, &anchors, world::start());
        assert_eq!(
            (refusal.certificate, refusal.reason),
            (PathMember::Leaf, expected(oddity)),
            "{oddity:?}"
        );
        assert_eq!(refusal.subject, leaf.subject().to_string());
    }
}

const fn expected_authority(oddity: AuthorityOddity) -> ChainReason {
    match oddity {
        AuthorityOddity::NotAnAuthority => ChainReason::NotACertificateAuthority,
        AuthorityOddity::MayNotSign => ChainReason::WrongKeyUsage,
        AuthorityOddity::BadSignature => ChainReason::BadSignature,
        AuthorityOddity::UnknownIssuer => ChainReason::UnknownIssuer,
        AuthorityOddity::NotAllowedByRoot => ChainReason::PathTooLong,
        AuthorityOddity::Expired => ChainReason::Expired,
        AuthorityOddity::NotYetValid => ChainReason::NotYetValid,
    }
}

#[test]
fn every_odd_authority_is_refused_for_its_oddity() {
    for oddity in AuthorityOddity::ALL {
        let authority = odd_authority(oddity);
        let (leaf, anchors) = (world::leaf(&authority), authority.anchors());
        let refusal = refusal(&leaf, &anchors, world::start());
        assert_eq!(
            (refusal.certificate, refusal.reason),
            (PathMember::Issuing, expected_authority(oddity)),
            "{oddity:?}"
        );
        assert_eq!(refusal.subject, authority.issuing().subject().to_string());
        // Asked again, the anchors say the same.
        assert_eq!(refusal, self::refusal(&leaf, &anchors, world::start()));
    }
}

#[test]
fn a_strangers_certificate_is_refused_for_what_it_likely_is() {
    let production = world::authority(Environment::Production);
    let test = world::authority(Environment::IntegrationTest);
    let check = |leaf: &Certificate, reason| {
        let refusal = Path::build(leaf, &production.anchors()).unwrap_err();
        assert_eq!((refusal.certificate, refusal.reason), (PathMember::Leaf, reason));
        assert_eq!(refusal.boundary, None);
    };
    check(&world::leaf(&test), ChainReason::OtherEnvironment);
    check(test.issuing(), ChainReason::OtherEnvironment);
    check(production.issuing(), ChainReason::IsACertificateAuthority);
    check(production.root(), ChainReason::SelfSigned);
    check(&real(&production), ChainReason::RealAuthority);
    check(&odd(&production, Oddity::UnknownIssuer), ChainReason::UnknownIssuer);
}

/// A certificate whose issuer bears the real authority's name, which is just as long as ours.
fn real(authority: &Authority) -> Certificate {
    let mut der = world::leaf(authority).der().to_vec();
    let (ours, theirs) = (pki::SIMULATOR.as_bytes(), pki::REAL_AUTHORITY.as_bytes());
    while let Some(place) = der.windows(ours.len()).position(|window| window == ours) {
        der[place..place + ours.len()].copy_from_slice(theirs);
    }
    Certificate::from_der(&der).unwrap()
}

#[test]
fn nothing_real_is_trusted_even_if_somebody_says_so() {
    let authority = world::authority(Environment::Production);
    let real = real(&authority);
    let anchors = TrustAnchors::new(authority.root().clone(), vec![real.clone()]);
    let refusal = Path::build(&real, &anchors).unwrap_err();
    assert_eq!(refusal.reason, ChainReason::RealAuthority);
    assert!(refusal.to_string().contains("order one here"), "{refusal}");
}

#[test]
fn an_authority_is_known_by_its_key_as_by_its_name() {
    let authority = world::authority(Environment::Production);
    let rekeyed = Authority::found(
        Environment::Production,
        world::root_key(),
        world::small_key(),
        world::start(),
        &mut world::entropy("rekeyed"),
    );
    let issuing = vec![rekeyed.issuing().clone(), authority.issuing().clone()];
    let anchors = TrustAnchors::new(authority.root().clone(), issuing);
    for authority in [&authority, &rekeyed] {
        let path = Path::build(&world::leaf(authority), &anchors).unwrap();
        assert_eq!(path.issuing(), authority.issuing());
    }
    let refusal = Path::build(&world::leaf(&rekeyed), &authority.anchors()).unwrap_err();
    assert_eq!(refusal.reason, ChainReason::UnknownIssuer);
}

/// At each instant, whether the leaf is valid; both bounds count in whole seconds.
#[test]
fn a_leaf_is_valid_from_its_first_second_through_its_last() {
    let authority = world::authority(Environment::Production);
    let (begins, ends) = (world::at("2030-03-01T08:00:00Z"), world::at("2030-03-01T09:59:59Z"));
    let key = world::leaf_key();
    let leaf =
        authority.issue_until(&world::system(), key.public(), world::serial(7), begins, ends);
    let path = Path::build(&leaf, &authority.anchors()).unwrap();
    let refused = world::at("2030-03-01T10:00:00Z");
    assert_eq!((leaf.not_after(), leaf.first_refused()), (ends, refused));

    let early = Some((ChainReason::NotYetValid, begins));
    let late = Some((ChainReason::Expired, refused));
    for (now, expected) in [
        (begins - world::seconds(1), early),
        (begins - world::millis(1), early),
        (begins, None),
        (begins + world::millis(1), None),
        (ends - world::seconds(1), None),
        (ends - world::millis(1), None),
        (ends, None),
        (ends + world::millis(1), None),
        (ends + world::millis(999), None),
        (refused, late),
        (refused + world::millis(1), late),
        (refused + world::seconds(1), late),
    ] {
        let found = path.judge(now, None).err();
        let found = found.map(|refusal| (refusal.reason, refusal.boundary.unwrap()));
        assert_eq!(found, expected, "{now}");
        assert_eq!(leaf.is_valid_at(now), expected.is_none(), "{now}");
    }
}

#[test]
fn every_certificate_of_the_path_has_its_dates() {
    let authority = world::authority(Environment::Production);
    let anchors = authority.anchors();
    let (issuing, root) = (authority.issuing(), authority.root());
    // A leaf that outlives everything above it.
    let key = world::leaf_key();
    let leaf = authority.issue_until(
        &world::system(),
        key.public(),
        world::serial(7),
        root.not_before() - world::seconds(10),
        root.not_after() + world::seconds(10),
    );
    let path = Path::build(&leaf, &anchors).unwrap();
    let check = |now, member, reason, boundary| {
        let refusal = path.judge(now, None).unwrap_err();
        assert_eq!(
            (refusal.certificate, refusal.reason, refusal.boundary),
            (member, reason, Some(boundary)),
            "{now}"
        );
    };
    let (before, after) = (ChainReason::NotYetValid, ChainReason::Expired);
    let second = world::seconds(1);
    check(issuing.not_before() - second, PathMember::Issuing, before, issuing.not_before());
    path.judge(issuing.not_before(), None).unwrap();
    path.judge(issuing.not_after() + world::millis(999), None).unwrap();
    check(issuing.first_refused(), PathMember::Issuing, after, issuing.first_refused());
    check(leaf.not_before() - second, PathMember::Leaf, before, leaf.not_before());
    check(leaf.first_refused(), PathMember::Leaf, after, leaf.first_refused());

    let boundaries = [
        leaf.not_before(),
        root.not_before(),
        issuing.not_before(),
        issuing.first_refused(),
        root.first_refused(),
        leaf.first_refused(),
    ];
    let mut now = leaf.not_before() - second;
    for boundary in boundaries {
        assert_eq!(path.next_change(now), Some(boundary));
        assert_eq!(path.next_change(boundary - world::millis(1)), Some(boundary));
        now = boundary;
    }
    assert_eq!(path.next_change(now), None);

    // Below a root with the same key that begins and ends earlier, or later, the root has its say.
    let decade = clock::Span::from_days(3652);
    for start in [world::start() - decade, world::start() + decade] {
        let other = world::authority_at(Environment::Production, start);
        let root = other.root();
        let anchors = TrustAnchors::new(root.clone(), vec![issuing.clone()]);
        let path = Path::build(&leaf, &anchors).unwrap();
        let check = |now, expected| {
            let refusal = path.judge(now, None).err();
            let found = refusal
                .map(|refusal| (refusal.certificate, refusal.reason, refusal.boundary.unwrap()));
            assert_eq!(found, expected, "{now}");
        };
        if start < world::start() {
            check(root.not_after() + world::millis(999), None);
            let refused = root.first_refused();
            check(refused, Some((PathMember::Root, after, refused)));
        } else {
            check(root.not_before(), None);
            let begins = root.not_before();
            check(begins - second, Some((PathMember::Root, before, begins)));
        }
    }
}

proptest! {
    #![proptest_config(world::proptest_config(1000))]

    /// Between the instants that it names, a path judges the same.
    #[test]
    fn a_path_changes_only_where_it_says(
        (from, to) in (any::<i64>(), any::<i64>()).prop_map(|(a, b)| {
            let decades = |millis: i64| Timestamp::from_millis(millis % 3_000_000_000_000);
            (decades(a.min(b)), decades(a.max(b)))
        }),
    ) {
        let path = &*PATH;
        let (from, to) = (from.min(to), from.max(to));
        let next = path.next_change(from);
        prop_assert!(next.is_none_or(|next| next > from));
        if next.is_none_or(|next| to < next) {
            prop_assert_eq!(path.judge(from, None), path.judge(to, None));
        } else if let Some(next) = next {
            let before = path.judge(next - world::millis(1), None);
            prop_assert_eq!(path.judge(from, None), before);
        }
    }
}

static PATH: LazyLock<Path> = LazyLock::new(|| {
    let authority = world::authority(Environment::Production);
    Path::build(&world::leaf(&authority), &authority.anchors()).unwrap()
});

#[test]
fn a_list_speaks_for_the_certificates_of_its_issuer() {
    let authority = world::authority(Environment::Production);
    let (leaf, issuing) = (world::leaf(&authority), authority.issuing());
    let path = Path::build(&leaf, &authority.anchors()).unwrap();
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let revoked = |certificate: &Certificate| Revoked {
        serial: *certificate.serial(),
        at: from - world::seconds(30),
        reason: RevocationReason::KeyCompromise,
    };
    let clean = authority.revocation_list(1, from, until, &[]);
    let other = Revoked { serial: world::serial(8), ..revoked(&leaf) };
    let dirty = authority.revocation_list(2, from, until, &[other, revoked(&leaf)]);
    let root_clean = authority.root_revocation_list(1, from, until, &[]);
    let root_dirty = authority.root_revocation_list(2, from, until, &[revoked(issuing)]);

    path.judge(from, Some(&clean)).unwrap();
    path.judge(from, [&clean, &root_clean]).unwrap();
    let refusal = path.judge(from, Some(&dirty)).unwrap_err();
    assert_eq!((refusal.certificate, refusal.reason), (PathMember::Leaf, ChainReason::Revoked));
    assert_eq!(refusal.boundary, Some(from - world::seconds(30)));
    let refusal = path.judge(from, [&clean, &root_dirty]).unwrap_err();
    assert_eq!((refusal.certificate, refusal.reason), (PathMember::Issuing, ChainReason::Revoked));

    // An expired certificate is refused for that, whatever the list says.
    let refusal = path.judge(leaf.first_refused(), Some(&dirty)).unwrap_err();
    assert_eq!(refusal.reason, ChainReason::Expired);
}

#[test]
fn a_list_is_in_force_until_the_next_is_due() {
    let authority = world::authority(Environment::Production);
    let path = Path::build(&world::leaf(&authority), &authority.anchors()).unwrap();
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let list = authority.revocation_list(1, from, until, &[]);
    let early = Some((ChainReason::RevocationListNotYetValid, Some(from)));
    let late = Some((ChainReason::RevocationListExpired, Some(until)));
    for (now, expected) in [
        (from - world::seconds(1), early),
        (from - world::millis(1), early),
        (from, None),
        (until - world::millis(1), None),
        (until, late),
        (until + world::millis(1), late),
        (until + world::seconds(1), late),
    ] {
        let found = path.judge(now, Some(&list)).err();
        assert_eq!(found.map(|refusal| (refusal.reason, refusal.boundary)), expected, "{now}");
    }
}

#[test]
fn a_refusal_says_which_and_when() {
    let authority = world::authority(Environment::Production);
    let leaf = odd(&authority, Oddity::Expired);
    let refusal = refusal(&leaf, &authority.anchors(), world::start());
    let text = refusal.to_string();
    assert!(text.starts_with("certificate `CN=Fagsystem A (drift), "), "{text}");
    assert!(text.ends_with("C=DK` has expired, since 2030-03-01T08:00:00Z"), "{text}");
    let early =
        self::refusal(&odd(&authority, Oddity::NotYetValid), &authority.anchors(), world::start());
    let text = early.to_string();
    assert!(text.ends_with("is not yet valid, only from 2033-02-28T07:59:59Z on"), "{text}");
    let json = serde_json::to_string(&refusal).unwrap();
    assert!(json.contains("\"expired\""), "{json}");
    assert_eq!(serde_json::from_str::<ChainRefusal>(&json).unwrap(), refusal);
}

/// Each reason there is, met once; a new one without a case here fails.
#[test]
fn every_reason_is_met() {
    let authority = world::authority(Environment::Production);
    let test = world::authority(Environment::IntegrationTest);
    let anchors = authority.anchors();
    let now = world::start();
    let mut met = BTreeSet::new();
    for oddity in Oddity::ALL {
        met.insert(refusal(&odd(&authority, oddity), &anchors, now).reason);
    }
    for oddity in AuthorityOddity::ALL {
        let authority = odd_authority(oddity);
        met.insert(refusal(&world::leaf(&authority), &authority.anchors(), now).reason);
    }
    for stranger in [&world::leaf(&test), authority.root(), &real(&authority)] {
        met.insert(refusal(stranger, &anchors, now).reason);
    }

    let path = Path::build(&world::leaf(&authority), &anchors).unwrap();
    let tomorrow = now + clock::Span::from_days(1);
    let revoked =
        Revoked { serial: world::serial(7), at: now, reason: RevocationReason::Superseded };
    let forged = {
        let list = authority.revocation_list(1, now, tomorrow, &[]);
        let mut der = list.der().to_vec();
        *der.last_mut().unwrap() ^= 1;
        pki::RevocationList::from_der(&der).unwrap()
    };
    for list in [
        authority.revocation_list(1, now, tomorrow, &[revoked]),
        authority.revocation_list(1, tomorrow, tomorrow, &[]),
        authority.revocation_list(1, now - world::seconds(1), now, &[]),
        test.revocation_list(1, now, tomorrow, &[]),
        forged,
    ] {
        met.insert(path.judge(now, Some(&list)).unwrap_err().reason);
    }
    assert_eq!(met, BTreeSet::from(ChainReason::ALL));
}
