//! Races of a working day, with the habits and margins that clients really have: each is a test of the
//! harness too (`profiles.rs` and `tenants.rs` there), where real certificates and messages give the
//! same outages.
//!
//! The old certificate is refused from +20h on. Each client calls every eight hours, so that it asks
//! for tokens at +0h, +8h, +16h and +24h. A token lives eight hours; .NET drops it 60 s before its end
//! and Java 10 s.

use clock::{Span, Timestamp};
use oracle::{
    Act, Calls, Certificate, CertificateNumber, FindBy, Forecast, HolderCheck, LookUp, Node,
    NodeNumber, Plan, Rules, Signer, SystemUser, SystemUserNumber,
};
use parties::{ClientProfile, Server, Slot};

use crate::stage::{Active, Core, Dotnet, NoCache, Production, Restart, Rolling};

fn at(span: &str) -> Timestamp {
    let start: Timestamp = "2030-03-01T08:00:00Z".parse().expect("an instant");
    start + span.parse().expect("a length of time")
}

struct Day {
    plan: Plan,
    system_user: SystemUserNumber,
    old: CertificateNumber,
    new: CertificateNumber,
    node: NodeNumber,
}

impl Day {
    fn new(profile: ClientProfile, slot: Slot, provisioned: &str) -> Self {
        Self::with(profile, slot, provisioned, Rules::default(), |node| node)
    }

    fn with(
        profile: ClientProfile,
        slot: Slot,
        provisioned: &str,
        rules: Rules,
        habits: impl FnOnce(Node) -> Node,
    ) -> Self {
        let mut plan = Plan::new(at("0s"), at("28h"), rules);
        let dates = Certificate {
            environment: Production,
            valid_from: at("-10d"),
            expires: at("20h"),
            subject: 1,
            organisation: 0,
            name: 1,
        };
        let old = plan.certificate(dates);
        let (valid_from, expires) = (at("1h"), at("1096d"));
        let new = plan.certificate(Certificate { valid_from, expires, ..dates });
        let system_user = plan.system_user(SystemUser::new().with(Production, old));
        let calls = Calls::every(Span::from_hours(8), at("0s"));
        let node = Node { calls, ..Node::new(profile, Production, system_user, old) };
        let node = plan.node(habits(node));
        plan.at(at("1h"), Act::Save { system_user, slot, certificate: new });
        plan.at(at(provisioned), Act::Provision { system_user, environment: Production });
        Self { plan, system_user, old, new, node }
    }

    fn deployed(mut self, when: &str) -> Self {
        let (node, certificate) = (self.node, self.new);
        self.plan.at(at(when), Act::Deploy { node, certificate });
        self
    }

    fn restarted(mut self, when: &str) -> Self {
        let node = self.node;
        self.plan.at(at(when), Act::Restart { node });
        self
    }

    #[track_caller]
    fn check(&self, expected: &[&str]) {
        assert_eq!(outages(&self.plan, self.node), expected);
    }
}

/// Each as `+1h..+2h step 1: cause`.
fn outages(plan: &Plan, node: NodeNumber) -> Vec<String> {
    let since = |instant: Timestamp| format!("+{}", instant.since(plan.start()));
    let forecast = Forecast::of(plan);
    let outages = forecast.node(node).outages.iter();
    outages
        .map(|outage| {
            let until = outage.until.map_or_else(|| "open".to_owned(), since);
            let cause = outage.cause().name().expect("no clock is off by minutes");
            format!("{}..{until} {}: {cause}", since(outage.from), outage.step())
        })
        .collect()
}

fn rolling(profile: ClientProfile, deployed: &str) -> Day {
    Day::new(profile, Rolling, "1h30m").deployed(deployed)
}

#[test]
fn rolling_swaps() {
    rolling(Restart, "18h").check(&["+18h..+20h step 1: certificate-not-in-force"]);
    rolling(Restart, "20h").check(&[]);
    rolling(Restart, "22h").check(&[]);
    rolling(Restart, "26h").check(&["+23h59m50s..+1d2h step 1: certificate-expired"]);

    rolling(Dotnet, "14h").check(&["+15h59m..+20h step 1: certificate-not-in-force"]);
    rolling(Dotnet, "18h").check(&[]);
    rolling(Dotnet, "22h").check(&[]);
    rolling(Dotnet, "26h").check(&["+23h59m..+1d2h step 1: certificate-expired"]);

    rolling(Core, "14h").check(&["+14h..+20h step 3: not-holder"]);
    rolling(Core, "20h").check(&["+20h..+23h59m step 3: not-holder"]);
    rolling(Core, "22h").check(&["+22h..+23h59m step 3: not-holder"]);
    rolling(Core, "23h59m").check(&[]);
}

#[test]
fn where_smdb_looks_at_the_holder() {
    let day = |profile, deployed, holder_check| {
        let rules = Rules { holder_check, ..Rules::default() };
        Day::with(profile, Rolling, "1h30m", rules, |node| node).deployed(deployed)
    };
    let validity = HolderCheck::Validity;
    day(Restart, "22h", validity).check(&["+20h..+22h step 3: holder-certificate-expired"]);
    day(Dotnet, "22h", validity).check(&["+20h..+23h59m step 3: holder-certificate-expired"]);
    day(Restart, "20h", validity).check(&[]);

    let revoked = |profile, holder_check| {
        let rules = Rules { holder_check, ..Rules::default() };
        let mut day = Day::with(profile, Active, "10h", rules, |node| node).deployed("10h");
        day.plan.at(at("11h"), Act::Revoke { certificate: day.old });
        day
    };
    revoked(Dotnet, HolderCheck::ValidityAndRevocation)
        .check(&["+12h..+15h59m step 3: holder-certificate-revoked"]);
    revoked(Restart, HolderCheck::ValidityAndRevocation).check(&[]);
    revoked(Dotnet, HolderCheck::Ignored).check(&[]);
}

#[test]
fn replaced_at_once() {
    let day = |profile, deployed| Day::new(profile, Active, "10h").deployed(deployed);
    day(Core, "10h").check(&["+10h..+15h59m step 3: not-holder"]);
    day(Dotnet, "10h").check(&[]);
    day(Restart, "15h").check(&[]);
    day(Restart, "17h").check(&["+15h59m50s..+17h step 1: certificate-replaced"]);
    let late = |profile| Day::new(profile, Active, "18h").deployed("10h");
    late(Dotnet).check(&["+15h59m..+18h step 1: certificate-not-registered"]);
    late(Restart).check(&["+10h..+18h step 1: certificate-not-registered"]);
    late(Core).check(&["+10h..+18h step 3: not-holder"]);
}

#[test]
fn a_clock_that_is_off() {
    let day = |profile, skew: &str| {
        let skew = skew.parse().unwrap();
        let habits = |node| Node { skew, ..node };
        Day::with(profile, Rolling, "1h30m", Rules::default(), habits).deployed("22h")
    };
    day(Core, "30s").check(&["+22h..+23h58m30s step 3: not-holder"]);
    day(Core, "-30s").check(&["+22h..+23h59m30s step 3: not-holder"]);
    day(Dotnet, "-90s")
        .check(&["+8h..+8h30s step 3: token-expired", "+1d..+1d30s step 3: token-expired"]);
}

#[test]
fn what_a_restart_finds() {
    let restarted = |profile| Day::new(profile, Rolling, "1h30m").restarted("21h");
    restarted(Dotnet).check(&["+21h..open step 1: certificate-not-valid"]);
    restarted(Restart).check(&["+21h..open step 1: certificate-expired"]);

    let finds = |profile, find_by, deployed| {
        let habits = |node: Node| {
            let look_up = LookUp { find_by, ..node.look_up };
            Node { look_up, ..node }
        };
        Day::with(profile, Rolling, "1h30m", Rules::default(), habits).deployed(deployed)
    };
    let by_subject =
        |profile, restarted| finds(profile, FindBy::SubjectName, "18h").restarted(restarted);
    by_subject(Dotnet, "20h").check(&["+18h..+20h step 1: certificate-ambiguous"]);
    by_subject(Dotnet, "19h59m59s").check(&["+18h..open step 1: certificate-ambiguous"]);
    by_subject(Restart, "20h").check(&["+18h..open step 1: certificate-ambiguous"]);

    let copied = |profile| finds(profile, FindBy::CopiedThumbprint, "20h");
    copied(Dotnet).check(&["+20h..open step 1: certificate-not-found"]);
    copied(Core).check(&["+20h..+23h59m step 3: not-holder"]);
    copied(Dotnet).deployed("22h").check(&["+20h..open step 1: certificate-not-found"]);
}

/// F13: two municipalities in one process. Each calls once, the first an hour before the second.
#[test]
fn two_tenants_in_one_process() {
    let check = |profile, process, expected: &[&str]| {
        let mut plan = Plan::new(at("0s"), at("10h"), Rules::default());
        let mut tenant = |organisation, first| {
            let (valid_from, expires) = (at("-10d"), at("100d"));
            let environment = Production;
            let subject = organisation;
            let certificate =
                Certificate { environment, valid_from, expires, subject, organisation, name: 1 };
            let certificate = plan.certificate(certificate);
            let user = SystemUser::new().with(Production, certificate);
            let user = plan.system_user(user.of_organisation(organisation));
            let calls = Calls::none().and_at(at(first));
            let node = Node::new(profile, Production, user, certificate);
            plan.node(Node { process, calls, ..node })
        };
        let tenants = [tenant(1, "1h"), tenant(2, "2h")];
        assert_eq!(outages(&plan, tenants[0]), [""; 0]);
        assert_eq!(outages(&plan, tenants[1]), expected);
    };
    check(Dotnet, Some(1), &["+1h..+8h59m step 3: foreign-authority"]);
    check(Core, Some(1), &[]);
    check(Restart, Some(1), &[]);
    check(Dotnet, None, &[]);
}

/// F11: the STS turns to its next certificate, and SMDB and the client begin to trust it too late, or
/// in time.
#[test]
fn the_sts_signs_with_its_next_certificate() {
    let day = |trusted: &str, pinned: &str| {
        let mut day = Day::new(Restart, Rolling, "1h30m").deployed("20h");
        let (environment, signer, node) = (Production, Signer(1), day.node);
        day.plan.at(at("10h"), Act::SignWith { environment, signer });
        day.plan.at(at(trusted), Act::Trust { environment, signer });
        day.plan.at(at(pinned), Act::Pin { node, signer });
        day
    };
    // A token of before lives on, so what is wrong shows at the next one.
    day("9h", "10h").check(&[]);
    day("12h", "15h").check(&[]);
    day("18h", "10h").check(&["+15h59m50s..+18h step 3: unknown-issuer"]);
    day("12h", "17h").check(&["+15h59m50s..+17h step 1: sts-answer-unusable"]);
}

/// G5: a server shows another chain in TLS, and a client that has pinned the first takes the new one in
/// too late, in time, or needs not.
#[test]
fn a_server_shows_another_chain() {
    let day = |profile, server, pinned: bool, trusted: &str| {
        let pinned = |node: Node| Node { trusts_new_authority: !pinned, ..node };
        let mut day =
            Day::with(profile, Rolling, "1h30m", Rules::default(), pinned).deployed("20h");
        let (environment, node) = (Production, day.node);
        day.plan.at(at("10h"), Act::ChangeChain { server, environment });
        day.plan.at(at(trusted), Act::TrustChain { node });
        day
    };
    for (server, step) in [(Server::Sts, 1), (Server::Smdb, 3)] {
        let outage = format!("+10h..+11h step {step}: server-chain-not-trusted");
        day(NoCache, server, true, "11h").check(&[&outage]);
        day(NoCache, server, true, "10h").check(&[]);
        day(NoCache, server, false, "11h").check(&[]);
    }
    // SMDB is called each time; the STS is asked when the token of eight in the morning is dropped.
    day(Restart, Server::Smdb, true, "11h").check(&["+10h..+11h step 3: server-chain-not-trusted"]);
    day(Restart, Server::Sts, true, "15h").check(&[]);
    day(Restart, Server::Sts, true, "17h")
        .check(&["+15h59m50s..+17h step 1: server-chain-not-trusted"]);
}

/// What if the services followed other rules? (`rules.rs` of the harness.)
#[test]
fn other_rules() {
    let day = |slot, provisioned, rules| Day::with(NoCache, slot, provisioned, rules, |node| node);
    let usual = Rules::default();

    let overlap = || day(Rolling, "2h", Rules { overlap: true, ..usual });
    overlap().deployed("10h").check(&[]);
    let mut removed = overlap().deployed("15h");
    let system_user = removed.system_user;
    removed.plan.at(at("10h"), Act::Remove { system_user, slot: Active });
    removed.plan.at(at("12h"), Act::Provision { system_user, environment: Production });
    removed.check(&["+12h..+15h step 1: certificate-replaced"]);

    let delayed = |deployed| {
        let activation_delay = Span::from_minutes(10);
        day(Active, "2h", Rules { activation_delay, ..usual }).deployed(deployed)
    };
    delayed("2h").check(&["+2h..+2h10m step 1: certificate-not-in-force"]);
    delayed("2h10m").check(&[]);
    delayed("2h20m").check(&["+2h10m..+2h20m step 1: certificate-replaced"]);

    // Four o'clock in the morning, `E+`, is no multiple of 45 minutes since 1970; half past four is.
    let look_interval = Span::from_minutes(45);
    let looks = day(Rolling, "2h", Rules { look_interval, ..usual }).deployed("20h");
    looks.check(&["+20h..+20h30m step 1: certificate-not-in-force"]);

    let by_subject =
        |finds_by_subject| day(Rolling, "27h", Rules { finds_by_subject, ..usual }).deployed("10h");
    by_subject(true).check(&[]);
    by_subject(false).check(&["+10h..+1d3h step 1: certificate-not-registered"]);
}
