//! The habits of clients with real certificates and real messages: outages to the millisecond, as
//! they were reckoned by hand from the rules of the oracle.
//!
//! The old certificate is refused from +20h on (`E+`). Each client calls every eight hours, so that
//! it asks for tokens at +0h, +8h, +16h and +24h. A token lives eight hours (`T`); .NET drops it
//! 60 s before its end and Java 10 s (`k`): the token of +16h goes at +23h59m and at +23h59m50s.
//! It is what hides a mistake for hours.

use harness::{
    downtime::{NodeDowntime, Outage, measure},
    forecast::Oracle,
    run::run,
    scenario::Scenario,
    world::in_process::{InProcess, keys_needed},
};
use pki::KeyPool;
use sim_smdb::HolderCheck;

use crate::head::{HEAD, Head};

pub(crate) const RESTART: &str = "restart-on-swap";
pub(crate) const DOTNET: &str = "dotnet-cache-by-endpoint";
pub(crate) const CORE: &str = "core-new-key-old-token";

/// What has been prepared when a race begins: which slot, and when it is provisioned.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Swap {
    /// The new certificate waits for the expiry of the old one.
    Rolling,
    /// It takes over at this instant.
    Replaced(&'static str),
}

/// One race of one client with one node.
#[derive(Debug, Clone)]
pub(crate) struct Race {
    profile: &'static str,
    swap: Swap,
    /// More keys of the client, each on a line.
    client: &'static str,
    /// What else happens: a time, a verb and its arguments, as `+1h client.restart client = "…"`.
    happenings: Vec<String>,
    holder_certificate: HolderCheck,
}

impl Race {
    pub(crate) fn new(profile: &'static str, swap: Swap) -> Self {
        let holder_certificate = HolderCheck::Ignored;
        Self { profile, swap, client: "", happenings: Vec::new(), holder_certificate }
    }

    pub(crate) fn deployed(mut self, at: &str) -> Self {
        self.happenings
            .push(format!("{at} client.deploy client = \"fagsystem\", certificate = \"new\""));
        self
    }

    pub(crate) fn restarted(mut self, at: &str) -> Self {
        self.happenings.push(format!("{at} client.restart client = \"fagsystem\""));
        self
    }

    pub(crate) fn called(mut self, at: &str) -> Self {
        self.happenings.push(format!("{at} client.submit client = \"fagsystem\""));
        self
    }

    pub(crate) const fn with(mut self, client: &'static str) -> Self {
        self.client = client;
        self
    }

    const fn looked_at_by_smdb(mut self) -> Self {
        self.holder_certificate = HolderCheck::Validity;
        self
    }

    pub(crate) fn scenario(&self) -> Scenario {
        let (slot, provisioned) = match self.swap {
            Swap::Rolling => ("rolling", "+1h30m"),
            Swap::Replaced(at) => ("active", at),
        };
        let provision = "system-user = \"fagsystem\", environment = \"production\"";
        let mut happenings = vec![
            "+1h mitid.renew certificate = \"old\", as = \"new\"".to_owned(),
            format!(
                "+1h nemlogin.save system-user = \"fagsystem\", slot = \"{slot}\", certificate = \
                 \"new\""
            ),
            format!("{provisioned} nemlogin.provision {provision}"),
        ];
        happenings.extend_from_slice(&self.happenings);
        Head {
            length: "28h",
            expires: "+20h",
            profile: self.profile,
            client: self.client,
            interval: Some("8h"),
            ..HEAD
        }
        .with(&happenings)
    }

    /// It has these outages, each as `+1h..+2h step 1: cause`.
    #[track_caller]
    fn check(&self, expected: &[&str]) {
        assert_eq!(outages(&self.scenario(), self.holder_certificate), expected, "{self:?}");
    }
}

/// What is measured in `scenario`.
fn measured(scenario: &Scenario) -> Vec<NodeDowntime> {
    let keys = KeyPool::open(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys")).unwrap();
    keys.ensure(&keys_needed(scenario), &mut |_, _| ()).unwrap();
    let key = |size, index| Some(keys.key(size, index));
    let mut world = InProcess::new(scenario, key).unwrap_or_else(|error| panic!("{error}"));
    measure(&run(scenario, &mut world))
}

pub(crate) fn outages(scenario: &Scenario, holder_certificate: HolderCheck) -> Vec<String> {
    let mut scenario = scenario.clone();
    scenario.rules.smdb.holder_certificate = holder_certificate;
    let line = |node: &NodeDowntime, outage: &Outage| {
        let from = outage.from.since(scenario.start);
        let until = outage
            .until
            .map_or_else(|| "open".to_owned(), |until| format!("+{}", until.since(scenario.start)));
        let (step, cause) = (outage.failure.step, &outage.failure.cause);
        let client =
            if scenario.clients.len() > 1 { format!("{} ", node.client) } else { String::new() };
        format!("{client}+{from}..{until} {step}: {cause}")
    };
    measured(&scenario)
        .iter()
        .flat_map(|node| node.outages.iter().map(move |outage| line(node, outage)))
        .collect()
}

pub(crate) const ROLLING: Swap = Swap::Rolling;

#[test]
fn a_restart_loses_the_token_that_would_have_hidden_it() {
    let race = |at| Race::new(RESTART, ROLLING).deployed(at);
    race("+18h").check(&["+18h..+20h step 1: certificate-not-in-force"]);
    race("+20h").check(&[]);
    race("+22h").check(&[]);
    race("+26h").check(&["+23h59m50s..+1d2h step 1: certificate-expired"]);
}

#[test]
fn a_token_with_its_key_hides_an_early_and_a_late_swap() {
    let race = |at| Race::new(DOTNET, ROLLING).deployed(at);
    race("+14h").check(&["+15h59m..+20h step 1: certificate-not-in-force"]);
    race("+18h").check(&[]);
    race("+20h").check(&[]);
    race("+22h").check(&[]);
    race("+26h").check(&["+23h59m..+1d2h step 1: certificate-expired"]);
}

#[test]
fn a_new_key_does_not_fit_an_old_token() {
    let race = |at| Race::new(CORE, ROLLING).deployed(at);
    race("+14h").check(&["+14h..+20h step 3: not-holder"]);
    race("+20h").check(&["+20h..+23h59m step 3: not-holder"]);
    race("+22h").check(&["+22h..+23h59m step 3: not-holder"]);
    // In time: the swap meets the moment at which the token goes.
    race("+23h59m").check(&[]);
}

#[test]
fn a_service_that_looks_at_the_holder_hides_nothing() {
    let race = |profile, at| Race::new(profile, ROLLING).deployed(at).looked_at_by_smdb();
    race(RESTART, "+22h").check(&["+20h..+22h step 3: holder-certificate-expired"]);
    race(DOTNET, "+22h").check(&["+20h..+23h59m step 3: holder-certificate-expired"]);
    race(RESTART, "+20h").check(&[]);
}

#[test]
fn replaced_at_once() {
    let race = |profile, at| Race::new(profile, Swap::Replaced("+10h")).deployed(at);
    race(CORE, "+10h").check(&["+10h..+15h59m step 3: not-holder"]);
    race(DOTNET, "+10h").check(&[]);
    race(RESTART, "+10h").check(&[]);
    race(RESTART, "+15h").check(&[]);
    race(RESTART, "+17h").check(&["+15h59m50s..+17h step 1: certificate-replaced"]);
}

/// SMDB sees the revocation an hour after it. Where it looks at the holder, revoking the certificate
/// that a kept token is bound to breaks a swap that was perfect; where it does not, nothing does.
#[test]
fn the_old_certificate_is_revoked_while_a_token_is_bound_to_it() {
    let race = |profile, holder_certificate| {
        let mut race = Race::new(profile, Swap::Replaced("+10h")).deployed("+10h");
        race.holder_certificate = holder_certificate;
        let revoked = "+11h mitid.revoke certificate = \"old\", reason = \"superseded\"";
        race.happenings.push(revoked.to_owned());
        race
    };
    race(DOTNET, HolderCheck::ValidityAndRevocation)
        .check(&["+12h..+15h59m step 3: holder-certificate-revoked"]);
    race(RESTART, HolderCheck::ValidityAndRevocation).check(&[]);
    race(DOTNET, HolderCheck::Ignored).check(&[]);
}

/// The mistake is made at +10h, and .NET shows it hours later.
#[test]
fn a_token_hides_that_nothing_was_provisioned() {
    let race = |profile| Race::new(profile, Swap::Replaced("+18h")).deployed("+10h");
    race(DOTNET).check(&["+15h59m..+18h step 1: certificate-not-registered"]);
    race(RESTART).check(&["+10h..+18h step 1: certificate-not-registered"]);
    race(CORE).check(&["+10h..+18h step 3: not-holder"]);
}

/// A fast clock drops a token earlier, a slow one later; one that is slow by more than the margin
/// uses it when it has ended, again and again, swap or no swap.
#[test]
fn a_clock_that_is_off_moves_the_end_of_a_token() {
    let race = |profile, skew| Race::new(profile, ROLLING).with(skew).deployed("+22h");
    race(CORE, "skew = \"30s\"").check(&["+22h..+23h58m30s step 3: not-holder"]);
    race(CORE, "skew = \"-30s\"").check(&["+22h..+23h59m30s step 3: not-holder"]);
    race(DOTNET, "skew = \"-90s\"")
        .check(&["+8h..+8h30s step 3: token-expired", "+1d..+1d30s step 3: token-expired"]);
}

/// A client may keep a token up to the instant at which it ends; at that instant it is dropped.
#[test]
fn a_margin_may_be_nothing() {
    let race = |profile| Race::new(profile, ROLLING).with("margin = \"0s\"").deployed("+22h");
    race(CORE).check(&["+22h..+1d step 3: not-holder"]);
    race(DOTNET).check(&[]);
}

/// The look-up wants a valid certificate, and tells of an expired one that there is none; Java
/// starts with it, and hears of it from the STS.
#[test]
fn a_restart_with_an_expired_certificate() {
    let race = |profile| Race::new(profile, ROLLING).restarted("+21h");
    race(DOTNET).check(&["+21h..open step 1: certificate-not-valid"]);
    race(RESTART).check(&["+21h..open step 1: certificate-expired"]);
}

/// Both certificates have the same subject. From the expiry of the old one on, a restart finds the
/// other; before that it finds two.
#[test]
fn a_look_up_by_subject_finds_two_until_one_has_expired() {
    let race = |profile, restart| {
        Race::new(profile, ROLLING)
            .with("find-by = \"subject-name\"")
            .deployed("+18h")
            .restarted(restart)
    };
    race(DOTNET, "+20h").check(&["+18h..+20h step 1: certificate-ambiguous"]);
    race(DOTNET, "+19h59m59s").check(&["+18h..open step 1: certificate-ambiguous"]);
    race(RESTART, "+20h").check(&["+18h..open step 1: certificate-ambiguous"]);
}

/// A certificate of another subject, in which the name that is looked for is a part of the
/// organisation's.
#[test]
fn a_look_up_by_subject_finds_the_name_of_the_organisation_too() {
    let head = Head { client: "find-by = \"subject-name\"", interval: Some("1h"), ..HEAD };
    let mut scenario = head.with(&[
        "+10m mitid.order system-user = \"fagsystem\", environment = \"production\", as = \"new\", \
         subject-name = \"Journal\"",
        "+20m client.install client = \"fagsystem\", certificate = \"new\"",
        "+30m client.restart client = \"fagsystem\"",
    ]);
    let mut check = |organisation: &str, expected: &[&str]| {
        for it in scenario.organisations.values_mut() {
            organisation.clone_into(&mut it.name);
        }
        assert_eq!(outages(&scenario, HolderCheck::Ignored), expected, "{organisation}");
        let (reckoned, measured) = (Oracle::ask(&scenario).nodes, measured(&scenario));
        assert!(
            reckoned[0].agrees_with(&measured[0], clock::Span::ZERO),
            "{organisation}: {reckoned:?}"
        );
    };
    let expired = "+2h..open step 1: certificate-expired";
    check("Testkommunen", &[expired]);
    check("Kommunens FAGSYSTEMER", &["+30m..open step 1: certificate-ambiguous"]);
}

#[test]
fn a_thumbprint_from_the_dialog_finds_nothing() {
    let race = |profile| {
        Race::new(profile, ROLLING).with("find-by = \"copied-thumbprint\"").deployed("+20h")
    };
    race(DOTNET).check(&["+20h..open step 1: certificate-not-found"]);
    race(CORE).check(&["+20h..+23h59m step 3: not-holder"]);
    // Nor does it when somebody copies it once more.
    race(DOTNET).deployed("+22h").check(&["+20h..open step 1: certificate-not-found"]);
}
