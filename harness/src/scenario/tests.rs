//! A file that is right, and mistakes that are pointed at.

use super::*;

const RIGHT: &str = include_str!("../../../scenarios/rolling-swap/client-swaps-early.toml");

fn at(span: &str) -> Timestamp {
    "2030-03-01T08:00:00Z".parse::<Timestamp>().unwrap() + span.parse().unwrap()
}

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn right_with(from: &str, to: &str) -> String {
    assert_eq!(RIGHT.matches(from).count(), 1, "`{from}` stands once in the file");
    RIGHT.replace(from, to)
}

/// Turns `from` into `to` in the right file, and expects `message` with a mark at `marked`.
#[track_caller]
fn check(from: &str, to: &str, marked: &str, message: &str) {
    let text = right_with(from, to);
    let mistake = Scenario::parse(&text).expect_err("the file has a mistake");
    assert_eq!(mistake.wrong.to_string(), message);
    let line = text.lines().nth(mistake.place.line - 1).unwrap_or_default();
    let rest: String = line.chars().skip(mistake.place.column - 1).collect();
    assert!(rest.starts_with(marked), "`{marked}` should be marked:\n{mistake}");
}

#[test]
fn a_right_file_is_understood() {
    let scenario = Scenario::parse(RIGHT).unwrap_or_else(|mistake| panic!("{mistake}"));
    assert_eq!(scenario.title, "The client swaps before NemLog-in");
    assert_eq!((scenario.start, scenario.end()), (at("0s"), at("4h")));
    assert_eq!(scenario.organisations[&name("kommune")].cvr.as_str(), "90000001");
    assert_eq!(scenario.certificates[&name("old")].expires, at("2h"));

    let client = &scenario.clients[&name("fagsystem")];
    assert_eq!((client.nodes.as_slice(), client.skew), ([name("a")].as_slice(), Span::ZERO));

    let lines: Vec<&str> = RIGHT.lines().collect();
    for entry in &scenario.entries {
        assert!(lines[entry.place.line - 1].starts_with("do."), "{entry:?}");
    }
    assert_eq!(scenario.entries.len(), 5);
    assert_eq!(scenario.entries[0].when, When::Every(Span::from_minutes(10)));
    assert_eq!(scenario.entries[1].when, When::At(at("10m")));
    assert_eq!(
        scenario.entries[4].what,
        Happening::Action(Action::Deploy {
            client: name("fagsystem"),
            nodes: vec![name("a")],
            certificate: name("new"),
        })
    );

    let outage = &scenario.expected.outages[0];
    assert_eq!((outage.from, outage.until), (at("1h"), Some(at("2h"))));
    assert_eq!((&outage.node, outage.step), (&name("a"), Step::One));
    assert!(lines[outage.place.line - 1].contains("from = \"+1h\""));
    assert_eq!(scenario.expected.missed_calls.map(|expected| expected.count), Some(6));
}

#[test]
fn instants_are_written_in_three_ways() {
    for time in ["\"+1h\"", "\"2030-03-01T10:00:00+01:00\"", "2030-03-01T09:00:00Z"] {
        let text = right_with("time = \"+1h\"", &format!("time = {time}"));
        let scenario = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
        assert_eq!(scenario.entries[4].when, When::At(at("1h")), "{time}");
    }
}

#[test]
fn an_outage_can_be_open() {
    let text = right_with("until = \"+2h\"", "until = \"open\"");
    assert_eq!(Scenario::parse(&text).unwrap().expected.outages[0].until, None);
}

#[test]
fn an_end_that_is_none_is_told_of_open() {
    for end in ["opne", "never"] {
        let text = right_with("until = \"+2h\"", &format!("until = \"{end}\""));
        let mistake = Scenario::parse(&text).unwrap_err();
        assert_eq!(
            mistake.wrong.to_string(),
            format!("`{end}` is neither an instant, as +2h or 2030-03-01T08:00:00Z, nor `open`")
        );
    }
}

#[test]
fn a_title_turns_no_direction() {
    let text = right_with("title = \"", "title = \"\u{202e}");
    let mistake = Scenario::parse(&text).unwrap_err();
    assert_eq!(mistake.wrong.to_string(), "`title` takes one line of plain text");
}

#[test]
fn a_mistake_is_shown_with_its_line() {
    let mistake = Scenario::parse(&right_with("seed = 1", "sede = 1")).unwrap_err();
    assert_eq!(
        mistake.to_string(),
        "17:1: unknown key `sede`; did you mean `seed`?\n    |\n 17 | sede = 1\n    | ^^^^"
    );
}

#[test]
fn keys() {
    check("step = 1", "stap = 1", "stap", "unknown key `stap`; did you mean `step`?");
    check(", as = ", ", ass = ", "ass", "unknown key `ass`; did you mean `as`?");
    check(
        "cvr = \"90000001\"",
        "colour = \"red\"",
        "colour",
        "unknown key `colour`; it takes one of: name, cvr",
    );
    check("interval = \"10m\"\n", "", "[[every]]", "the key `interval` is missing");
    check(", as = \"new\"", "", "{ certificate", "the key `as` is missing");
    check("[expected]", "[expect]", "expect]", "unknown key `expect`; did you mean `expected`?");
}

#[test]
fn parties_and_verbs() {
    check(
        "do.mitid.renew",
        "do.mitdi.renew",
        "mitdi",
        "unknown party or verb `mitdi`; did you mean `mitid`?",
    );
    check(
        "do.nemlogin.save",
        "do.nemlogin.saev",
        "saev",
        "unknown party or verb `saev`; did you mean `save`?",
    );
    let one = "an entry does one thing, written as do.<party>.<verb> = { … }; \
               a second one takes an entry of its own";
    check("do.mitid.renew = {", "do.client = \"x\"\ndo.mitid.renew = {", "do.client", one);
}

#[test]
fn values() {
    check(
        "format = 1",
        "format = 2",
        "2",
        "format 2 is not known here; this version of skift reads format 1",
    );
    check("format = 1", "format = \"1\"", "\"1\"", "a whole number is expected here, not a text");
    check(
        "seed = 1",
        "seed = -1",
        "-1",
        "a whole number that is not negative is expected here, not the number -1",
    );
    check(
        "length = \"4h\"",
        "length = \"4\"",
        "\"4\"",
        "`4` is not a length of time; write it as 90s, 5m, 2h1s, 8h or 1095d",
    );
    check(
        "length = \"4h\"",
        "length = \"0s\"",
        "\"0s\"",
        "length is 0s; it must be longer than nothing",
    );
    check(
        "length = \"4h\"",
        "length = \"2000d\"",
        "\"2000d\"",
        "the run is 2000d long; it can be 1825d at most, as the authorities of a world do not \
         outlive it",
    );
    check(
        "[organisation.kommune]",
        "organisation.kommune]",
        "]",
        "key with no value, expected `=`",
    );
    check("step = 1", "step = 4", "4", "step 4 does not exist: a call has the steps 1, 2 and 3");
    check(
        "\"certificate-not-in-force\"",
        "\"certificate-not-in-forse\"",
        "\"certificate-not-in-forse\"",
        "unknown cause `certificate-not-in-forse`; did you mean `certificate-not-in-force`?",
    );
    check(
        "[certificate.old]",
        "[certificate.Old]",
        "Old",
        "`Old` is not a name: it takes up to 64 letters of a-z, digits and hyphens",
    );
    check(
        "cvr = \"90000001\"",
        "cvr = \"30808460\"",
        "\"30808460\"",
        "`30808460` could be a real CVR number; fictitious ones start with 9",
    );
    check(
        "profile = \"no-cache\"",
        "profile = \"no-cash\"",
        "\"no-cash\"",
        "unknown profile `no-cash`; did you mean `no-cache`?",
    );
}

/// A reason is one that the portal of MitID Erhverv offers: others would be refused there.
#[test]
fn a_revocation_has_a_reason_that_the_portal_offers() {
    let revoke = |reason: &str| {
        let revoke = "[[at]]\ntime = \"+3h\"\ndo.mitid.revoke";
        format!("{revoke} = {{ certificate = \"old\", reason = \"{reason}\" }}\n\n[expected]")
    };
    for reason in ["key-compromise", "superseded", "cessation-of-operation", "unspecified"] {
        let text = right_with("[expected]", &revoke(reason));
        Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
    }
    check(
        "[expected]",
        &revoke("supersede"),
        "\"supersede\"",
        "unknown reason `supersede`; did you mean `superseded`?",
    );
    let text = right_with("[expected]", &revoke("ca-compromise"));
    assert!(Scenario::parse(&text).is_err());
}

#[test]
fn clients_have_habits() {
    let client = |lines: &str| {
        let text = right_with("profile = \"no-cache\"", lines);
        let scenario = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
        scenario.clients[&name("fagsystem")].clone()
    };
    for profile in ClientProfile::ALL {
        assert_eq!(client(&format!("profile = \"{profile}\"")).profile, profile);
    }
    let plain = client("profile = \"no-cache\"");
    assert_eq!((plain.find_by, plain.process), (FindBy::Thumbprint, None));
    for find_by in FindBy::ALL {
        let lines = format!("profile = \"no-cache\"\nfind-by = \"{}\"", find_by.name());
        assert_eq!(client(&lines).find_by, find_by);
    }
    let beside = client("profile = \"no-cache\"\nprocess = \"server-1\"");
    assert_eq!(beside.process, Some(name("server-1")));
    assert_eq!(plain.truststore, Truststore::System);
    for truststore in Truststore::ALL {
        let lines = format!("profile = \"no-cache\"\ntruststore = \"{}\"", truststore.name());
        assert_eq!(client(&lines).truststore, truststore);
    }
    check(
        "profile = \"no-cache\"",
        "profile = \"no-cache\"\ntruststore = \"pined\"",
        "\"pined\"",
        "unknown truststore `pined`; did you mean `pinned`?",
    );
    check(
        "profile = \"no-cache\"",
        "profile = \"no-cache\"\nfind-by = \"thumbrint\"",
        "\"thumbrint\"",
        "unknown way to find `thumbrint`; did you mean `thumbprint`?",
    );
}

#[test]
fn a_client_can_be_restarted() {
    let restart = "do.client.restart = { client = \"fagsystem\" }";
    let text =
        right_with("do.client.deploy = { client = \"fagsystem\", certificate = \"new\" }", restart);
    let scenario = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
    let (client, nodes) = (name("fagsystem"), vec![name("a")]);
    let expected = Happening::Action(Action::Restart { client, nodes });
    assert_eq!(scenario.entries[4].what, expected);
    check(
        "do.client.deploy = { client = \"fagsystem\", certificate = \"new\" }",
        "do.client.restart = { client = \"fagsystem\", node = \"b\" }",
        "\"b\"",
        "unknown node `b`; did you mean `a`?",
    );
}

#[test]
fn texts() {
    check("name = \"Testkommunen\"", "name = \" \"", "\" \"", "`name` is empty");
    check(
        "name = \"Testkommunen\"",
        "name = \"Test\\nkommunen\"",
        "\"Test",
        "`name` takes one line of plain text",
    );
}

#[test]
fn instants() {
    check(
        "start = 2030-03-01T08:00:00Z",
        "start = 2030-03-01T08:00:00",
        "2030",
        "`2030-03-01T08:00:00` has no offset; write an instant as 2030-03-01T08:00:00Z, or as +2h \
         from the start",
    );
    check(
        "start = 2030-03-01T08:00:00Z",
        "start = 1930-03-01T08:00:00Z",
        "1930",
        "the start 1930-03-01T08:00:00Z is not in the years 2012 to 2199",
    );
    check(
        "time = \"+10m\"",
        "time = \"+5h\"",
        "\"+5h\"",
        "2030-03-01T13:00:00Z is outside of the run, which lasts from 2030-03-01T08:00:00Z to \
         2030-03-01T12:00:00Z",
    );
    check(
        "time = \"+10m\"",
        "time = 10",
        "10",
        "an instant is written as +2h or as 2030-03-01T08:00:00Z, not as integer",
    );
    check(
        "expires = \"+2h\"",
        "expires = \"-2h\"",
        "\"-2h\"",
        "a certificate that is in force at the start 2030-03-01T08:00:00Z cannot expire at \
         2030-03-01T06:00:00Z: it lives 1095 days",
    );
    check(
        "expires = \"+2h\"",
        "expires = \"+2h1ms\"",
        "\"+2h1ms\"",
        "2030-03-01T10:00:00.001Z is not a whole second, and certificates know no others",
    );
    check(
        "until = \"+2h\"",
        "until = \"+1h\"",
        "\"+1h\"",
        "an outage from 2030-03-01T09:00:00Z cannot end at 2030-03-01T09:00:00Z",
    );
}

#[test]
fn names_of_things() {
    check(
        "slot = \"rolling\", certificate = \"new\"",
        "slot = \"rolling\", certificate = \"nwe\"",
        "\"nwe\"",
        "unknown certificate `nwe`; did you mean `new`?",
    );
    check(
        "slot = \"rolling\"",
        "slot = \"spare\"",
        "\"spare\"",
        "unknown slot `spare`; it takes one of: active, rolling",
    );
    check(
        "outages = [\n    { client = \"fagsystem\"",
        "outages = [\n    { client = \"fagsysten\"",
        "\"fagsysten\"",
        "unknown client `fagsysten`; did you mean `fagsystem`?",
    );
    check(
        "organisation = \"kommune\"",
        "organisation = \"region\"",
        "\"region\"",
        "unknown organisation `region`; it takes one of: kommune",
    );
    check("as = \"new\"", "as = \"old\"", "\"old\"", "there is a certificate `old` already");
}

#[test]
fn a_certificate_is_used_after_it_is_made() {
    check(
        "time = \"+10m\"",
        "time = \"+30m\"",
        "\"new\"",
        "certificate `new` does not exist yet: it is made at 2030-03-01T08:30:00Z, after this",
    );
    // In one instant the order of the file decides, …
    assert!(Scenario::parse(&right_with("time = \"+10m\"", "time = \"+20m\"")).is_ok());
    // … but clicks come before deployments wherever they stand.
    let text = right_with("time = \"+10m\"", "time = \"+1h\"")
        .replace("time = \"+20m\"", "time = \"+1h\"");
    assert!(Scenario::parse(&text).is_ok());
    check(
        "profile = \"no-cache\"\ncertificate = \"old\"",
        "profile = \"no-cache\"\ncertificate = \"new\"",
        "\"new\"",
        "certificate `new` does not exist yet: it is made at 2030-03-01T08:10:00Z, after this",
    );
}

#[test]
fn there_is_one_active_slot() {
    check(
        "[client.fagsystem]",
        "[certificate.other]\nsystem-user = \"fagsystem\"\nenvironment = \"production\"\n\
         expires = \"+3h\"\n\n[client.fagsystem]",
        "other",
        "system user `fagsystem` starts with certificate `old` in production already",
    );
}

#[test]
fn nodes_are_named() {
    let two = "profile = \"no-cache\"\nnodes = [\"a\", \"b\"]";
    check(
        "profile = \"no-cache\"",
        two,
        "\"fagsystem\"",
        "client `fagsystem` has several nodes; say which one with `node`",
    );
    check(
        "profile = \"no-cache\"",
        "profile = \"no-cache\"\nnodes = [\"a\", \"a\"]",
        "\"a\"]",
        "there is a node `a` already",
    );
    check("profile = \"no-cache\"", "profile = \"no-cache\"\nnodes = []", "[]", "`nodes` is empty");
    let text = right_with("profile = \"no-cache\"", two)
        .replace("from = \"+1h\"", "node = \"b\", from = \"+1h\"");
    let scenario = Scenario::parse(&text).unwrap();
    assert_eq!(scenario.expected.outages[0].node, name("b"));
    assert_eq!(scenario.nodes().count(), 2);
}

#[test]
fn what_would_not_fit_is_refused() {
    check(
        "name = \"Testkommunen\"",
        &format!("name = \"{}\"", "ø".repeat(65)),
        "\"ø",
        "`name` has 65 characters; 64 is the most",
    );
    check(
        "https://wsc.testkommunen.invalid",
        &format!("https://{}.invalid", "x".repeat(2000)),
        "\"https",
        "`entity-id` has 2016 characters; 1024 is the most",
    );
    check(
        "profile = \"no-cache\"",
        "profile = \"no-cache\"\nskew = \"-1000d\"",
        "\"-1000d\"",
        "a clock is off by 366d at most, and not by -1000d",
    );
    check(
        "profile = \"no-cache\"",
        "profile = \"no-cache\"\nskew = \"-4m59s999ms\"",
        "\"-4m59s999ms\"",
        "a clock is off by whole seconds, and not by -4m59s999ms",
    );
    let calls = "[[every]]\ninterval = \"10m\"";
    let by_subject = "find-by = \"subject-name\"";
    let text = right_with(calls, &format!("{by_subject}\n{calls}"));
    Scenario::parse(&text).expect("`fagsystem` is found in the subject and nowhere else");
    for (name, message) in [
        (
            "4-beef",
            "clients of this file look for a name in the whole subject, and whether `4-beef` stands in \
             the UUID of a certificate hangs on the digits drawn for it; take another name, \
             with words in it",
        ),
        (
            "The 'new' one",
            "clients of this file look for a name in the subject, where \"The \\\"new\\\" one\" stands \
             with its quotation marks doubled, so that they never find it; leave the marks out",
        ),
    ] {
        let name = name.replace('\'', "\\\"");
        let order = format!(
            "{by_subject}\n[[at]]\ntime = \"+1m\"\n\
             do.mitid.order = {{ system-user = \"fagsystem\", environment = \"production\", \
             as = \"another\", subject-name = \"{name}\" }}\n{calls}"
        );
        check(calls, &order, &format!("\"{name}\""), message);
    }
    let renewals = (0..100).map(|number| {
        format!(
            "[[at]]\ntime = \"+1m\"\n\
             do.mitid.renew = {{ certificate = \"old\", as = \"new-{number}\" }}\n"
        )
    });
    check(
        "[expected]",
        &format!("{}[expected]", renewals.collect::<String>()),
        "\"new-99\"",
        "the file renews and orders 101 certificates; 100 is the most",
    );
}

#[test]
fn only_calls_are_repeated() {
    check(
        "do.client.submit = { client = \"fagsystem\" }",
        "do.client.deploy = { client = \"fagsystem\", certificate = \"old\" }",
        "do.client.deploy",
        "only do.client.submit can be repeated; write this one as [[at]]",
    );
    check(
        "interval = \"10m\"",
        "interval = \"1ms\"",
        "\"1ms\"",
        "the file schedules 14400001 calls; 100000 is the most",
    );
}

#[test]
fn outages_of_a_node_are_apart() {
    let first = "    { client = \"fagsystem\", from = \"+2h\", until = \"open\", step = 1 },\n";
    check(
        "outages = [\n",
        &format!("outages = [\n{first}"),
        "{ client",
        "this outage of node `a` of client `fagsystem` is not apart from another one",
    );
}

#[test]
fn nothing_makes_the_reader_panic() {
    for text in ["", "=", "\u{feff}", "[[at]]", "do = 1", "a.b.c.d = {", "\"", "format = 1"] {
        assert!(Scenario::parse(text).is_err(), "{text}");
    }
    let many = 100_000;
    for deep in ["[".repeat(many), "{a=".repeat(many), format!("1\nb{} = 1", ".b".repeat(many))] {
        assert!(Scenario::parse(&format!("a = {deep}")).is_err());
    }
    for cut in (0..RIGHT.len() - 1).filter(|cut| RIGHT.is_char_boundary(*cut)) {
        if let Err(mistake) = Scenario::parse(&RIGHT[..cut]) {
            mistake.to_string();
        }
    }
}

/// The right file with these lines before its first table.
fn with_tables(tables: &str) -> String {
    right_with("[organisation.kommune]", &format!("{tables}\n[organisation.kommune]"))
}

#[test]
fn rules_are_as_usual_unless_the_file_says_otherwise() {
    let usual = Scenario::parse(RIGHT).unwrap().rules;
    assert_eq!(usual, Rules::default());
    let text = with_tables(
        r#"
        [mitid]
        certificates-begin-after = "2h"
        [nemlogin]
        overlap = true
        rolling-on-revocation = true
        look-interval = "15m"
        activation-delay = "5m"
        revocation-lag = "0s"
        token-lifetime = "1h"
        finds-by = "subject"
        fault-shape = "conformant"
        issuer-check = "never"
        taken-certificate = "accept"
        [smdb]
        binding = "lbsb"
        holder-certificate = "validity-and-revocation"
        revocation-lag = "10m"
        access-token-lifetime = "20m"
        "#,
    );
    let rules = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}")).rules;
    assert_eq!(rules.mitid.certificates_begin_after, Span::from_hours(2));
    let swap = sim_sts::Policy::default().swap;
    assert!(!swap.overlap && !swap.rolling_on_revocation, "the what-ifs are not the usual");
    assert!(rules.sts.swap.overlap && rules.sts.swap.rolling_on_revocation);
    assert_eq!(rules.sts.swap.look_interval, Span::from_minutes(15));
    assert_eq!(rules.sts.activation_delay, Span::from_minutes(5));
    assert_eq!(rules.sts.revocation_lag, Span::ZERO);
    assert_eq!(rules.sts.token_lifetime, Span::from_hours(1));
    assert_eq!(rules.sts.fault_shape, oio_idws::fault::FaultShape::Conformant);
    assert_eq!(rules.sts.lookup, sim_sts::Lookup::Subject);
    assert_eq!(rules.administration.issuer_check, sim_sts::administration::IssuerCheck::Never);
    assert_eq!(rules.administration.taken, sim_sts::administration::Verdict::Accept);
    assert_eq!(rules.smdb.binding, oio_idws::Binding::Lbsb);
    assert_eq!(rules.smdb.holder_certificate, sim_smdb::HolderCheck::ValidityAndRevocation);
    assert_eq!(rules.smdb.revocation_lag, Span::from_minutes(10));
    assert_eq!(rules.smdb.access_token_lifetime, Span::from_minutes(20));
}

/// These tables have a mistake, with a mark at `marked`.
#[track_caller]
fn check_tables(tables: &str, marked: &str, message: &str) {
    check("[organisation.kommune]", &format!("{tables}\n[organisation.kommune]"), marked, message);
}

#[test]
fn a_rule_that_makes_no_sense_is_pointed_at() {
    check_tables(
        "[smdb]\nbinding = \"lbs\"",
        "\"lbs\"",
        "unknown binding `lbs`; did you mean `lbsb`?",
    );
    check_tables(
        "[nemlogin]\nfault-shape = \"conformat\"",
        "\"conformat\"",
        "unknown fault shape `conformat`; did you mean `conformant`?",
    );
    check_tables(
        "[smdb]\nholder-certificate = \"valid\"",
        "\"valid\"",
        "unknown holder check `valid`; it takes one of: ignored, validity, validity-and-revocation",
    );
    check_tables(
        "[nemlogin]\ntoken-lifetime = \"0s\"",
        "\"0s\"",
        "token-lifetime is 0s; it must be longer than nothing",
    );
    check_tables(
        "[nemlogin]\ntoken-lifetime = \"1500ms\"",
        "\"1500ms\"",
        "a token lives for whole seconds, and not for 1s500ms: by REST an access token ends with one, so \
         that a part would be seen now and then; write whole seconds",
    );
    check_tables(
        "[smdb]\naccess-token-lifetime = \"999ms\"",
        "\"999ms\"",
        "an access token lives from 1s to 1h, and not for 999ms: its end is a whole second, and the \
         profile of REST allows no longer; write a time in between",
    );
    for span in ["0s", "-1s", "1h1m"] {
        check_tables(
            &format!("[smdb]\naccess-token-lifetime = \"{span}\""),
            &format!("\"{span}\""),
            &format!(
                "an access token lives from 1s to 1h, and not for {span}: its end is a whole second, \
                 and the profile of REST allows no longer; write a time in between"
            ),
        );
    }
    check_tables(
        "[nemlogin]\nrevocation-lag = \"-1s\"",
        "\"-1s\"",
        "a rule may name a time from 0s to 1825d, and not -1s",
    );
    check_tables(
        "[nemlogin]\noverlaps = true",
        "overlaps",
        "unknown key `overlaps`; did you mean `overlap`?",
    );
}

/// The shortest and the longest are what SMDB gives.
#[test]
fn an_access_token_may_live_for_a_second_and_for_an_hour() {
    for (said, span) in [("1s", Span::from_seconds(1)), ("1h", Span::from_hours(1))] {
        let text = with_tables(&format!("[smdb]\naccess-token-lifetime = \"{said}\""));
        let rules = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}")).rules;
        assert_eq!(rules.smdb.access_token_lifetime, span);
    }
}

/// By REST as by SOAP: a margin is for who drops a token by its end.
#[test]
fn a_margin_that_would_change_nothing_is_pointed_at() {
    let usual = "profile = \"no-cache\"";
    let with = |profile: &str| format!("profile = \"{profile}\"\nmargin = \"2m\"");
    for (profile, keeps) in [
        ("no-cache", "keeps no token"),
        ("java-rest-fixed-cache", "keeps a token for a time of its own, whatever end it has"),
    ] {
        let message = format!(
            "a client of profile `{profile}` {keeps}, so that a margin changes nothing; leave `margin` \
             out, or take a profile that drops a token some time before its end"
        );
        check(usual, &with(profile), "\"2m\"", &message);
    }
    for profile in
        ["restart-on-swap", "dotnet-cache-by-endpoint", "core-new-key-old-token", "dotnet-rest"]
    {
        let scenario = Scenario::parse(&right_with(usual, &with(profile)));
        let scenario = scenario.unwrap_or_else(|mistake| panic!("{mistake}"));
        assert_eq!(scenario.clients[&name("fagsystem")].margin, Some(Span::from_minutes(2)));
    }
}

#[test]
fn a_new_signer_has_to_be_there() {
    let entry = "[[at]]\ntime = \"+1h\"\ndo.smdb.trust-signer = { environment = \"production\" }";
    check_tables(
        entry,
        "\"production\"",
        "the STS of production has no new certificate to turn to: say when it gets one, with \
         `do.nemlogin.roll-over`",
    );
    let roll_over =
        "[[at]]\ntime = \"+1h\"\ndo.nemlogin.roll-over = { environment = \"production\" }";
    let mistake = Scenario::parse(&with_tables(&format!("{roll_over}\n{roll_over}"))).unwrap_err();
    assert_eq!(
        mistake.wrong.to_string(),
        "the STS of production rolls over in another entry already; a run has one roll-over of it"
    );
    let pin = "[[at]]\ntime = \"+1h\"\ndo.client.pin-signer = { client = \"fagsystem\" }";
    let text = with_tables(&format!("{roll_over}\n{entry}\n{pin}"));
    let scenario = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
    let what = |index: usize| &scenario.entries[index].what;
    let (client, nodes) = (name("fagsystem"), vec![name("a")]);
    assert_eq!(*what(2), Happening::Action(Action::PinSigner { client, nodes }));
}

#[test]
fn a_new_chain_has_to_be_there_and_be_news() {
    let trust = "[[at]]\ntime = \"+1h\"\ndo.client.trust-chain = { client = \"fagsystem\" }";
    check_tables(
        trust,
        "\"fagsystem\"",
        "no server of production has another authority to trust: say whose chain changes, with \
         `do.nemlogin.change-chain` or `do.smdb.change-chain`",
    );
    let change = |party: &str| {
        let environment = "{ environment = \"production\" }";
        format!("[[at]]\ntime = \"+1h\"\ndo.{party}.change-chain = {environment}")
    };
    let (sts, smdb) = (change("nemlogin"), change("smdb"));
    let mistake =
        |tables: &str| Scenario::parse(&with_tables(tables)).unwrap_err().wrong.to_string();
    assert_eq!(
        mistake(&format!("{smdb}\n{sts}\n{smdb}")),
        "the chain of the SMDB of production changes in another entry already; a run has one change \
         of it"
    );
    assert_eq!(
        mistake(&format!("{sts}\n{trust}")),
        "client `fagsystem` trusts the new authority anyway, as its system does; only one with \
         `truststore = \"pinned\"` has to take it in"
    );
    let pinned = "profile = \"no-cache\"\ntruststore = \"pinned\"";
    let text = with_tables(&format!("{sts}\n{smdb}\n{trust}"));
    let scenario = Scenario::parse(&text.replace("profile = \"no-cache\"", pinned));
    let scenario = scenario.unwrap_or_else(|mistake| panic!("{mistake}"));
    let what = |index: usize| &scenario.entries[index].what;
    let change = |server| Action::ChangeChain { server, environment: Environment::Production };
    assert_eq!(*what(0), Happening::Action(change(Server::Sts)));
    assert_eq!(*what(1), Happening::Action(change(Server::Smdb)));
    let (client, nodes) = (name("fagsystem"), vec![name("a")]);
    assert_eq!(*what(2), Happening::Action(Action::TrustChain { client, nodes }));
}
