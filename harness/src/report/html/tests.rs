//! The page as a reader's browser takes it: parsed, and looked at piece by piece.

use clock::{Span, Timestamp};
use parties::{Diagnosis, Direction, Environment, Finding, Party, Role, Server, Slot, Step, Text};
use roxmltree::{Document, Node, ParsingOptions};

use super::{Files, page, points::POINTS_MAX, section, timeline::CALLS_MAX};
use crate::{
    expect::Verdict,
    forecast::LAST_INSTANT,
    journal::{Journal, What},
    report::{RunReport, ScenarioReport},
    scenario::{Action, ClientName, NodeName, Scenario, UploadedFile},
    world::{ActionOutcome, CallOutcome, Content, Failure, Message, Planned, Standing, Token},
};

const EARLY: &str = include_str!("../../../../scenarios/rolling-swap/client-swaps-early.toml");
const HOSTILE: &str = "</title><script src=\"//evil.invalid\">&amp;'\u{1b}[31m\u{202e}]]>";

const FILES: Files<'static> = Files { journal: "journal/early.jsonl", kept: None };

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// What a party says of it, in texts that would like to be markup.
fn finding(cause: &str) -> Finding {
    Finding {
        cause: cause.to_owned(),
        rule: Text::new(HOSTILE, "ét certifikat er i kraft"),
        expected: Text::same("old"),
        got: Text::same(HOSTILE),
        who: Role::Vendor,
        what: Text::new("swap at the expiry", "skift ved udløb"),
    }
}

fn failed() -> CallOutcome {
    CallOutcome::Failed(Failure {
        step: Step::One,
        cause: "certificate-not-in-force".to_owned(),
        party: Party::Sts,
        diagnosis: Some(Diagnosis::new(vec![
            finding("certificate-not-in-force"),
            finding("other"),
        ])),
    })
}

/// A run that is told by hand.
struct Run {
    scenario: Scenario,
    journal: Journal,
}

impl Run {
    fn new(text: &str) -> Self {
        let scenario = Scenario::parse(text).unwrap_or_else(|mistake| panic!("{mistake}"));
        Self { scenario, journal: Journal::default() }
    }

    /// The early swap, seen as it happens: down from +1h to +2h.
    fn early(text: &str) -> Self {
        let mut run = Self::new(text);
        let at = |run: &Self, minutes| run.scenario.start + Span::from_minutes(minutes);
        let (start, swap, end) = (at(&run, 0), at(&run, 120), at(&run, 240));
        let certificate = |name_of: &str, valid_from, refused_from| Standing::Certificate {
            certificate: name(name_of),
            serial: format!("serial-of-{name_of}"),
            environment: Environment::Production,
            valid_from,
            refused_from,
        };
        let known = |accepted: &str, planned: &[&str]| Standing::Registration {
            system_user: name("fagsystem"),
            environment: Environment::Production,
            accepted: vec![name(accepted)],
            planned: planned
                .iter()
                .map(|it| Planned { from: swap, accepted: vec![name(it)] })
                .collect(),
        };
        let draft = |active: &str, rolling: Option<&str>| Standing::Draft {
            system_user: name("fagsystem"),
            active: Some(name(active)),
            rolling: rolling.map(name),
        };
        let held = |name_of: &str, tokens| Standing::Node {
            client: name("fagsystem"),
            node: name("a"),
            certificate: Some(name(name_of)),
            tokens,
            access_tokens: vec![],
        };
        run.stands(0, certificate("old", start - Span::from_days(1095), swap));
        run.stands(0, draft("old", None));
        run.stands(0, known("old", &[]));
        run.stands(0, held("old", Vec::new()));
        run.exposed(0, CallOutcome::Succeeded);
        let renew = Action::Renew { certificate: name("old"), r#as: name("new") };
        run.acts(10, renew, ActionOutcome::Done { note: Some(HOSTILE.to_owned()) });
        run.stands(10, certificate("new", at(&run, 10), end + Span::from_days(1095)));
        let save = Action::Save {
            system_user: name("fagsystem"),
            slot: Slot::Rolling,
            certificate: name("new"),
            file: UploadedFile::Cer,
        };
        let refused = ActionOutcome::Refused {
            cause: "certificate-in-use".to_owned(),
            text: HOSTILE.to_owned(),
            finding: Some(Box::new(finding("certificate-in-use"))),
        };
        run.acts(15, save.clone(), refused);
        run.acts(20, save, ActionOutcome::Done { note: None });
        run.stands(20, draft("old", Some("new")));
        run.stands(30, known("old", &["new"]));
        let token =
            Token { holder: name("old"), expires: at(&run, 59), dropped_from: at(&run, 58) };
        run.stands(40, held("old", vec![token]));
        run.stands(60, held("new", Vec::new()));
        run.calls(60, failed());
        run.exposed(60, failed());
        run.calls(65, failed());
        run.stands(120, known("new", &[]));
        run.exposed(120, CallOutcome::Succeeded);
        run.calls(180, CallOutcome::Succeeded);
        run
    }

    fn at(&self, minutes: i64) -> Timestamp {
        self.scenario.start + Span::from_minutes(minutes)
    }

    fn stands(&mut self, minutes: i64, standing: Standing) {
        self.journal.note(What::Standing(standing), self.at(minutes));
    }

    fn acts(&mut self, minutes: i64, action: Action, outcome: ActionOutcome) {
        self.journal.note(What::Action { action, outcome }, self.at(minutes));
    }

    fn calls(&mut self, minutes: i64, outcome: CallOutcome) {
        let (client, node): (ClientName, NodeName) = (name("fagsystem"), name("a"));
        self.journal.note(What::Call { client, node, outcome }, self.at(minutes));
    }

    fn exposed(&mut self, minutes: i64, outcome: CallOutcome) {
        let (client, node): (ClientName, NodeName) = (name("fagsystem"), name("a"));
        self.journal.note(What::Exposure { client, node, outcome }, self.at(minutes));
    }

    fn page(&self) -> String {
        self.page_of(|_| {})
    }

    /// The page of a report that something was done to.
    fn page_of(&self, done: impl FnOnce(&mut ScenarioReport)) -> String {
        let file = format!("scenarios/{HOSTILE}.toml");
        let mut report = ScenarioReport::new("family/early", &file, &self.scenario, &self.journal);
        done(&mut report);
        let section = section(0, &report, &self.journal, FILES);
        page(&RunReport::new(vec![report]), &[section])
    }
}

/// Whether a page is XML, and what it says.
fn check(html: &str, look: impl FnOnce(&Document<'_>)) {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(html, options);
    look(&document.unwrap_or_else(|error| panic!("{error}")));
}

fn words(node: Node<'_, '_>) -> String {
    node.descendants().filter_map(|it| it.is_text().then(|| it.text()).flatten()).collect()
}

fn elements<'d>(document: &'d Document<'_>, element: &str, class: &str) -> Vec<Node<'d, 'd>> {
    let has = |node: &Node<'_, '_>| {
        node.attribute("class").is_some_and(|it| it.split(' ').any(|one| one == class))
    };
    document.descendants().filter(|it| it.has_tag_name(element) && has(it)).collect()
}

/// The early swap under a title and a description that would like to be markup.
fn hostile() -> String {
    let hostile = "</title><script src=\\\"//evil.invalid\\\">&amp;']]>";
    EARLY
        .replace("The client swaps before NemLog-in", hostile)
        .replace("Testkommunen has renewed", "<script>alert(1)</script> & <!-- has renewed")
}

#[test]
fn nothing_that_comes_from_elsewhere_is_markup() {
    let html = Run::early(&hostile()).page();
    check(&html, |document| {
        for element in ["script", "iframe", "img", "link", "object", "use", "image"] {
            assert!(!document.descendants().any(|it| it.has_tag_name(element)), "{element}");
        }
        let title = document.descendants().find(|it| it.has_tag_name("h2")).unwrap();
        assert_eq!(words(title), "</title><script src=\"//evil.invalid\">&amp;']]>");
        assert!(
            document
                .descendants()
                .flat_map(|it| it.attributes())
                .all(|it| !it.name().starts_with("on"))
        );
    });
    assert!(!html.contains(['\u{1b}', '\u{202e}']), "controls and turned text are gone");
}

#[test]
fn nothing_is_asked_of_anybody() {
    let html = Run::early(&hostile()).page();
    assert!(!html.contains("url(") && !html.contains("@import"), "the style stands alone");
    assert!(!html.contains("http://") && !html.contains("https://"));
    check(&html, |document| {
        let mut links = 0;
        for attribute in document.descendants().flat_map(|it| it.attributes()) {
            let leads_away = ["src", "srcset", "data", "action", "poster", "background"];
            assert!(!leads_away.contains(&attribute.name()), "{}", attribute.name());
            if attribute.name() == "href" {
                assert!(attribute.value().starts_with('#'), "{}", attribute.value());
                links += 1;
            }
        }
        assert!(links > 1);
        let policy =
            document.descendants().find(|it| it.attribute("http-equiv").is_some()).unwrap();
        assert!(policy.attribute("content").unwrap().starts_with("default-src 'none'"));
    });
}

#[test]
fn every_link_leads_somewhere_and_no_id_stands_twice() {
    let html = Run::early(EARLY).page();
    check(&html, |document| {
        let mut ids: Vec<_> = document.descendants().filter_map(|it| it.attribute("id")).collect();
        let links = document.descendants().filter_map(|it| it.attribute("href"));
        for link in links {
            assert!(ids.contains(&link.trim_start_matches('#')), "{link}");
        }
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
        assert!(ids.contains(&"s1-1"), "the outage has its point: {ids:?}");
    });
}

/// Names have hyphens in them, and client `a-b` with node `c` is another than client `a` with `b-c`.
#[test]
fn no_id_stands_twice_whatever_things_are_called() {
    let mut run = Run::early(EARLY);
    for (client, node) in [("a-b", "a"), ("a", "b-a"), ("a", "b"), ("a-b-a", "1")] {
        for (minutes, outcome) in [(30, failed()), (31, CallOutcome::Succeeded), (32, failed())] {
            let (client, node) = (name(client), name(node));
            run.journal.note(What::Exposure { client, node, outcome }, run.at(minutes));
        }
    }
    check(&run.page(), |document| {
        let ids: Vec<_> = document.descendants().filter_map(|it| it.attribute("id")).collect();
        let alone: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(alone.len(), ids.len(), "{ids:?}");
        let points = ids.iter().filter(|it| it.starts_with("s1-")).count();
        assert_eq!(points, 9, "each outage has a point: {ids:?}");
    });
}

#[test]
fn a_chain_that_changes_and_who_follows_it_are_marked() {
    let mut run = Run::early(EARLY);
    let done = || ActionOutcome::Done { note: None };
    let (server, environment) = (Server::Sts, Environment::Production);
    run.acts(190, Action::ChangeChain { server, environment }, done());
    let (client, nodes) = (name("fagsystem"), vec![name("a")]);
    run.acts(200, Action::TrustChain { client, nodes }, done());
    check(&run.page(), |document| {
        let page = words(document.root());
        for part in [
            "TLS of STS, production",
            "TLS chain changes",
            "new TLS authority trusted",
            ": change the TLS chain of the STS of production",
            ": trust the new TLS authority in fagsystem",
        ] {
            assert!(page.contains(part), "{page}\nshould say {part}");
        }
    });
}

#[test]
fn what_differs_is_pointed_at_in_the_file() {
    let line = 1 + EARLY.lines().position(|line| line.starts_with("missed-calls")).unwrap();
    check(&Run::early(EARLY).page(), |document| {
        let same: Vec<_> = elements(document, "tr", "same").into_iter().map(words).collect();
        assert_eq!(same.len(), 1, "the outage is as expected");
        assert!(same[0].starts_with("fagsystem down2030-03-01 09:00 UTC +1h to "), "{same:?}");
        let differs: Vec<_> = elements(document, "tr", "differs").into_iter().map(words).collect();
        // The oracle reckons with all the calls that the file has, and this run has only some.
        assert!(differs[0].starts_with("the oracle"), "{differs:?}");
        assert!(differs[1].starts_with("failed calls62 of 3 calls✗ differs"), "{differs:?}");
        assert!(differs[1].trim_end().ends_with(&format!(":{line}:16")), "{differs:?}");
        assert_eq!(differs.len(), 2);
        let headline = document.descendants().find(|it| it.has_tag_name("h1")).unwrap();
        assert_eq!(words(headline), "1 of 1 scenario did not go as expected");
    });
}

#[test]
fn an_outage_is_told_in_both_languages() {
    check(&Run::early(EARLY).page(), |document| {
        let told: Vec<_> = elements(document, "div", "told").into_iter().map(words).collect();
        let outage = &told[0];
        for part in [
            "fagsystem was down for 1h",
            "From 2030-03-01 09:00 UTC +1h to 2030-03-01 10:00 UTC +2h",
            "step 1, where the client asks the STS for a token",
            "refused by the NemLog-in STS: certificate not in force",
            "2 calls met it",
            "Vendor must act: swap at the expiry",
            "Leverandør skal handle: skift ved udløb",
            "Also against it: other",
        ] {
            assert!(outage.contains(part), "{outage}\nshould say {part}");
        }
        let danish = document.descendants().filter(|it| it.attribute("lang") == Some("da"));
        assert!(danish.map(words).any(|it| it == "ét certifikat er i kraft"));
        assert!(told[1].starts_with("What would have helped fagsystem most"), "{told:?}");
        assert!(told[1].contains("deploy new in fagsystem at 2030-03-01 10:00 UTC +2h instead of"));
        assert!(told[2].starts_with("Refused: to save certificate new"), "{told:?}");
    });
}

#[test]
fn that_no_single_act_would_have_helped_is_told_in_both_languages() {
    check(&Run::early(EARLY).page_of(|report| report.oracle.blames.clear()), |document| {
        let told: Vec<_> = elements(document, "div", "told").into_iter().map(words).collect();
        assert!(told[1].starts_with("What would have helped fagsystem"), "{told:?}");
        assert!(told[1].contains("No single act would have prevented this."), "{told:?}");
        assert!(told[1].contains("Ingen enkelt handling havde forhindret det."), "{told:?}");
    });
}

#[test]
fn what_would_be_left_is_told_in_both_languages() {
    for (left, en, da) in [
        (Span::from_minutes(5), "for 5m instead of 1h.", "5m i stedet for 1h."),
        (
            LAST_INSTANT,
            "Then it would have gone down in the last instant of the run and not before.",
            "Så var nedetiden først begyndt i kørslens sidste øjeblik.",
        ),
    ] {
        let leave = |report: &mut ScenarioReport| {
            report.oracle.blames.iter_mut().for_each(|blame| blame.left = left);
        };
        check(&Run::early(EARLY).page_of(leave), |document| {
            let told: Vec<_> = elements(document, "div", "told").into_iter().map(words).collect();
            assert!(told[1].contains(en) && told[1].contains(da), "{told:?}");
        });
    }
}

/// Each row of a timeline as its label and what its bars and marks say.
#[test]
fn a_timeline_has_a_lane_for_each_party() {
    check(&Run::early(EARLY).page(), |document| {
        let rows = elements(document, "div", "row")
            .into_iter()
            .filter(|it| it.attribute("class") == Some("row"));
        let rows = rows.map(|row| {
            let label = elements_in(row, "p").map(words).collect::<String>();
            let drawn = elements_in(row, "text").map(words).collect::<Vec<_>>().join(" | ");
            format!("{label}: {drawn}")
        });
        assert_eq!(
            rows.collect::<Vec<_>>(),
            [
                "fagsystem: step 1 · 1h",
                "old: refused from 2030-03-01 10:00",
                "new: refused from 2033-02-28 12:00 | N",
                "saved, not provisioned: S",
                "in force, production: old | new | ⇄",
                "waits, production: new, waits for 2030-03-01 10:00",
                "certificate: old | new",
                "token kept: old",
                "calls: ",
            ]
        );
        let parties: Vec<_> = elements(document, "p", "party").into_iter().map(words).collect();
        assert_eq!(parties, ["Outages", "MitID Erhverv", "NemLog-in", "Client fagsystem"]);
        // One in each lane: everybody is the one client.
        assert_eq!(elements(document, "rect", "shade").len(), 4);
        assert_eq!(
            (
                elements(document, "line", "succeeded").len(),
                elements(document, "g", "failed").len()
            ),
            (1, 2)
        );
    });
}

/// The early swap in a client of two nodes.
fn two_nodes() -> String {
    let nodes = "profile = \"no-cache\"\nnodes = [\"a\", \"b\"]";
    let text = EARLY.replace("profile = \"no-cache\"", nodes);
    text.replace("{ client = \"fagsystem\", from", "{ client = \"fagsystem\", node = \"a\", from")
}

/// Two nodes in the same hour: one of them is down at two steps.
#[test]
fn an_outage_that_turns_is_told_segment_by_segment_and_nodes_are_not_added_up_in_silence() {
    let text = two_nodes();
    let mut run = Run::new(&text);
    let CallOutcome::Failed(first) = failed() else { unreachable!("it fails") };
    let later = Failure { step: Step::Three, cause: "not-holder".to_owned(), ..first.clone() };
    let (first, later) = (CallOutcome::Failed(first), CallOutcome::Failed(later));
    for (node, minutes, outcome) in [
        ("a", 60, &first),
        ("b", 60, &first),
        ("a", 90, &later),
        ("a", 120, &CallOutcome::Succeeded),
        ("b", 90, &CallOutcome::Succeeded),
    ] {
        let (client, node) = (name("fagsystem"), name(node));
        let at = run.at(minutes);
        run.journal.note(What::Exposure { client, node, outcome: outcome.clone() }, at);
    }
    check(&run.page(), |document| {
        let told: Vec<_> = elements(document, "p", "segment").into_iter().map(words).collect();
        assert_eq!(told.len(), 3, "two of one node, one of the other: {told:?}");
        assert!(told[0].starts_with("Until 2030-03-01 09:30 UTC +1h30m calls failed at step 1"));
        assert!(
            told[1].starts_with("Then, until 2030-03-01 10:00 UTC +2h, calls failed at step 3"),
            "{told:?}"
        );
        assert!(told[2].starts_with("Calls failed at step 1"), "{told:?}");
        let bars: Vec<_> = elements(document, "g", "outage")
            .into_iter()
            .map(|bar| elements_in(bar, "title").map(words).collect::<String>())
            .collect();
        assert_eq!(
            &bars[..3],
            [
                "step 1: certificate not in force, 2030-03-01 09:00 to 2030-03-01 09:30; part of an \
                 outage of 1h",
                "step 3: not holder, 2030-03-01 09:30 to 2030-03-01 10:00; part of an outage of 1h",
                "Down for 30m, 2030-03-01 09:00 to 2030-03-01 09:30, step 1: certificate not in force"
            ]
        );
        let number = words(elements(document, "td", "number")[0]);
        assert_eq!(number, "1hat least one of 2 nodesall at once: 30madded up: 1h30m");
    });
}

#[test]
fn what_did_not_pass_stands_first_and_the_counts_lead_to_it() {
    let run = Run::early(EARLY);
    let report = |name: &str, verdict| {
        let report = ScenarioReport::new(name, "a.toml", &run.scenario, &run.journal);
        ScenarioReport { verdict, ..report }
    };
    let reports = vec![
        report("a/one", Verdict::Pass),
        report("b/two", Verdict::Fail),
        report("b/three", Verdict::Inconclusive),
    ];
    let sections = vec![super::Section("<p id=\"s1\"/><p id=\"s2\"/><p id=\"s3\"/>".to_owned())];
    check(&page(&RunReport::new(reports), &sections), |document| {
        let groups: Vec<_> = elements(document, "tr", "family").into_iter().map(words).collect();
        assert_eq!(groups, ["Not as expected", "Inconclusive: not all of it was shown", "a", "b"]);
        let rows = document.descendants().filter(|it| it.attribute("data-label").is_some());
        let labels: std::collections::BTreeSet<_> =
            rows.filter_map(|it| it.attribute("data-label")).collect();
        let expected = ["Down for", "First at", "Who is to blame", "Who must act"];
        assert_eq!(labels.into_iter().collect::<Vec<_>>(), expected);
        let counts = elements(document, "ul", "counts")[0];
        let links: Vec<_> =
            elements_in(counts, "a").filter_map(|it| it.attribute("href")).collect();
        assert_eq!(links, ["#scenarios", "#fail", "#inconclusive"]);
        for link in links {
            let id = link.trim_start_matches('#');
            assert!(document.descendants().any(|it| it.attribute("id") == Some(id)), "{id}");
        }
    });
}

/// A lane that is one client's is shaded when that client is down, and a lane of all when anybody is.
#[test]
fn lanes_are_shaded_by_whoever_is_down() {
    let text = two_nodes();
    let mut run = Run::early(&text);
    let (client, node) = (name("fagsystem"), name("b"));
    let standing = Standing::Node {
        client,
        node,
        certificate: Some(name("old")),
        tokens: vec![],
        access_tokens: vec![],
    };
    run.stands(60, standing);
    let (client, node, outcome) = (name("fagsystem"), name("b"), CallOutcome::Succeeded);
    run.journal.note(What::Exposure { client, node, outcome }, run.at(60));
    check(&run.page(), |document| {
        let lanes = elements(document, "div", "lane").into_iter().map(|lane| {
            let party = elements_in(lane, "p").next().map(words).unwrap_or_default();
            let shades =
                elements_in(lane, "rect").filter(|it| it.attribute("class") == Some("shade"));
            (party, shades.count())
        });
        let lanes: Vec<_> = lanes.collect();
        let lanes: Vec<_> = lanes.iter().map(|(party, shades)| (party.as_str(), *shades)).collect();
        assert_eq!(
            lanes,
            [
                ("Outages", 1),
                ("MitID Erhverv", 1),
                ("NemLog-in", 1),
                ("Client fagsystem/a", 1),
                ("Client fagsystem/b", 0)
            ]
        );
        let legend = words(elements(document, "p", "legend")[0]);
        assert!(legend.contains("of the client whose lane it is"), "{legend}");
    });
}

fn elements_in<'d>(
    node: Node<'d, 'd>,
    element: &'static str,
) -> impl Iterator<Item = Node<'d, 'd>> {
    node.descendants().filter(move |it| it.has_tag_name(element))
}

#[test]
fn a_journal_gives_the_same_page_every_time() {
    let run = Run::early(EARLY);
    let read = Journal::from_json_lines(&run.journal.to_json_lines()).unwrap();
    let again = Run { scenario: run.scenario.clone(), journal: read };
    assert_eq!(run.page(), again.page());
}

/// Three years of hourly calls, and an outage of a minute among them.
fn long() -> Run {
    let text =
        EARLY.replace("length = \"4h\"", "length = \"1095d\"").replace("\"+2h\"", "\"+1095d\"");
    let text = text.replace("interval = \"10m\"", "interval = \"1h\"");
    let mut run = Run::new(&text.replace("+1h", "+2h"));
    run.exposed(0, CallOutcome::Succeeded);
    for hour in 0..1095 * 24 {
        run.calls(hour * 60, if hour == 5000 { failed() } else { CallOutcome::Succeeded });
        if hour == 5000 {
            run.exposed(hour * 60, failed());
            run.exposed(hour * 60 + 1, CallOutcome::Succeeded);
        }
    }
    run
}

#[test]
fn a_run_of_years_is_a_small_page() {
    let html = long().page();
    assert!(html.len() < 100_000, "{}", html.len());
    check(&html, |document| {
        let whole = elements(document, "div", "timeline").len();
        assert_eq!(whole, 2, "the outage is shown close up");
        let bins = elements(document, "rect", "succeeded");
        assert!((100..=120).contains(&bins.len()), "{}", bins.len());
        assert_eq!(elements(document, "rect", "failed").len(), 1, "one in 26280 is still seen");
        let points = elements(document, "details", "points")[0];
        let words = words(points);
        assert!(words.contains("5000 calls by fagsystem: succeeded"), "{words}");
        assert!(words.contains("journal/early.jsonl"), "{words}");
        let dates: Vec<_> =
            elements(document, "div", "axis").into_iter().map(self::words).collect();
        assert!(dates[0].contains("+540d2031-08-23+720d"), "{dates:?}");
    });
}

#[test]
fn calls_are_drawn_one_by_one_as_long_as_they_can_be_told_apart() {
    let drawn = |calls: usize| {
        let mut run = Run::new(EARLY);
        for call in 0..calls {
            let at = run.scenario.start + Span::from_millis(call as i64 * 10_000);
            let (client, node) = (name("fagsystem"), name("a"));
            let what = What::Call { client, node, outcome: CallOutcome::Succeeded };
            run.journal.note(what, at);
        }
        let mut lines = 0;
        check(&run.page(), |document| lines = elements(document, "line", "succeeded").len());
        lines
    };
    assert_eq!(drawn(CALLS_MAX), CALLS_MAX);
    assert_eq!(drawn(CALLS_MAX + 1), 0, "bins are no lines");
}

#[test]
fn a_run_with_many_turns_is_cut_and_says_so() {
    let mut run = Run::new(EARLY);
    for second in 0..20_000 {
        let outcome = if second % 2 == 0 { failed() } else { CallOutcome::Succeeded };
        let at = run.scenario.start + Span::from_seconds(second / 2);
        let (client, node): (ClientName, NodeName) = (name("fagsystem"), name("a"));
        run.journal.note(
            What::Call { client: client.clone(), node: node.clone(), outcome: outcome.clone() },
            at,
        );
        run.journal.note(What::Exposure { client, node, outcome }, at);
    }
    let html = run.page();
    assert!(html.len() < 2_000_000, "{}", html.len());
    check(&html, |document| {
        let points = elements(document, "details", "points")[0];
        assert_eq!(elements_in(points, "tr").count(), POINTS_MAX + 1);
        assert!(words(points).contains("more points are not shown"));
    });
}

/// With `--keep-messages` or without: what went between whom, and with which certificate.
#[test]
fn the_messages_of_a_call_say_who_sent_what() {
    let mut run = Run::early(EARLY);
    let sent = |name: &str, from, to, direction, content| Message {
        name: name.to_owned(),
        from,
        to,
        direction,
        environment: Environment::Production,
        content,
    };
    let until = run.at(600);
    let (ask, answer) = (Direction::Request, Direction::Response);
    let asks = Content::TokenRequest { signer: Some(name("new")) };
    let token = Content::Token { holder: Some(name("old")), from: run.at(200), until };
    let call =
        Content::Call { signer: Some(name("new")), holder: Some(name("old")), until: Some(until) };
    let fault = Content::Fault { cause: "not-holder".to_owned() };
    let (old, new) = (Some(name("old")), Some(name("new")));
    let redemption =
        Content::Redemption { shown: new.clone(), holder: new.clone(), until: Some(until) };
    let access = Content::AccessToken { holder: new.clone(), from: run.at(200), until };
    let by_rest = Content::CallByRest { shown: new.clone(), holder: old, until: Some(until) };
    // Nobody could read what it carried.
    let unread = Content::CallByRest { shown: new.clone(), holder: None, until: None };
    let unopened = Content::Call { signer: new, holder: None, until: None };
    for message in [
        sent("1-wsc-to-sts", Party::Client, Party::Sts, ask, asks),
        sent("2-sts-to-wsc", Party::Sts, Party::Client, answer, token),
        sent("3-wsc-to-wsp", Party::Client, Party::Smdb, ask, call),
        sent("4-wsp-to-wsc", Party::Smdb, Party::Client, answer, fault),
        sent("3-wsc-to-as", Party::Client, Party::Smdb, ask, redemption),
        sent("4-as-to-wsc", Party::Smdb, Party::Client, answer, access),
        sent("5-wsc-to-wsp", Party::Client, Party::Smdb, ask, by_rest),
        sent("5-wsc-to-wsp", Party::Client, Party::Smdb, ask, unread),
        sent("3-wsc-to-wsp", Party::Client, Party::Smdb, ask, unopened),
    ] {
        run.journal.note(What::Message(message), run.at(200));
    }
    run.calls(200, failed());
    let report = ScenarioReport::new("a/early", "early.toml", &run.scenario, &run.journal);
    for kept in [None, Some("../kept%20ones/a/early")] {
        let section = section(0, &report, &run.journal, Files { kept, ..FILES });
        let html = page(&RunReport::new(vec![report.clone()]), &[section]);
        check(&html, |document| {
            let list = *elements(document, "ol", "messages").last().unwrap();
            let told: Vec<_> = elements_in(list, "li").map(words).collect();
            assert!(told[0].starts_with("client \u{2192} STS a token, please; signed with new"));
            assert!(
                told[1].starts_with(
                    "STS \u{2192} client a token for old that ends 2030-03-01 18:00 UTC"
                ),
                "{told:?}"
            );
            let call =
                "client \u{2192} SMDB a call; signed with new, but its token is bound to old";
            assert!(told[2].starts_with(call), "{told:?}");
            assert!(told[3].starts_with("SMDB \u{2192} client a fault: not holder"), "{told:?}");
            let redemption = "client \u{2192} SMDB an access token, please, for a token; new in TLS; its \
                 token ends 2030-03-01 18:00 UTC";
            assert!(told[4].starts_with(redemption), "{told:?}");
            assert!(told[5].contains("an access token for new that ends 2030-03-01 18:00 UTC"));
            let by_rest = "a call by REST; new in TLS, but its access token is bound to old; its access \
                 token ends 2030-03-01 18:00 UTC";
            assert!(told[6].contains(by_rest), "{told:?}");
            for (told, says) in told[7..].iter().zip(["new in TLS", "signed with new"]) {
                assert!(told.contains(says) && !told.contains("bound to"), "{told}");
            }
            let links: Vec<_> =
                elements_in(list, "a").filter_map(|it| it.attribute("href")).collect();
            let expected = kept.map(|kept| {
                format!("{kept}/0004-2030-03-01T11-20-00Z-fagsystem-a/1-wsc-to-sts.xml")
            });
            assert_eq!(links.first().copied(), expected.as_deref());
            assert_eq!(links.len(), if kept.is_some() { 9 } else { 0 });
            let by_rest = links.get(6).is_none_or(|it| it.ends_with("/5-wsc-to-wsp.http"));
            assert!(by_rest, "{links:?}");
        });
    }
}

#[test]
fn what_falls_due_is_told_before_the_calls_that_meet_it() {
    let mut run = Run::early(EARLY);
    run.calls(200, failed());
    let turned = Standing::Registration {
        system_user: name("fagsystem"),
        environment: Environment::Production,
        accepted: vec![name("other")],
        planned: Vec::new(),
    };
    run.stands(200, turned);
    check(&run.page(), |document| {
        let points = elements(document, "details", "points")[0];
        let last: Vec<_> = elements_in(points, "tr").map(words).collect();
        let last = &last[last.len() - 2..];
        assert!(last[0].ends_with("production now knows fagsystem by other"), "{last:?}");
        assert!(last[1].contains("1 call by fagsystem: failed at step 1"), "{last:?}");
    });
}
