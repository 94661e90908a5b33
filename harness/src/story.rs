//! A scenario told in people's words: who does what when, and what is expected of it.
//!
//! It is told from the file alone. Nothing has to happen for it, and it decides nothing.

use std::fmt::{self, Write};

use clock::{Span, Timestamp};

use crate::{
    plain::one_line,
    scenario::{
        Action, CERTIFICATE_LIFE, Client, ClientName, ExpectedOutage, Happening, NodeName,
        Scenario, Truststore, UploadedFile, When,
    },
    schedule::Phase,
};

/// Tells `scenario`, which is called `name`.
#[must_use]
pub fn tell(name: &str, scenario: &Scenario) -> String {
    let mut text = String::new();
    write_all(&mut text, name, scenario).expect("a string takes everything");
    text
}

fn write_all(text: &mut String, name: &str, scenario: &Scenario) -> fmt::Result {
    writeln!(text, "{}: {}", one_line(name), one_line(&scenario.title))?;
    writeln!(text)?;
    for line in scenario.description.lines() {
        writeln!(text, "{}", format!("  {}", one_line(line)).trim_end())?;
    }
    writeln!(text, "\nAt the start, {}:", scenario.start)?;
    write_parties(text, scenario)?;
    writeln!(text, "\nWhat happens:")?;
    write_events(text, scenario)?;
    writeln!(text, "\nWhat is expected:")?;
    write_expected(text, scenario)
}

fn write_parties(text: &mut String, scenario: &Scenario) -> fmt::Result {
    for (name, organisation) in &scenario.organisations {
        let (called, cvr) = (one_line(&organisation.name), &organisation.cvr);
        writeln!(text, "  organisation {name} is {called}, CVR {cvr}")?;
    }
    for (name, user) in &scenario.system_users {
        let (organisation, entity_id) = (&user.organisation, one_line(user.entity_id.as_str()));
        writeln!(text, "  system user {name} of {organisation} is known as {entity_id}")?;
    }
    for (name, certificate) in &scenario.certificates {
        let (user, environment) = (&certificate.system_user, certificate.environment);
        let expires = instant(scenario, certificate.expires);
        writeln!(
            text,
            "  certificate {name} is in force for system user {user} in {environment}, and refused \
             from {expires} on"
        )?;
    }
    for (name, client) in &scenario.clients {
        write_client(text, name, client)?;
    }
    Ok(())
}

fn write_client(text: &mut String, name: &ClientName, client: &Client) -> fmt::Result {
    let Client { system_user, environment, profile, certificate, .. } = client;
    write!(
        text,
        "  client {name} calls SMDB in {environment} as system user {system_user} with certificate \
         {certificate}; profile {profile}"
    )?;
    if client.nodes.len() > 1 {
        write!(text, "; nodes {}", list(&client.nodes))?;
    }
    if client.skew != Span::ZERO {
        let (by, how) =
            if client.skew.is_negative() { (-client.skew, "slow") } else { (client.skew, "fast") };
        write!(text, "; its clock is {by} {how}")?;
    }
    if client.truststore == Truststore::Pinned {
        write!(text, "; trusts the present TLS authority alone")?;
    }
    if let Some(process) = &client.process {
        write!(text, "; in process {process}")?;
    }
    writeln!(text)
}

/// One thing that happens, with what it is sorted by: the instant, and its place within it.
type Line = ((Timestamp, u8), String);

/// Clicks, then what falls due by itself, then swaps, then calls: the order of a run.
const fn rank(phase: Phase) -> u8 {
    match phase {
        Phase::Click => 0,
        Phase::Swap => 2,
        Phase::Call => 3,
    }
}

const FALLS_DUE: u8 = 1;

fn write_events(text: &mut String, scenario: &Scenario) -> fmt::Result {
    let mut lines: Vec<Line> = scenario.entries.iter().map(|entry| line(scenario, entry)).collect();
    lines.extend(expiries(scenario).into_iter().filter(|((at, _), _)| *at <= scenario.end()));
    lines.push(((scenario.end(), u8::MAX), "the run ends".to_owned()));
    lines.sort_by_key(|(place, _)| *place);

    let offset = |at: Timestamp| format!("+{}", at.since(scenario.start));
    let width = lines.iter().map(|((at, _), _)| offset(*at).len()).max().unwrap_or_default();
    for ((at, _), what) in &lines {
        writeln!(text, "  {:width$}  {at}  {what}", offset(*at))?;
    }
    Ok(())
}

fn line(scenario: &Scenario, entry: &crate::scenario::Entry) -> Line {
    let what = match &entry.what {
        Happening::Action(action) => done(scenario, action),
        Happening::Call(client) => format!("{} SMDB", each_node(scenario, client)),
    };
    let rank = rank(Phase::of(&entry.what));
    match entry.when {
        When::At(at) => ((at, rank), what),
        When::Every(interval) => {
            ((scenario.start, rank), format!("{what}, and again every {interval} until the end"))
        }
    }
}

fn each_node(scenario: &Scenario, client: &ClientName) -> String {
    let nodes = scenario.clients.get(client).map_or(1, |client| client.nodes.len());
    if nodes > 1 { format!("each node of {client} calls") } else { format!("{client} calls") }
}

/// Who does what.
fn done(scenario: &Scenario, action: &Action) -> String {
    let who = format!("the {}", action.role().title().en);
    match action {
        Action::Renew { certificate, r#as } => {
            format!("{who} renews certificate {certificate}; the new one is called {as}")
        }
        Action::Order { system_user, environment, r#as, subject_name } => format!(
            "{who} orders a certificate anew, for {environment}, with the name {subject_name:?}, to \
             identify system user {system_user}; it is called {as}"
        ),
        Action::Revoke { certificate, reason } => {
            let lag = scenario.rules.sts.revocation_lag;
            format!(
                "{who} revokes certificate {certificate} ({}); the STS sees it {lag} later",
                reason.name()
            )
        }
        Action::Save { system_user, slot, certificate, file } => {
            let what = match file {
                UploadedFile::Cer => "certificate",
                UploadedFile::P12 => "the key store (.p12) of certificate",
            };
            format!(
                "{who} saves {what} {certificate} in the {slot} slot of system user \
                 {system_user}: a draft"
            )
        }
        Action::Remove { system_user, slot } => {
            format!("{who} empties the {slot} slot of system user {system_user}: a draft")
        }
        Action::Provision { system_user, environment } => {
            format!("{who} provisions system user {system_user} in {environment}")
        }
        Action::RollOver { environment } => {
            format!("the STS of {environment} signs with a new certificate from now on")
        }
        Action::TrustSigner { environment } => {
            format!(
                "the SMDB of {environment} trusts the new certificate of the STS beside the old one"
            )
        }
        Action::ChangeChain { server, environment } => {
            format!("the {server} of {environment} shows a chain of another authority in TLS")
        }
        Action::TrustChain { client, nodes } => {
            let at = at_nodes(scenario, client, nodes);
            format!("{who} takes the new TLS authority into the truststore of {at}")
        }
        Action::Deploy { client, nodes, certificate } => {
            let at = at_nodes(scenario, client, nodes);
            format!("{who} deploys certificate {certificate} in {at}")
        }
        Action::Install { client, nodes, certificate } => {
            let at = at_nodes(scenario, client, nodes);
            format!("{who} puts certificate {certificate} into the key store of {at}")
        }
        Action::Restart { client, nodes } => {
            format!("{who} restarts {}", at_nodes(scenario, client, nodes))
        }
        Action::PinSigner { client, nodes } => {
            let at = at_nodes(scenario, client, nodes);
            format!("{who} pins the new certificate of the STS in {at}")
        }
    }
}

/// The client, and which of its nodes if it is not all of them.
fn at_nodes(scenario: &Scenario, client: &ClientName, nodes: &[NodeName]) -> String {
    let all = scenario.clients.get(client).map_or(0, |client| client.nodes.len());
    match nodes {
        _ if nodes.len() == all => client.to_string(),
        [node] => format!("node {node} of {client}"),
        _ => format!("nodes {} of {client}", list(nodes)),
    }
}

/// When each certificate expires, those that are renewed or ordered among them.
fn expiries(scenario: &Scenario) -> Vec<Line> {
    let expiry = |name: &dyn fmt::Display, at| {
        ((at, FALLS_DUE), format!("certificate {name} expires: it is refused from this second on"))
    };
    let first = scenario.certificates.iter().map(|(name, it)| expiry(name, it.expires));
    let renewed = scenario.entries.iter().filter_map(|entry| match (&entry.what, entry.when) {
        (
            Happening::Action(Action::Renew { r#as, .. } | Action::Order { r#as, .. }),
            When::At(at),
        ) => {
            let begins = (at + scenario.rules.mitid.certificates_begin_after).truncated_to_second();
            Some(expiry(r#as, begins + CERTIFICATE_LIFE))
        }
        _ => None,
    });
    first.chain(renewed).collect()
}

fn write_expected(text: &mut String, scenario: &Scenario) -> fmt::Result {
    if scenario.expected.outages.is_empty() {
        writeln!(text, "  every call succeeds")?;
    }
    for outage in &scenario.expected.outages {
        writeln!(text, "  {}", expected(scenario, outage))?;
    }
    match &scenario.expected.missed_calls {
        Some(missed) if missed.count == 1 => writeln!(text, "  1 call fails"),
        Some(missed) => writeln!(text, "  {} calls fail", missed.count),
        None => Ok(()),
    }
}

fn expected(scenario: &Scenario, outage: &ExpectedOutage) -> String {
    let who = at_nodes(scenario, &outage.client, std::slice::from_ref(&outage.node));
    let from = instant(scenario, outage.from);
    let when = match outage.until {
        Some(until) => {
            let length = until.since(outage.from);
            format!("is down for {length}, from {from} to {}", instant(scenario, until))
        }
        None => format!("goes down at {from} and is still down at the end"),
    };
    let why = match &outage.cause {
        Some(cause) => format!(": {}", cause.replace('-', " ")),
        None => String::new(),
    };
    let blame = match &outage.blame {
        Some(role) => format!("; to blame: the {}", role.title().en),
        None => String::new(),
    };
    format!("{who} {when}, at {}{why}{blame}", outage.step)
}

fn instant(scenario: &Scenario, at: Timestamp) -> String {
    format!("{at} (+{})", at.since(scenario.start))
}

fn list<T: fmt::Display>(things: &[T]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: &str = include_str!("../../scenarios/rolling-swap/client-swaps-early.toml");

    #[test]
    fn a_scenario_is_told_in_the_order_of_its_run() {
        let story = tell("early", &Scenario::parse(EARLY).unwrap());
        let (before, after) = story.split_once("This is one of the two warnings").unwrap();
        assert!(before.starts_with(
            "early: The client swaps before NemLog-in\n\n  Testkommunen has renewed the certificate"
        ));
        let (_, after) = after.split_once('\n').unwrap();
        assert_eq!(
            after,
            "
At the start, 2030-03-01T08:00:00Z:
  organisation kommune is Testkommunen, CVR 90000001
  system user fagsystem of kommune is known as https://wsc.testkommunen.invalid
  certificate old is in force for system user fagsystem in production, and refused from \
2030-03-01T10:00:00Z (+2h) on
  client fagsystem calls SMDB in production as system user fagsystem with certificate old; profile \
no-cache

What happens:
  +0s   2030-03-01T08:00:00Z  fagsystem calls SMDB, and again every 10m until the end
  +10m  2030-03-01T08:10:00Z  the MitID administrator renews certificate old; the new one is \
called new
  +20m  2030-03-01T08:20:00Z  the NemLog-in administrator saves certificate new in the rolling \
slot of system user fagsystem: a draft
  +21m  2030-03-01T08:21:00Z  the NemLog-in administrator provisions system user fagsystem in \
production
  +1h   2030-03-01T09:00:00Z  the vendor deploys certificate new in fagsystem
  +2h   2030-03-01T10:00:00Z  certificate old expires: it is refused from this second on
  +4h   2030-03-01T12:00:00Z  the run ends

What is expected:
  fagsystem is down for 1h, from 2030-03-01T09:00:00Z (+1h) to 2030-03-01T10:00:00Z (+2h), at \
step 1: certificate not in force; to blame: the vendor
  6 calls fail
"
        );
    }

    #[test]
    fn nodes_are_named_where_they_are_not_all() {
        let text = EARLY
            .replace(
                "profile = \"no-cache\"",
                "profile = \"no-cache\"\nnodes = [\"a\", \"b\"]\nskew = \"-7m\"",
            )
            .replace("client = \"fagsystem\", from", "client = \"fagsystem\", node = \"b\", from")
            .replace(
                "do.client.deploy = { client = \"fagsystem\", ",
                "do.client.deploy = { client = \"fagsystem\", node = \"b\", ",
            );
        let story = tell("nodes", &Scenario::parse(&text).unwrap());
        for part in [
            "; profile no-cache; nodes a, b; its clock is 7m slow\n",
            "each node of fagsystem calls SMDB",
            "deploys certificate new in node b of fagsystem\n",
            "  node b of fagsystem is down for 1h",
        ] {
            assert!(story.contains(part), "{story}\nshould say {part}");
        }
    }

    /// In one instant clicks come first, then what falls due, then swaps, then calls; and a renewed
    /// certificate expires too, if the run is long enough.
    #[test]
    fn what_happens_in_one_instant_has_an_order() {
        let text = EARLY
            .replace("length = \"4h\"", "length = \"1100d\"")
            .replace("interval = \"10m\"", "interval = \"2h\"")
            .replace("time = \"+21m\"", "time = \"+2h\"")
            .replace("time = \"+1h\"", "time = \"+2h\"");
        let story = tell("order", &Scenario::parse(&text).unwrap());
        let place = |part: &str| story.find(part).unwrap_or_else(|| panic!("{part}: {story}"));
        assert!(place("provisions system user") < place("certificate old expires"));
        assert!(place("certificate old expires") < place("the vendor deploys"));
        assert!(place("+1095d10m") < place("certificate new expires"), "{story}");
    }

    #[test]
    fn nothing_that_a_terminal_would_obey_is_told() {
        let text = EARLY.replace("renewed the certificate", "\u{202e}renewed the certificate");
        let story = tell("\u{1b}[31m", &Scenario::parse(&text).unwrap());
        assert!(!story.contains(['\u{1b}', '\u{202e}']), "{story}");
    }
}
