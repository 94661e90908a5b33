//! Two municipalities whose external systems run in one process of one vendor.

use harness::{forecast::Oracle, scenario::Scenario};
use sim_smdb::HolderCheck;

use crate::profiles::outages;

/// Each calls once, the first an hour before the second; nothing expires. What each of them looks like
/// in the file differs by its number.
fn shared(profile: &str, process: &str) -> Scenario {
    called(profile, process, &[(1, "+1h"), (2, "+2h")])
}

/// Each calls at these times, in this order of the file.
fn called(profile: &str, process: &str, calls: &[(u8, &str)]) -> Scenario {
    let tenant = |number: u8| {
        format!(
            r#"
            [organisation.kommune-{number}]
            name = "Testkommune {number}"
            cvr = "9000000{number}"
            [system-user.fagsystem-{number}]
            organisation = "kommune-{number}"
            entity-id = "https://wsc.testkommune-{number}.invalid"
            [certificate.certificate-{number}]
            system-user = "fagsystem-{number}"
            environment = "production"
            expires = "+100d"
            [client.client-{number}]
            system-user = "fagsystem-{number}"
            environment = "production"
            profile = "{profile}"
            certificate = "certificate-{number}"
            {process}
            "#
        )
    };
    let calls = calls.iter().map(|(number, time)| {
        let submit = format!("do.client.submit = {{ client = \"client-{number}\" }}");
        format!("[[at]]\ntime = \"{time}\"\n{submit}\n")
    });
    let text = format!(
        r#"
        format = 1
        title = "Two tenants"
        description = "One process serves two municipalities."
        start = 2030-03-01T08:00:00Z
        length = "10h"
        seed = 1
        {}
        {}
        {}
        [expected]
        outages = []
        "#,
        tenant(1),
        tenant(2),
        calls.collect::<String>(),
    );
    Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"))
}

#[track_caller]
fn check(profile: &str, process: &str, expected: &[&str]) {
    let outages = outages(&shared(profile, process), HolderCheck::Ignored);
    assert_eq!(outages, expected, "{profile} {process}");
}

/// Of two who call at one instant the first in the file fills the cache, whoever was first before.
#[test]
fn calls_of_one_instant_are_made_in_the_order_of_the_file() {
    let together = "process = \"server\"";
    for (calls, expected) in [
        ([(1, "+1h"), (2, "+30m"), (1, "+30m")], "client-1 +30m..+8h29m step 3: foreign-authority"),
        ([(2, "+1h"), (1, "+30m"), (2, "+30m")], "client-2 +30m..+8h29m step 3: foreign-authority"),
    ] {
        let scenario = called("dotnet-cache-by-endpoint", together, &calls);
        assert_eq!(outages(&scenario, HolderCheck::Ignored), [expected], "{calls:?}");
        let reckoned = Oracle::ask(&scenario).nodes;
        let down: Vec<_> = reckoned.iter().filter(|node| !node.outages.is_empty()).collect();
        assert_eq!(down.len(), 1, "{calls:?}");
        assert!(expected.starts_with(down[0].client.as_str()), "{calls:?}");
        assert_eq!(down[0].outages[0].missed_calls, 2, "{calls:?}");
    }
}

/// The first token fills the cache of the process; from then on the other municipality calls with
/// it, and SMDB sees a submission for an authority that the token says nothing of.
#[test]
fn two_tenants_in_one_process_get_each_others_token() {
    let together = "process = \"server\"";
    check(
        "dotnet-cache-by-endpoint",
        together,
        &["client-2 +1h..+8h59m step 3: foreign-authority"],
    );
    check("core-new-key-old-token", together, &[]);
    check("restart-on-swap", together, &[]);
    check("dotnet-cache-by-endpoint", "", &[]);
}
