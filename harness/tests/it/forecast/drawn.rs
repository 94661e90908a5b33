//! Worlds as they are drawn: whatever a scenario can say, in any order and at any time, right or wrong.

use std::fmt::Write;

use clock::Span;
use parties::{ClientProfile, Environment, Slot};
use proptest::prelude::*;

use crate::head::{START, opening};

/// A world as it is drawn.
#[derive(Debug, Clone)]
pub(super) struct World {
    rules: Rules,
    /// Whether the second system user belongs to another organisation than the first.
    two_organisations: bool,
    clients: Vec<Client>,
    /// When the certificates at the start expire, in seconds from the start.
    expires: [i64; 3],
    /// Which certificates are issued beside those, at the start.
    issued: Vec<usize>,
    /// When, in milliseconds from the start, and what.
    happenings: Vec<(i64, Happening)>,
}

/// Lengths in minutes, where they do not name their unit.
#[derive(Debug, Clone)]
struct Rules {
    overlap: bool,
    rolling_on_revocation: bool,
    begins_after: i64,
    look_interval: i64,
    activation_delay: i64,
    sts_lag: i64,
    smdb_lag: i64,
    token_lifetime: &'static str,
    access_token_lifetime: &'static str,
    holder_certificate: &'static str,
    issuer_check: &'static str,
    taken: &'static str,
    finds_by: &'static str,
}

#[derive(Debug, Clone)]
struct Client {
    profile: ClientProfile,
    /// Which of the certificates at the start it begins with, and so as whom and where it calls.
    certificate: usize,
    /// In seconds.
    skew: i64,
    margin: Option<i64>,
    find_by: &'static str,
    two_nodes: bool,
    shares_process: bool,
    truststore: &'static str,
    /// In minutes.
    interval: i64,
}

#[derive(Debug, Clone)]
enum Happening {
    Revoke(usize),
    Save { user: usize, slot: Slot, certificate: usize, file: &'static str },
    Remove { user: usize, slot: Slot },
    Provision { user: usize, environment: Environment },
    RollOver,
    TrustSigner,
    PinSigner { client: usize },
    ChangeChain { party: &'static str, environment: Environment },
    TrustChain { client: usize, one_node: bool },
    Deploy { client: usize, one_node: bool, certificate: usize },
    Install { client: usize, one_node: bool, certificate: usize },
    Restart { client: usize, one_node: bool },
    Call { client: usize },
}

const USERS: [&str; 2] = ["fagsystem", "nabosystem"];

/// The certificates at the start: their names, whose they are, and where.
const STARTING: [(&str, usize, Environment); 3] = [
    ("old", 0, Environment::Production),
    ("test", 0, Environment::IntegrationTest),
    ("other", 1, Environment::Production),
];

/// What may be issued, what it is then called, and what it is to take the place of. What is renewed
/// twice is another one each time; what is ordered anew has another subject, and perhaps another name
/// in it, of which the old one may be a part.
const ISSUED: [(&str, &str, Issue); 8] = [
    ("new", "old", Issue::Renewed),
    ("newer", "old", Issue::Renewed),
    ("test-new", "test", Issue::Renewed),
    ("other-new", "other", Issue::Renewed),
    ("ordered", "old", Issue::Ordered("Fagsystem 2")),
    ("ordered-alike", "old", Issue::Ordered("fagsystem")),
    ("other-ordered", "other", Issue::Ordered("Nabo")),
    // A part of its organisation's name, and so of every subject there.
    ("ordered-broadly", "old", Issue::Ordered("Kommune")),
];

/// Which of those renews each certificate of the start.
const RENEWED: [usize; 3] = [0, 2, 3];

#[derive(Debug, Clone, Copy)]
enum Issue {
    Renewed,
    /// With this name in its subject.
    Ordered(&'static str),
}

/// How many certificates there may be.
const CERTIFICATES: usize = STARTING.len() + ISSUED.len();

/// One of the first is drawn as often as it stands there.
fn of<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(all.to_vec())
}

prop_compose! {
    fn rules()(
        (overlap, rolling_on_revocation) in (prop::bool::weighted(0.15), prop::bool::weighted(0.25)),
        begins_after in of(&[0, 0, 0, 30, 200]),
        look_interval in of(&[0, 0, 0, 7, 45]),
        activation_delay in of(&[0, 0, 0, 5, 20]),
        sts_lag in of(&[60, 60, 0, 15]),
        smdb_lag in of(&[60, 0, 15]),
        // Few are so short: where no call succeeds, there is little more to be seen.
        token_lifetime in
            of(&["8h", "8h", "8h", "1h", "1h", "1h", "25m", "25m", "25m", "2s", "1s"]),
        access_token_lifetime in of(&["1h", "1h", "1h", "20m", "20m", "1m", "1500ms", "1s"]),
        holder_certificate in of(&["ignored", "ignored", "validity", "validity-and-revocation"]),
        issuer_check in of(&["at-provisioning", "at-provisioning", "at-upload", "never"]),
        taken in of(&["refuse", "refuse", "accept"]),
        finds_by in of(&["certificate", "certificate", "certificate", "subject"]),
    ) -> Rules {
        Rules {
            overlap, rolling_on_revocation, begins_after, look_interval, activation_delay, sts_lag,
            smdb_lag, token_lifetime, access_token_lifetime, holder_certificate, issuer_check, taken, finds_by,
        }
    }
}

prop_compose! {
    fn client()(
        // The one that keeps most, and so has the most to go wrong, more often.
        profile in prop_oneof![3 => of(&ClientProfile::ALL), 1 => Just(ClientProfile::DotnetRest)],
        certificate in of(&[0, 0, 0, 1, 2]),
        skew in of(&[0, 0, 0, 0, 7, -7, 45, -45, 200, -200, -300, -400, 700, -3_600]),
        margin in of(&[None, None, Some(10), Some(1_200)]),
        find_by in of(&["thumbprint", "thumbprint", "copied-thumbprint", "subject-name"]),
        (two_nodes, shares_process) in (prop::bool::weighted(0.2), prop::bool::weighted(0.3)),
        truststore in of(&["system", "pinned"]),
        interval in of(&[13, 30, 45, 90]),
    ) -> Client {
        Client {
            profile, certificate, skew, margin, find_by, two_nodes, shares_process, truststore,
            interval,
        }
    }
}

/// What happens at one instant; a click on *save* is often followed by one on *provision*.
fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let slot = || of(&Slot::ALL);
    let user = || of(&[0_usize, 0, 1]);
    let environment =
        || of(&[Environment::Production, Environment::Production, Environment::IntegrationTest]);
    let save = || {
        (user(), slot(), 0..CERTIFICATES, of(&["cer", "cer", "cer", "cer", "p12"])).prop_map(
            |(user, slot, certificate, file)| Happening::Save { user, slot, certificate, file },
        )
    };
    let provision = || {
        (user(), environment())
            .prop_map(|(user, environment)| Happening::Provision { user, environment })
    };
    let one = prop_oneof![
        1 => (0..CERTIFICATES).prop_map(Happening::Revoke),
        2 => save(),
        1 => (user(), slot()).prop_map(|(user, slot)| Happening::Remove { user, slot }),
        2 => provision(),
        4 => (0..3_usize, any::<bool>(), 0..CERTIFICATES).prop_map(
            |(client, one_node, certificate)| Happening::Deploy { client, one_node, certificate }
        ),
        1 => (0..3_usize, any::<bool>(), 0..CERTIFICATES).prop_map(
            |(client, one_node, certificate)| Happening::Install { client, one_node, certificate }
        ),
        2 => (0..3_usize, any::<bool>())
            .prop_map(|(client, one_node)| Happening::Restart { client, one_node }),
        2 => (0..3_usize).prop_map(|client| Happening::Call { client }),
    ];
    prop_oneof![
        4 => one.prop_map(|it| vec![it]),
        3 => (save(), environment()).prop_map(|(save, environment)| {
            let Happening::Save { user, .. } = save else { unreachable!("it was drawn as one") };
            vec![save, Happening::Provision { user, environment }]
        }),
        1 => prop::collection::vec(prop_oneof![save(), provision()], 2..5),
    ]
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let minutes = |range: std::ops::Range<i64>| range.prop_map(|minute| minute * 60);
    let expires = [minutes(60..300), minutes(60..300), minutes(60..300)];
    // On a grid, so that instants meet now and then; or anywhere; or around an expiry. Now and then between
    // two seconds.
    let when = || {
        let second = prop_oneof![
            3 => (1..24_i64).prop_map(|at| Second::At(at * 900)),
            3 => (1..360_i64).prop_map(|at| Second::At(at * 60)),
            2 => (0..3_usize, of(&[-1, 0, 0, 1])).prop_map(|(it, off)| Second::Around(it, off)),
        ];
        let millis = of(&[0, 0, 0, 0, 0, 0, 1, 500, 999]);
        (second, millis).prop_map(|(second, millis)| When { second, millis })
    };
    let signer = prop::option::weighted(0.15, [when(), when(), when()]);
    // Whose chains change in an environment, and what the first of two clients and the others do about it.
    let chain = || {
        let party = of(&["nemlogin", "smdb"]);
        let environment =
            of(&[Environment::Production, Environment::Production, Environment::IntegrationTest]);
        let trusts = prop::option::weighted(0.7, when());
        (party, environment, when(), trusts, any::<bool>())
    };
    let chains = prop::option::weighted(0.4, prop::collection::vec(chain(), 1..4));
    // When everybody is given what the certificate that it began with is renewed as: often while what was got with
    // that is still kept.
    let early = (1..90_i64, of(&[0, 1, 500, 999])).prop_map(|(minute, millis)| {
        let second = Second::At(minute * 60);
        When { second, millis }
    });
    let swap = prop_oneof![1 => when(), 2 => early];
    let swap = prop::option::weighted(0.5, (swap, prop::bool::weighted(0.3)));
    (
        rules(),
        prop::bool::weighted(0.3),
        prop::collection::vec(client(), 1..4),
        expires,
        prop::sample::subsequence((0..ISSUED.len()).collect::<Vec<_>>(), 0..=4),
        prop::collection::vec((when(), happenings()), 0..9),
        (signer, swap),
        chains,
    )
        .prop_map(
            |(rules, two_organisations, clients, expires, mut issued, drawn, changes, chains)| {
                let (signer, swap) = changes;
                let mut happenings = Vec::new();
                for (client, it) in clients.iter().enumerate() {
                    let Some((when, one_node)) = swap else { continue };
                    let which = RENEWED[it.certificate];
                    issued.push(which);
                    let certificate = STARTING.len() + which;
                    let deploy = Happening::Deploy { client, one_node, certificate };
                    happenings.push((when.of(expires), deploy));
                }
                issued.sort_unstable();
                issued.dedup();
                for (when, group) in drawn {
                    let at = when.of(expires);
                    happenings.extend(group.into_iter().map(|it| (at, it)));
                }
                if let Some([roll_over, trust, pin]) =
                    signer.map(|all| all.map(|it| it.of(expires)))
                {
                    happenings.push((roll_over, Happening::RollOver));
                    happenings.push((trust, Happening::TrustSigner));
                    let in_production = |it: &(usize, &Client)| {
                        STARTING[it.1.certificate].2 == Environment::Production
                    };
                    for (client, _) in clients.iter().enumerate().filter(in_production) {
                        happenings.push((pin, Happening::PinSigner { client }));
                    }
                }
                let mut changed = Vec::new();
                for (party, environment, at, trusts, one_node) in chains.into_iter().flatten() {
                    if changed.contains(&(party, environment)) {
                        continue;
                    }
                    changed.push((party, environment));
                    happenings
                        .push((at.of(expires), Happening::ChangeChain { party, environment }));
                    let pins = |it: &(usize, &Client)| {
                        it.1.truststore == "pinned" && STARTING[it.1.certificate].2 == environment
                    };
                    for (client, _) in clients.iter().enumerate().filter(pins) {
                        let trust = Happening::TrustChain { client, one_node };
                        happenings.extend(trusts.map(|at| (at.of(expires), trust)));
                    }
                }
                World { rules, two_organisations, clients, expires, issued, happenings }
            },
        )
}

/// When something happens.
#[derive(Debug, Clone, Copy)]
struct When {
    second: Second,
    /// How long after it.
    millis: i64,
}

#[derive(Debug, Clone, Copy)]
enum Second {
    /// So many seconds after the start.
    At(i64),
    /// So many seconds from the expiry of one of the certificates at the start.
    Around(usize, i64),
}

impl When {
    /// In milliseconds from the start.
    const fn of(self, expires: [i64; 3]) -> i64 {
        let second = match self.second {
            Second::At(at) => at,
            Second::Around(certificate, off) => expires[certificate] + off,
        };
        second * 1_000 + self.millis
    }
}

impl World {
    /// The world as a scenario.
    pub(super) fn text(&self) -> String {
        let mut text = opening(START, "6h", &after(self.expires[0]));
        text += &self.rules.text();
        let organisation = if self.two_organisations { "region" } else { "kommune" };
        write!(
            text,
            r#"
            [organisation.region]
            name = "Testregionen"
            cvr = "90000002"
            [system-user.nabosystem]
            organisation = "{organisation}"
            entity-id = "https://nabo.testkommunen.invalid"
            "#
        )
        .expect("a text takes text");
        for (index, (name, user, environment)) in STARTING.iter().enumerate().skip(1) {
            text += &format!(
                "[certificate.{name}]\nsystem-user = \"{}\"\nenvironment = \"{environment}\"\n\
                 expires = \"{}\"\n",
                USERS[*user],
                after(self.expires[index]),
            );
        }
        text.extend(self.clients.iter().enumerate().map(|(index, client)| client.text(index)));
        for (new, old, issue) in self.issued.iter().map(|which| ISSUED[*which]) {
            text += &happening(0, &issue.deed(old, new));
        }
        for (at, it) in &self.happenings {
            text += &happening(*at, &self.deed(it));
        }
        text + "[expected]\noutages = []\n"
    }

    /// A certificate that there is: where it was not issued, what it would have been in place of.
    fn certificate(&self, index: usize) -> &'static str {
        match index.checked_sub(STARTING.len()) {
            None => STARTING[index].0,
            Some(which) if self.issued.contains(&which) => ISSUED[which].0,
            Some(which) => ISSUED[which].1,
        }
    }

    fn client(&self, index: usize, one_node: bool) -> String {
        let index = index % self.clients.len();
        let node = if one_node { ", node = \"a\"" } else { "" };
        format!("client = \"c{index}\"{node}")
    }

    fn deed(&self, it: &Happening) -> String {
        match *it {
            Happening::Revoke(which) => {
                format!("mitid.revoke = {{ certificate = \"{}\" }}", self.certificate(which))
            }
            Happening::Save { user, slot, certificate, file } => format!(
                "nemlogin.save = {{ system-user = \"{}\", slot = \"{}\", certificate = \"{}\", \
                 file = \"{file}\" }}",
                USERS[user],
                slot.name(),
                self.certificate(certificate)
            ),
            Happening::Remove { user, slot } => format!(
                "nemlogin.remove = {{ system-user = \"{}\", slot = \"{}\" }}",
                USERS[user],
                slot.name()
            ),
            Happening::Provision { user, environment } => format!(
                "nemlogin.provision = {{ system-user = \"{}\", environment = \"{environment}\" }}",
                USERS[user]
            ),
            Happening::RollOver => {
                "nemlogin.roll-over = { environment = \"production\" }".to_owned()
            }
            Happening::TrustSigner => {
                "smdb.trust-signer = { environment = \"production\" }".to_owned()
            }
            Happening::PinSigner { client } => {
                format!("client.pin-signer = {{ {} }}", self.client(client, false))
            }
            Happening::ChangeChain { party, environment } => {
                format!("{party}.change-chain = {{ environment = \"{environment}\" }}")
            }
            Happening::TrustChain { client, one_node } => {
                format!("client.trust-chain = {{ {} }}", self.client(client, one_node))
            }
            Happening::Deploy { client, one_node, certificate } => format!(
                "client.deploy = {{ {}, certificate = \"{}\" }}",
                self.client(client, one_node),
                self.certificate(certificate)
            ),
            Happening::Install { client, one_node, certificate } => format!(
                "client.install = {{ {}, certificate = \"{}\" }}",
                self.client(client, one_node),
                self.certificate(certificate)
            ),
            Happening::Restart { client, one_node } => {
                format!("client.restart = {{ {} }}", self.client(client, one_node))
            }
            Happening::Call { client } => {
                format!("client.submit = {{ {} }}", self.client(client, false))
            }
        }
    }
}

impl Issue {
    fn deed(self, old: &str, new: &str) -> String {
        match self {
            Self::Renewed => format!("mitid.renew = {{ certificate = \"{old}\", as = \"{new}\" }}"),
            Self::Ordered(subject_name) => {
                let owner = STARTING.iter().find(|(name, ..)| *name == old);
                let (_, user, environment) = owner.expect("it is in place of one of these");
                format!(
                    "mitid.order = {{ system-user = \"{}\", environment = \"{environment}\", \
                     as = \"{new}\", subject-name = \"{subject_name}\" }}",
                    USERS[*user]
                )
            }
        }
    }
}

impl Rules {
    fn text(&self) -> String {
        let Self { overlap, rolling_on_revocation, begins_after, look_interval, .. } = self;
        let Self { activation_delay, sts_lag, smdb_lag, token_lifetime, .. } = self;
        let Self {
            access_token_lifetime, holder_certificate, issuer_check, taken, finds_by, ..
        } = self;
        format!(
            r#"
            [mitid]
            certificates-begin-after = "{begins_after}m"
            [nemlogin]
            overlap = {overlap}
            rolling-on-revocation = {rolling_on_revocation}
            look-interval = "{look_interval}m"
            activation-delay = "{activation_delay}m"
            revocation-lag = "{sts_lag}m"
            token-lifetime = "{token_lifetime}"
            issuer-check = "{issuer_check}"
            taken-certificate = "{taken}"
            finds-by = "{finds_by}"
            [smdb]
            revocation-lag = "{smdb_lag}m"
            access-token-lifetime = "{access_token_lifetime}"
            holder-certificate = "{holder_certificate}""#
        )
    }
}

impl Client {
    fn text(&self, index: usize) -> String {
        let (certificate, user, environment) = STARTING[self.certificate];
        let Self { profile, skew, margin, find_by, truststore, interval, .. } = self;
        let nodes = if self.two_nodes { "\"a\", \"b\"" } else { "\"a\"" };
        let process = if self.shares_process { "process = \"server\"\n" } else { "" };
        let margin = margin.filter(|_| has_a_margin(*profile));
        let margin = margin.map(|it| format!("margin = \"{it}s\"\n")).unwrap_or_default();
        format!(
            "[client.c{index}]\nsystem-user = \"{}\"\nenvironment = \"{environment}\"\n\
             profile = \"{}\"\nnodes = [{nodes}]\nskew = \"{skew}s\"\nfind-by = \"{find_by}\"\n\
             truststore = \"{truststore}\"\ncertificate = \"{certificate}\"\n{margin}{process}\
             [[every]]\ninterval = \"{interval}m\"\ndo.client.submit = {{ client = \"c{index}\" }}\n",
            USERS[user],
            profile.name(),
        )
    }
}

/// Whether it keeps tokens by their end, and so with a margin.
const fn has_a_margin(profile: ClientProfile) -> bool {
    match profile {
        ClientProfile::NoCache | ClientProfile::JavaRestFixedCache => false,
        ClientProfile::RestartOnSwap
        | ClientProfile::DotnetCacheByEndpoint
        | ClientProfile::CoreNewKeyOldToken
        | ClientProfile::DotnetRest => true,
    }
}

fn after(seconds: i64) -> String {
    format!("+{}", Span::from_seconds(seconds))
}

fn happening(at_millis: i64, deed: &str) -> String {
    format!("[[at]]\ntime = \"+{}\"\ndo.{deed}\n", Span::from_millis(at_millis))
}
