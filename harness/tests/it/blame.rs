//! Who is to blame in the stories of `scenarios/`: each says who is, and the sentence is sensible.

use std::{fs, path::Path};

use clock::Span;
use harness::{forecast::Oracle, scenario::Scenario};

/// Every scenario file, by its name below `scenarios/`.
fn stories() -> Vec<(String, Scenario)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios"));
    let mut stories = Vec::new();
    for family in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if !family.is_dir() {
            continue;
        }
        for file in fs::read_dir(family).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(folder).unwrap().with_extension("");
            let scenario = Scenario::parse(&fs::read_to_string(&file).unwrap()).unwrap();
            stories.push((name.display().to_string().replace('\\', "/"), scenario));
        }
    }
    stories.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(stories.len() >= 32, "{} stories", stories.len());
    stories
}

/// Who should have done what, when, when it was done, and what would be left.
fn sentences(scenario: &Scenario) -> Vec<String> {
    let after = |at: clock::Timestamp| format!("+{}", at.since(scenario.start));
    let sentence = |blame: &harness::forecast::Blame| {
        let done = match blame.done {
            Some(done) if done == blame.mended => String::new(),
            Some(done) => format!(" instead of {}", after(done)),
            None => ", nobody did".to_owned(),
        };
        let (node, mended) = (&blame.node, after(blame.mended));
        let left = if blame.left == Span::ZERO {
            String::new()
        } else {
            format!("; leaves {} of {}", blame.left, blame.was)
        };
        let (who, what) = (blame.who.title().en, &blame.what.en);
        format!("{}/{node}: {who}: {what} {mended}{done}{left}", blame.client)
    };
    Oracle::ask(scenario).blames.iter().map(sentence).collect()
}

#[test]
fn every_story_of_an_outage_says_who_is_to_blame() {
    for (name, scenario) in stories() {
        let oracle = Oracle::ask(&scenario);
        for outage in &scenario.expected.outages {
            let found = oracle.blame(&outage.client, &outage.node);
            let found = found.unwrap_or_else(|| panic!("nothing would help in {name}"));
            assert_eq!(outage.blame, Some(found.who), "{name}: {outage:?}");
            assert!(found.left < found.was, "{name}: {found:?}");
        }
    }
}

#[test]
fn a_sentence_says_what_was_done_and_when() {
    for (name, scenario) in stories() {
        for blame in Oracle::ask(&scenario).blames {
            // What the file says that somebody did, at this instant, nobody can say was not done.
            assert_eq!(blame.done.is_some(), blame.place.is_some(), "{name}: {blame:?}");
            let run = scenario.start..=scenario.end();
            assert!(run.contains(&blame.mended), "{name}: {blame:?}");
            for span in [blame.was, blame.left] {
                assert_eq!(span.millis() % 1_000, 0, "{name}: {blame:?}");
            }
            assert_ne!(blame.what.en, blame.what.da, "{name}");
        }
    }
}

/// Every sentence of every story: one who adds a story reads what it says of blame, and puts it here.
#[test]
fn the_stories_and_the_oracle_tell_the_same() {
    let told: Vec<_> = stories()
        .iter()
        .flat_map(|(name, scenario)| {
            sentences(scenario).into_iter().map(move |sentence| (name.clone(), sentence))
        })
        .collect();
    let told: Vec<_> = told.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
    assert_eq!(told, SENTENCES);
}

/// Read as a trainer reads them.
const SENTENCES: &[(&str, &str)] = &[
    (
        "clocks/planned-by-the-clients-own-clock",
        "fast/a: vendor: deploy `new` in fast +2h instead of +1h59m30s",
    ),
    (
        "clocks/planned-by-the-clients-own-clock",
        "slow/a: vendor: deploy `new` in slow +2h instead of +2h30s",
    ),
    (
        "clocks/slow-clock-outlives-the-token",
        "fagsystem/a: vendor: set the clock of fagsystem right +0s, nobody did",
    ),
    (
        "clocks/ten-minutes-slow",
        "fagsystem/a: vendor: set the clock of fagsystem right +0s, nobody did",
    ),
    (
        "look-up/subject-changed",
        "fagsystem/a: vendor: deploy `new` in fagsystem +2h instead of +3h",
    ),
    (
        "look-up/subject-matches-two",
        "fagsystem/a: vendor: deploy `new` in fagsystem +2h instead of +1h",
    ),
    (
        "look-up/thumbprint-copied-from-the-dialog",
        "fagsystem/a: vendor: enter thumbprints in fagsystem without the invisible mark +0s, nobody did",
    ),
    (
        "look-up/thumbprint-not-changed",
        "fagsystem/a: vendor: deploy `new` in fagsystem +2h instead of +3h",
    ),
    (
        "nodes/swapped-one-by-one",
        "fagsystem/first: vendor: deploy `new` in fagsystem/first +2h instead of +1h",
    ),
    (
        "nodes/swapped-one-by-one",
        "fagsystem/third: vendor: deploy `new` in fagsystem/third +2h instead of +3h",
    ),
    (
        "overlap/old-certificate-removed-too-early",
        "fagsystem/second: NemLog-in administrator: provision in production +3h instead of +2h",
    ),
    (
        "registration/key-store-uploaded",
        "fagsystem/a: NemLog-in administrator: save `new` in the rolling slot +21m instead of +2h59m",
    ),
    (
        "registration/provisioned-in-the-wrong-environment",
        "fagsystem/a: NemLog-in administrator: provision in production and not in integration-test +21m",
    ),
    (
        "registration/rehearsed-and-not-repeated",
        "fagsystem/a: NemLog-in administrator: provision in production +2h instead of +3h",
    ),
    (
        "registration/replaced-in-the-wrong-environment",
        "fagsystem/first: NemLog-in administrator: provision in production and not in integration-test +1h",
    ),
    (
        "registration/saved-not-provisioned",
        "fagsystem/first: NemLog-in administrator: provision in production +2h, nobody did; leaves 1h of 3h",
    ),
    (
        "registration/saved-not-provisioned",
        "fagsystem/second: NemLog-in administrator: provision in production, and the vendor deploy `new` in fagsystem/second, +2h, nobody did",
    ),
    (
        "registration/saved-on-another-system",
        "fagsystem/a: NemLog-in administrator: save `new` on fagsystem and not on journal, and provision it there, +20m",
    ),
    (
        "registration/saved-on-another-system",
        "journal/a: NemLog-in administrator: save `new` on fagsystem and not on journal, and provision it there, +20m",
    ),
    (
        "registration/test-certificate-accepted",
        "fagsystem/a: NemLog-in administrator: provision in integration-test and not in production +1h",
    ),
    (
        "registration/test-certificate-for-production",
        "fagsystem/a: NemLog-in administrator: save `new` and not `test-new` in the active slot +20m",
    ),
    (
        "replace/activation-takes-five-minutes",
        "fagsystem/a: NemLog-in administrator: provision in production +55m instead of +1h",
    ),
    ("replace/client-first", "fagsystem/a: vendor: deploy `new` in fagsystem +2h instead of +1h"),
    (
        "replace/provisioned-before-the-client",
        "fagsystem/a: NemLog-in administrator: provision in production +3h instead of +1h",
    ),
    (
        "replace/saved-in-the-active-slot",
        "fagsystem/a: NemLog-in administrator: save `new` in the rolling slot and not in the active one +20m",
    ),
    (
        "replace/saved-in-the-rolling-slot",
        "fagsystem/a: NemLog-in administrator: save `new` in the active slot and not in the rolling one +20m",
    ),
    (
        "revocation/new-certificate-revoked",
        "fagsystem/a: MitID administrator: revoke `old` and not `new` +45m",
    ),
    (
        "revocation/revocation-triggers-the-swap",
        "fagsystem/second: vendor: deploy `new` in fagsystem/second +1h40m instead of +2h",
    ),
    (
        "revocation/revoked-before-expiry",
        "fagsystem/a: MitID administrator: revoke `old` +1h instead of +40m",
    ),
    (
        "rolling-swap/client-swaps-early",
        "fagsystem/a: vendor: deploy `new` in fagsystem +2h instead of +1h",
    ),
    (
        "rolling-swap/client-swaps-late",
        "fagsystem/a: vendor: deploy `new` in fagsystem +2h instead of +3h",
    ),
    (
        "rolling-swap/expires-on-a-leap-night",
        "fagsystem/a: vendor: deploy `new` in fagsystem +1d18h instead of +3d",
    ),
    (
        "rolling-swap/expiry-without-a-swap",
        "fagsystem/a: MitID administrator: renew `old` and have the new certificate registered and deployed +0s, nobody did",
    ),
    (
        "rolling-swap/nemlogin-looks-now-and-then",
        "fagsystem/a: NemLog-in administrator: provision in production once more +2h, nobody did",
    ),
    (
        "rolling-swap/new-certificate-begins-late",
        "fagsystem/a: MitID administrator: renew `old` as `new` +1h instead of +2h",
    ),
    (
        "rolling-swap/provisioned-after-expiry",
        "fagsystem/a: NemLog-in administrator: provision in production +2h instead of +3h",
    ),
    (
        "rolling-swap/second-renewal-overwrites-the-first",
        "fagsystem/a: vendor: deploy `newer` and not `new` in fagsystem +2h",
    ),
    (
        "signer/client-not-told",
        "fagsystem/a: vendor: pin the new signer in fagsystem +1h instead of +1h30m",
    ),
    (
        "signer/hidden-behind-a-token",
        "fagsystem/a: vendor: pin the new signer in fagsystem +7h59m instead of +10h",
    ),
    (
        "signer/smdb-not-told",
        "fagsystem/a: service owner: let SMDB trust the new signer in production +1h instead of +1h45m",
    ),
    (
        "tenants/two-municipalities-one-cache",
        "east/a: vendor: run east in a process of its own +0s, nobody did",
    ),
    (
        "tenants/two-municipalities-one-cache",
        "west/a: vendor: run west in a process of its own +0s, nobody did",
    ),
    (
        "tokens/hidden-expiry",
        "fagsystem/a: vendor: deploy `new` in fagsystem +7h59m instead of +10h",
    ),
    (
        "tokens/hidden-missing-provision",
        "fagsystem/a: NemLog-in administrator: provision in production +7h59m, nobody did",
    ),
    (
        "tokens/kept-for-a-time-of-its-own",
        "fagsystem/a: vendor: restart fagsystem +20h, nobody did; leaves 2h of 3h",
    ),
    (
        "tokens/new-key-old-token",
        "fagsystem/a: vendor: deploy `new` in fagsystem +7h59m instead of +2h",
    ),
    (
        "tokens/old-certificate-revoked-under-a-token",
        "fagsystem/a: MitID administrator: revoke `old` +6h59m instead of +2h30m",
    ),
    (
        "tokens/smdb-looks-at-the-holder",
        "fagsystem/a: vendor: restart fagsystem +3h, nobody did; leaves 1h of 5h59m",
    ),
];
