//! What scenarios of tests begin with: one organisation, one system user, one client.

use harness::scenario::Scenario;

/// When scenarios of tests begin.
pub(crate) const START: &str = "2030-03-01T08:00:00Z";

/// The head of a scenario: client `fagsystem` of `kommune` calls SMDB in production with certificate
/// `old`. What a test does not say is as in [`HEAD`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'t> {
    pub(crate) start: &'t str,
    pub(crate) length: &'t str,
    /// `E+` of the certificate.
    pub(crate) expires: &'t str,
    pub(crate) profile: &'t str,
    /// More keys of the client, each on a line.
    pub(crate) client: &'t str,
    /// How often the client calls; never if nothing is said.
    pub(crate) interval: Option<&'t str>,
}

/// A client without a cache, whose certificate is refused from +2h on.
pub(crate) const HEAD: Head<'static> = Head {
    start: START,
    length: "6h",
    expires: "+2h",
    profile: "no-cache",
    client: "",
    interval: None,
};

impl Head<'_> {
    /// The scenario in which all of this happens, each as `+1h mitid.renew certificate = "old", as =
    /// "new"`, and then nothing is expected.
    pub(crate) fn with(&self, happenings: &[impl AsRef<str>]) -> Scenario {
        self.beside("", happenings)
    }

    /// The same, and other tables of the file as they stand.
    pub(crate) fn beside(&self, tables: &str, happenings: &[impl AsRef<str>]) -> Scenario {
        let happenings: String = happenings.iter().map(|line| happening(line.as_ref())).collect();
        self.before(&format!("{tables}\n{happenings}[expected]\noutages = []\n"))
    }

    /// The scenario that goes on with `rest`, as it stands.
    pub(crate) fn before(&self, rest: &str) -> Scenario {
        let Self { start, length, expires, profile, client, interval } = self;
        let calls = interval.map(|interval| {
            let submit = "do.client.submit = { client = \"fagsystem\" }";
            format!("[[every]]\ninterval = \"{interval}\"\n{submit}\n")
        });
        let calls = calls.unwrap_or_default();
        let text = format!(
            r#"{}
            [client.fagsystem]
            system-user = "fagsystem"
            environment = "production"
            profile = "{profile}"
            certificate = "old"
            {client}
            {calls}
            {rest}
            "#,
            opening(start, length, expires)
        );
        Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"))
    }
}

/// What every scenario of tests begins with: system user `fagsystem` of `kommune` has the certificate
/// `old` in production.
pub(crate) fn opening(start: &str, length: &str, expires: &str) -> String {
    format!(
        r#"
            format = 1
            title = "A race"
            description = "Who is first?"
            start = {start}
            length = "{length}"
            seed = 1
            [organisation.kommune]
            name = "Testkommunen"
            cvr = "90000001"
            [system-user.fagsystem]
            organisation = "kommune"
            entity-id = "https://wsc.testkommunen.invalid"
            [certificate.old]
            system-user = "fagsystem"
            environment = "production"
            expires = "{expires}""#
    )
}

fn happening(line: &str) -> String {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().expect("a time, a verb and its arguments");
    let (time, verb, arguments) = (word(), word(), word());
    format!("[[at]]\ntime = \"{time}\"\ndo.{verb} = {{ {arguments} }}\n")
}
