//! Two municipalities whose external systems run in one process of one vendor.

use harness::scenario::Scenario;
use sim_smdb::HolderCheck;

use crate::profiles::outages;

/// Both call each two hours, the first an hour before the second; nothing expires. What each of
/// them looks like in the file differs by its number.
fn shared(profile: &str, process: &str) -> Scenario {
    let tenant = |number: u8, first: &str| {
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
            [[at]]
            time = "{first}"
            do.client.submit = {{ client = "client-{number}" }}
            "#
        )
    };
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
        [expected]
        outages = []
        "#,
        tenant(1, "+1h"),
        tenant(2, "+2h"),
    );
    Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"))
}

#[track_caller]
fn check(profile: &str, process: &str, expected: &[&str]) {
    let outages = outages(&shared(profile, process), HolderCheck::Ignored);
    assert_eq!(outages, expected, "{profile} {process}");
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
