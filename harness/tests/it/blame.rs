//! Who is to blame in the stories of `scenarios/`: each says who is, and the sentence is sensible.

use std::{fs, path::Path};

use clock::Span;
use harness::{
    forecast::{Due, Oracle},
    scenario::Scenario,
};

use crate::head::{HEAD, Head};

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
            None if blame.due == Due::FromTheStart => String::new(),
            None => ", nobody did".to_owned(),
        };
        let (node, due) = (&blame.node, blame.due.words(after, after).en);
        let left = if blame.left == Span::ZERO {
            String::new()
        } else {
            format!("; leaves {} of {}", blame.left, blame.was)
        };
        let (who, what) = (blame.who.title().en, &blame.what.en);
        format!("{}/{node}: {who}: {what} {due}{done}{left}", blame.client)
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

/// One client that calls each half hour, one certificate that ends, and what people do.
fn told(length: &str, profile: &str, expires: &str, deeds: &[(&str, &str)]) -> Vec<String> {
    sentences(&scene(length, profile, expires, deeds))
}

fn scene(length: &str, profile: &str, expires: &str, deeds: &[(&str, &str)]) -> Scenario {
    beside("", length, profile, expires, deeds)
}

/// The same beside other tables of a file.
fn beside(
    tables: &str,
    length: &str,
    profile: &str,
    expires: &str,
    deeds: &[(&str, &str)],
) -> Scenario {
    let deeds: Vec<_> = deeds.iter().map(|(at, deed)| format!("{at} {deed}")).collect();
    Head { length, profile, expires, interval: Some("30m"), ..HEAD }.beside(tables, &deeds)
}

const ORDER: &str =
    r#"mitid.order system-user = "fagsystem", environment = "production", as = "new""#;
const RENEW: &str = r#"mitid.renew certificate = "old", as = "new""#;
const SAVE: &str =
    r#"nemlogin.save system-user = "fagsystem", slot = "active", certificate = "new""#;
const SAVE_ROLLING: &str =
    r#"nemlogin.save system-user = "fagsystem", slot = "rolling", certificate = "new""#;
const PROVISION: &str =
    r#"nemlogin.provision system-user = "fagsystem", environment = "production""#;
const DEPLOY: &str = r#"client.deploy client = "fagsystem", certificate = "new""#;

#[test]
fn a_renewal_in_time_is_what_a_late_one_lacks() {
    let deeds = [("+3h", ORDER), ("+3h1m", SAVE), ("+3h2m", PROVISION), ("+3h3m", DEPLOY)];
    assert_eq!(
        told("4h", "no-cache", "+2h", &deeds),
        ["fagsystem/a: MitID administrator: renew `old` and have the new certificate registered \
             and deployed by +1h59m59s instead of +3h"]
    );
    // Renewed in time, and left lying.
    let deeds = [("+1h", RENEW), ("+3h1m", SAVE), ("+3h2m", PROVISION), ("+3h3m", DEPLOY)];
    assert_eq!(
        told("4h", "no-cache", "+2h", &deeds),
        ["fagsystem/a: NemLog-in administrator: save `new` in the active slot and provision in \
             production, and the vendor deploy `new` in fagsystem, by +2h instead of +3h3m"]
    );
}

#[test]
fn what_was_clicked_before_the_save_is_to_be_clicked_after_it() {
    let deeds = [("+10m", RENEW), ("+30m", PROVISION), ("+30m", SAVE_ROLLING), ("+1h", DEPLOY)];
    assert_eq!(
        told("4h", "no-cache", "+1h", &deeds),
        ["fagsystem/a: NemLog-in administrator: provision in production after the save at +30m"]
    );
}

#[test]
fn what_should_not_have_been_done_is_said_to_be_left() {
    let revoke = r#"mitid.revoke certificate = "old", reason = "superseded""#;
    let remove = r#"nemlogin.remove system-user = "fagsystem", slot = "active""#;
    let check = |deeds: &[(&str, &str)], en: &str, da: &str| {
        let scenario = scene("4h", "no-cache", "+10d", deeds);
        assert_eq!(sentences(&scenario), [en]);
        assert_eq!(Oracle::ask(&scenario).blames[0].what.da, da);
    };
    check(
        &[("+1h", revoke)],
        "fagsystem/a: MitID administrator: not revoke `old` at +1h",
        "lad være med at spærre `old`",
    );
    check(
        &[("+1h", remove), ("+1h1m", PROVISION)],
        "fagsystem/a: NemLog-in administrator: not empty the active slot at +1h",
        "lad være med at tømme pladsen til det aktive certifikat",
    );
}

#[test]
fn a_client_that_keeps_tokens_too_long_is_to_look_at_them() {
    let short = "[nemlogin]\ntoken-lifetime = \"1h\"";
    let scenario = beside(short, "10h", "java-rest-fixed-cache", "+10d", &[]);
    assert_eq!(
        sentences(&scenario),
        [
            "fagsystem/a: vendor: let fagsystem drop a token and an access token before each of them \
             ends, and not after fixed times, from the start on"
        ]
    );
    let da = &Oracle::ask(&scenario).blames[0].what.da;
    assert!(da.contains("både et token og et adgangstoken"), "{da}");
}

/// A swap that was too early is to be put off, also where the run ends before it may be made.
#[test]
fn a_longer_run_blames_the_same_act() {
    let deeds = [("+10m", RENEW), ("+20m", SAVE_ROLLING), ("+21m", PROVISION), ("+1h", DEPLOY)];
    for length in ["4h", "9d", "10d", "11d", "30d"] {
        let told = told(length, "no-cache", "+10d", &deeds);
        let expected = "fagsystem/a: vendor: deploy `new` in fagsystem at +10d instead of +1h";
        assert_eq!(told, [expected], "{length}");
    }
}

/// So it is where two did, and what befalls the one after the run is nothing to the other.
#[test]
fn what_is_put_off_beyond_the_run_costs_nobody_else_more() {
    let other = r#"
        [client.journal]
        system-user = "fagsystem"
        environment = "production"
        profile = "no-cache"
        certificate = "old"
        [[every]]
        interval = "30m"
        do.client.submit = { client = "journal" }"#;
    let deploy = DEPLOY.replace("\"fagsystem\"", "\"journal\"");
    let deeds = [
        ("+10m", RENEW),
        ("+20m", SAVE_ROLLING),
        ("+21m", PROVISION),
        ("+1h", DEPLOY),
        ("+1h", &deploy),
    ];
    for length in ["2h", "3h", "5h"] {
        let scenario = beside(other, length, "no-cache", "+3h", &deeds);
        let put_off =
            |client| format!("{client}/a: vendor: deploy `new` in {client} at +3h instead of +1h");
        assert_eq!(sentences(&scenario), ["fagsystem", "journal"].map(put_off), "{length}");
    }
}

/// A restart would get another token before the swap, which hides it until just after the run.
#[test]
fn what_only_puts_an_outage_off_to_after_the_run_does_not_help() {
    let deeds = [("+1h", RENEW), ("+2h", DEPLOY)];
    for length in ["8h", "9h", "12h", "24h"] {
        let told = told(length, "dotnet-cache-by-endpoint", "+30d", &deeds);
        let expected = "fagsystem/a: NemLog-in administrator: save `new` in the active slot and \
                        provision in production by +7h59m, nobody did";
        assert_eq!(told, [expected], "{length}");
    }
}

/// A certificate that expires just after the run has nothing to do with what happened in it.
#[test]
fn what_happens_after_the_run_is_nothing_to_it() {
    let deeds = [("+1h", r#"mitid.revoke certificate = "old""#)];
    for expires in ["+10d", "+5h"] {
        let told = told("4h", "no-cache", expires, &deeds);
        let expected = "fagsystem/a: MitID administrator: not revoke `old` at +1h";
        assert_eq!(told, [expected], "{expires}");
    }
}

/// A certificate for the other environment is as wrong in a month as it is now, though a token hides it
/// for some hours.
#[test]
fn what_a_token_hides_after_the_run_is_not_mended_by_waiting() {
    let order =
        r#"mitid.order system-user = "fagsystem", environment = "integration-test", as = "t""#;
    let deploy = DEPLOY.replace("\"new\"", "\"t\"");
    let deeds = [
        ("+10m", RENEW),
        ("+20m", SAVE_ROLLING),
        ("+21m", PROVISION),
        ("+30m", order),
        ("+1h", &deploy),
        ("+1h10m", r#"client.restart client = "fagsystem""#),
    ];
    for profile in ["dotnet-cache-by-endpoint", "no-cache"] {
        let told = told("4h", profile, "+30d", &deeds);
        assert!(!told[0].contains("deploy `t`"), "{told:?}");
    }
}

/// Before it is saved, nothing can be provisioned.
#[test]
fn what_waits_for_a_save_is_not_done_by_then() {
    let deeds = [("+1h", RENEW), ("+2h", SAVE)];
    let told = told("4h", "no-cache", "+2h", &deeds);
    let expected = "fagsystem/a: NemLog-in administrator: provision in production, and the vendor deploy `new` \
                    in fagsystem, at +2h, nobody did";
    assert_eq!(told, [expected]);
}

/// A save that is put off to after the provisioning that was made is not provisioned by it.
#[test]
fn what_was_saved_too_early_is_still_saved_before_it_is_provisioned() {
    let empty = |slot| format!(r#"nemlogin.remove system-user = "fagsystem", slot = "{slot}""#);
    let (active, rolling) = (empty("active"), empty("rolling"));
    let deeds = [
        ("+5m", RENEW),
        ("+10m", SAVE),
        ("+20m", &active),
        ("+21m", &rolling),
        ("+1h", PROVISION),
        ("+1h", DEPLOY),
    ];
    let told = told("6h", "no-cache", "+40d", &deeds);
    let expected = "fagsystem/a: NemLog-in administrator: save `new` in the active slot between \
                    +20m1s and +1h instead of +10m";
    assert_eq!(told, [expected]);
}

#[test]
fn the_stories_told_for_longer_blame_the_same() {
    for (name, scenario) in stories() {
        let longer = Scenario { length: scenario.length + Span::from_hours(3), ..scenario.clone() };
        let (short, long) = (Oracle::ask(&scenario), Oracle::ask(&longer));
        // Where more comes to pass, something else may help more.
        let same = short.nodes.iter().zip(&long.nodes).all(|(short, long)| {
            let ends = |it: &harness::forecast::Reckoned| it.outages.clone();
            ends(short) == ends(long)
        });
        if same {
            let said = |oracle: &Oracle| {
                let blames = oracle.blames.iter();
                blames.map(|it| (it.what.en.clone(), it.mended, it.due)).collect::<Vec<_>>()
            };
            assert_eq!(said(&short), said(&long), "{name}");
        }
    }
}

/// Read as a trainer reads them.
const SENTENCES: &[(&str, &str)] = &[
    (
        "chain/one-node-forgotten",
        "fagsystem/b: vendor: take the new TLS authority into the truststore of fagsystem/b by +1h instead of +2h",
    ),
    (
        "chain/truststore-not-updated",
        "fagsystem/a: vendor: take the new TLS authority into the truststore of fagsystem by +7h59m50s instead of +9h30m",
    ),
    (
        "clocks/planned-by-the-clients-own-clock",
        "fast/a: vendor: deploy `new` in fast at +2h instead of +1h59m30s",
    ),
    (
        "clocks/planned-by-the-clients-own-clock",
        "slow/a: vendor: deploy `new` in slow at +2h instead of +2h30s",
    ),
    (
        "clocks/slow-clock-outlives-the-token",
        "fagsystem/a: vendor: set the clock of fagsystem right from the start on",
    ),
    (
        "clocks/ten-minutes-slow",
        "fagsystem/a: vendor: set the clock of fagsystem right from the start on",
    ),
    (
        "look-up/subject-changed",
        "fagsystem/a: vendor: deploy `new` in fagsystem at +2h instead of +3h",
    ),
    (
        "look-up/subject-matches-two",
        "fagsystem/a: vendor: deploy `new` in fagsystem at +2h instead of +1h",
    ),
    (
        "look-up/thumbprint-copied-from-the-dialog",
        "fagsystem/a: vendor: enter thumbprints in fagsystem without the invisible mark from the start on",
    ),
    (
        "look-up/thumbprint-not-changed",
        "fagsystem/a: vendor: deploy `new` in fagsystem at +2h instead of +3h",
    ),
    (
        "nodes/swapped-one-by-one",
        "fagsystem/first: vendor: deploy `new` in fagsystem/first at +2h instead of +1h",
    ),
    (
        "nodes/swapped-one-by-one",
        "fagsystem/third: vendor: deploy `new` in fagsystem/third at +2h instead of +3h",
    ),
    (
        "overlap/old-certificate-removed-too-early",
        "fagsystem/second: NemLog-in administrator: provision in production not before +3h instead of +2h",
    ),
    (
        "registration/key-store-uploaded",
        "fagsystem/a: NemLog-in administrator: save the `.cer` file of `new` and not its key store in the rolling slot at +20m",
    ),
    (
        "registration/provisioned-in-the-wrong-environment",
        "fagsystem/a: NemLog-in administrator: provision in production and not in integration-test at +21m",
    ),
    (
        "registration/rehearsed-and-not-repeated",
        "fagsystem/a: NemLog-in administrator: provision in production between +20m and +2h instead of +3h",
    ),
    (
        "registration/replaced-in-the-wrong-environment",
        "fagsystem/first: NemLog-in administrator: provision in production and not in integration-test at +1h",
    ),
    (
        "registration/saved-not-provisioned",
        "fagsystem/first: NemLog-in administrator: provision in production between +20m and +2h, nobody did; leaves 1h of 3h",
    ),
    (
        "registration/saved-not-provisioned",
        "fagsystem/second: NemLog-in administrator: provision in production, and the vendor deploy `new` in fagsystem/second, at +2h, nobody did",
    ),
    (
        "registration/saved-on-another-system",
        "fagsystem/a: NemLog-in administrator: save `new` on fagsystem and not on journal, and provision it there, at +20m",
    ),
    (
        "registration/saved-on-another-system",
        "journal/a: NemLog-in administrator: save `new` on fagsystem and not on journal, and provision it there, at +20m",
    ),
    (
        "registration/test-certificate-accepted",
        "fagsystem/a: NemLog-in administrator: provision in integration-test and not in production at +1h",
    ),
    (
        "registration/test-certificate-for-production",
        "fagsystem/a: NemLog-in administrator: save `new` and not `test-new` in the active slot at +20m",
    ),
    (
        "replace/activation-takes-five-minutes",
        "fagsystem/a: NemLog-in administrator: provision in production at +55m instead of +1h",
    ),
    (
        "replace/client-first",
        "fagsystem/a: vendor: deploy `new` in fagsystem between +2h and +7h59m50s instead of +1h",
    ),
    (
        "replace/provisioned-before-the-client",
        "fagsystem/a: NemLog-in administrator: provision in production at +3h instead of +1h",
    ),
    (
        "replace/saved-in-the-active-slot",
        "fagsystem/a: NemLog-in administrator: save `new` in the rolling slot and not in the active one at +20m",
    ),
    (
        "replace/saved-in-the-rolling-slot",
        "fagsystem/a: NemLog-in administrator: save `new` in the active slot and not in the rolling one at +20m",
    ),
    (
        "rest/access-token-kept-for-too-long",
        "fagsystem/a: vendor: let fagsystem drop a token and an access token before each of them ends, and not after fixed times, from the start on",
    ),
    (
        "rest/new-certificate-old-access-token",
        "fagsystem/a: vendor: restart fagsystem after the swap, so that it drops its old token and its old access token, at +2h10m, nobody did",
    ),
    (
        "revocation/new-certificate-revoked",
        "fagsystem/a: MitID administrator: revoke `old` and not `new` at +45m",
    ),
    (
        "revocation/revocation-triggers-the-swap",
        "fagsystem/second: vendor: deploy `new` in fagsystem/second at +1h40m instead of +2h",
    ),
    (
        "revocation/revoked-before-expiry",
        "fagsystem/a: MitID administrator: revoke `old` not before +1h instead of +40m",
    ),
    (
        "rolling-swap/client-swaps-early",
        "fagsystem/a: vendor: deploy `new` in fagsystem at +2h instead of +1h",
    ),
    (
        "rolling-swap/client-swaps-late",
        "fagsystem/a: vendor: deploy `new` in fagsystem at +2h instead of +3h",
    ),
    (
        "rolling-swap/expires-on-a-leap-night",
        "fagsystem/a: vendor: deploy `new` in fagsystem at +1d18h instead of +3d",
    ),
    (
        "rolling-swap/expiry-without-a-swap",
        "fagsystem/a: MitID administrator: renew `old` and have the new certificate registered and deployed by +1h59m59s, nobody did",
    ),
    (
        "rolling-swap/nemlogin-looks-now-and-then",
        "fagsystem/a: NemLog-in administrator: provision in production once more at +2h, nobody did",
    ),
    (
        "rolling-swap/new-certificate-begins-late",
        "fagsystem/a: MitID administrator: renew `old` as `new` by +1h instead of +2h",
    ),
    (
        "rolling-swap/provisioned-after-expiry",
        "fagsystem/a: NemLog-in administrator: provision in production between +20m and +2h instead of +3h",
    ),
    (
        "rolling-swap/second-renewal-overwrites-the-first",
        "fagsystem/a: vendor: deploy `newer` and not `new` in fagsystem at +2h",
    ),
    (
        "signer/client-not-told",
        "fagsystem/a: vendor: pin the new signer in fagsystem at +1h instead of +1h30m",
    ),
    (
        "signer/hidden-behind-a-token",
        "fagsystem/a: vendor: pin the new signer in fagsystem between +1s and +7h59m instead of +10h",
    ),
    (
        "signer/smdb-not-told",
        "fagsystem/a: service owner: let SMDB trust the new signer in production by +1h instead of +1h45m",
    ),
    (
        "tenants/two-municipalities-one-cache",
        "east/a: vendor: run east in a process of its own from the start on",
    ),
    (
        "tenants/two-municipalities-one-cache",
        "west/a: vendor: run west in a process of its own from the start on",
    ),
    (
        "tokens/hidden-expiry",
        "fagsystem/a: vendor: deploy `new` in fagsystem by +7h59m instead of +10h",
    ),
    (
        "tokens/hidden-missing-provision",
        "fagsystem/a: NemLog-in administrator: provision in production between +20m and +7h59m, nobody did",
    ),
    (
        "tokens/kept-for-a-time-of-its-own",
        "fagsystem/a: vendor: let fagsystem drop a token and an access token before each of them ends, and not after fixed times, from the start on",
    ),
    (
        "tokens/new-key-old-token",
        "fagsystem/a: vendor: restart fagsystem after the swap, so that it drops its old token, at +2h, nobody did",
    ),
    (
        "tokens/old-certificate-revoked-under-a-token",
        "fagsystem/a: MitID administrator: revoke `old` not before +6h59m instead of +2h30m",
    ),
    (
        "tokens/smdb-looks-at-the-holder",
        "fagsystem/a: vendor: restart fagsystem after the swap, so that it drops its old token, at +3h, nobody did; leaves 1h of 5h59m",
    ),
];
