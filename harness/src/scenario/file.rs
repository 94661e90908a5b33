//! What a scenario file says: its words as they stand, each with its place.
//!
//! Unknown keys are errors. Values that are more than a word are kept as text and understood in
//! `check`, so that every mistake can be explained in the words of its own domain.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use super::spanned::Spanned;
use super::{
    lists,
    mistake::{Found, Wrong},
    said, schema,
};

/// A word with its place.
pub type Word = Spanned<String>;

/// An instant or a length of time as it is written: a text, or a date-time of TOML's own.
pub type Time = Spanned<toml::Value>;

/// Things by the names that the file gives them.
pub type Named<T> = BTreeMap<Word, T>;

/// A whole file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// The version of the format.
    #[schemars(with = "schema::FormatNumber")]
    pub format: Spanned<i64>,
    /// One line that says what happens.
    pub title: Word,
    /// The same as prose.
    pub description: Word,
    /// The first instant of the run.
    #[schemars(with = "schema::Instant")]
    pub start: Time,
    /// How long the run lasts.
    #[schemars(with = "schema::Length")]
    pub length: Word,
    /// What every random choice hangs on.
    pub seed: u64,
    /// `[mitid]`
    pub mitid: Option<MitidRules>,
    /// `[nemlogin]`
    pub nemlogin: Option<NemloginRules>,
    /// `[smdb]`
    pub smdb: Option<SmdbRules>,
    /// `[organisation.X]`
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": schema::NAME}))]
    pub organisation: Named<Organisation>,
    /// `[system-user.X]`
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": schema::NAME}))]
    pub system_user: Named<SystemUser>,
    /// `[certificate.X]`
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": schema::NAME}))]
    pub certificate: Named<Certificate>,
    /// `[client.X]`
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": schema::NAME}))]
    pub client: Named<Client>,
    /// `[[every]]`
    #[serde(default)]
    pub every: Vec<Spanned<Every>>,
    /// `[[at]]`
    #[serde(default)]
    pub at: Vec<Spanned<At>>,
    /// `[expected]`
    pub expected: Spanned<Expected>,
}

/// `[mitid]`: rules of MitID Erhverv; what is not said is as it is known of the real one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with rules of MitID Erhverv")]
pub struct MitidRules {
    /// How long after its issue a certificate begins to be valid.
    #[schemars(with = "Option<schema::Length>")]
    pub certificates_begin_after: Option<Word>,
}

/// `[nemlogin]`: rules of NemLog-in and its STS; what is not said is as it is known of the real one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with rules of NemLog-in")]
pub struct NemloginRules {
    /// Whether the certificates of both slots are accepted from the click on.
    pub overlap: Option<bool>,
    /// Whether a revocation that the STS sees triggers the rolling swap.
    pub rolling_on_revocation: Option<bool>,
    /// How often it looks whether a rolling swap is due.
    #[schemars(with = "Option<schema::Length>")]
    pub look_interval: Option<Word>,
    /// How long after the click what is provisioned comes into force.
    #[schemars(with = "Option<schema::Length>")]
    pub activation_delay: Option<Word>,
    /// How long a revocation stays unseen by the STS.
    #[schemars(with = "Option<schema::Length>")]
    pub revocation_lag: Option<Word>,
    /// For how long a token is good.
    #[schemars(with = "Option<schema::Length>")]
    pub token_lifetime: Option<Word>,
    /// How the STS finds a system user: `certificate` or `subject`.
    #[schemars(with = "Option<schema::LookupName>")]
    pub finds_by: Option<Word>,
    /// How the STS lays a refusal out: `nemlogin` or `conformant`.
    #[schemars(with = "Option<schema::FaultShapeName>")]
    pub fault_shape: Option<Word>,
    /// When a certificate's issuer is looked at: `never`, `at-upload` or `at-provisioning`.
    #[schemars(with = "Option<schema::IssuerCheckName>")]
    pub issuer_check: Option<Word>,
    /// What is done about a certificate that another system user has: `refuse` or `accept`.
    #[schemars(with = "Option<schema::VerdictName>")]
    pub taken_certificate: Option<Word>,
}

/// `[smdb]`: rules of SMDB; what is not said is as it is known of the real one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with rules of SMDB")]
pub struct SmdbRules {
    /// Which profile calls follow, those of every client: `oio-idws`, or the older `lbsb`.
    #[schemars(with = "Option<schema::BindingName>")]
    pub binding: Option<Word>,
    /// Whether it looks at the certificate in a live token again: `ignored`, `validity` or
    /// `validity-and-revocation`.
    #[schemars(with = "Option<schema::HolderCheckName>")]
    pub holder_certificate: Option<Word>,
    /// How long a revocation stays unseen by SMDB, where it looks.
    #[schemars(with = "Option<schema::Length>")]
    pub revocation_lag: Option<Word>,
    /// For how long an access token is good, which clients get that call by REST: an hour at most.
    #[schemars(with = "Option<schema::Length>")]
    pub access_token_lifetime: Option<Word>,
}

/// `[organisation.X]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with name and cvr")]
pub struct Organisation {
    /// Its name as certificates write it.
    pub name: Word,
    /// Its number.
    #[schemars(with = "schema::CvrNumber")]
    pub cvr: Word,
}

/// `[system-user.X]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with organisation and entity-id")]
pub struct SystemUser {
    /// Whom it belongs to.
    pub organisation: Word,
    /// Its entity id.
    pub entity_id: Word,
}

/// `[certificate.X]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with system-user, environment and expires")]
pub struct Certificate {
    /// The system user that it identifies.
    pub system_user: Word,
    /// Where it belongs.
    #[schemars(with = "schema::EnvironmentName")]
    pub environment: Word,
    /// The first instant at which it is refused.
    #[schemars(with = "schema::Instant")]
    pub expires: Time,
}

/// `[client.X]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with system-user, environment, profile and certificate")]
pub struct Client {
    /// Whom it calls as.
    pub system_user: Word,
    /// Where it calls.
    #[schemars(with = "schema::EnvironmentName")]
    pub environment: Word,
    /// How it keeps tokens and keys.
    #[schemars(with = "schema::ProfileName")]
    pub profile: Word,
    /// Its running copies; one called `a` if the file names none.
    #[schemars(with = "Option<Vec<schema::Name>>")]
    pub nodes: Option<Spanned<Vec<Word>>>,
    /// Its clock minus the true time; nothing if the file does not say.
    #[schemars(with = "Option<schema::Length>")]
    pub skew: Option<Word>,
    /// How long before its end it drops a kept token, which may be no time at all; as its profile has it
    /// if the file does not say.
    #[schemars(with = "Option<schema::Length>")]
    pub margin: Option<Word>,
    /// How its configuration names its certificate; by thumbprint if the file does not say.
    #[schemars(with = "Option<schema::FindByName>")]
    pub find_by: Option<Word>,
    /// Whom it trusts in TLS: `system`, or `pinned` for the present authority alone; `system` if the file
    /// does not say.
    #[schemars(with = "Option<schema::TruststoreName>")]
    pub truststore: Option<Word>,
    /// The process that it runs in, if others run in it too.
    #[schemars(with = "Option<schema::Name>")]
    pub process: Option<Word>,
    /// What it calls with at the start.
    pub certificate: Word,
}

/// `[[every]]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with interval and do")]
pub struct Every {
    /// How long from one time to the next.
    #[schemars(with = "schema::Length")]
    pub interval: Word,
    /// What happens.
    pub r#do: Spanned<Do>,
}

/// `[[at]]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with time and do")]
pub struct At {
    /// When.
    #[schemars(with = "schema::Instant")]
    pub time: Time,
    /// What happens.
    pub r#do: Spanned<Do>,
}

/// `do.<party>`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Do {
    /// `do.mitid`
    Mitid(Mitid),
    /// `do.nemlogin`
    Nemlogin(Nemlogin),
    /// `do.smdb`
    Smdb(SmdbVerb),
    /// `do.client`
    Client(ClientVerb),
}

/// `do.mitid.<verb>`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mitid {
    /// `do.mitid.renew`
    Renew(Renew),
    /// `do.mitid.order`
    Order(Order),
    /// `do.mitid.revoke`
    Revoke(Revoke),
}

/// `do.nemlogin.<verb>`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Nemlogin {
    /// `do.nemlogin.save`
    Save(Save),
    /// `do.nemlogin.remove`
    Remove(Remove),
    /// `do.nemlogin.provision`
    Provision(Provision),
    /// `do.nemlogin.roll-over`
    RollOver(RollOver),
    /// `do.nemlogin.change-chain`
    ChangeChain(ChangeChain),
}

/// `do.smdb.<verb>`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SmdbVerb {
    /// `do.smdb.trust-signer`
    TrustSigner(TrustSigner),
    /// `do.smdb.change-chain`
    ChangeChain(ChangeChain),
}

/// `do.client.<verb>`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClientVerb {
    /// `do.client.submit`
    Submit(Submit),
    /// `do.client.deploy`
    Deploy(Deploy),
    /// `do.client.install`
    Install(Install),
    /// `do.client.restart`
    Restart(Restart),
    /// `do.client.pin-signer`
    PinSigner(PinSigner),
    /// `do.client.trust-chain`
    TrustChain(TrustChain),
}

/// `do.mitid.renew`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table as in { certificate = \"old\", as = \"new\" }")]
pub struct Renew {
    /// The one to renew.
    pub certificate: Word,
    /// What the new one is called.
    #[schemars(with = "schema::Name")]
    pub r#as: Word,
}

/// `do.mitid.order`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with system-user, environment and as")]
pub struct Order {
    /// Whom it is for.
    pub system_user: Word,
    /// Where it belongs.
    #[schemars(with = "schema::EnvironmentName")]
    pub environment: Word,
    /// What the new one is called.
    #[schemars(with = "schema::Name")]
    pub r#as: Word,
    /// The name in its subject; that of the system user if the file does not say.
    pub subject_name: Option<Word>,
}

/// `do.mitid.revoke`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table as in { certificate = \"old\", reason = \"superseded\" }")]
pub struct Revoke {
    /// The one to revoke.
    pub certificate: Word,
    /// Why; unspecified if the file does not say.
    #[schemars(with = "Option<schema::ReasonName>")]
    pub reason: Option<Word>,
}

/// `do.nemlogin.save`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with system-user, slot and certificate")]
pub struct Save {
    /// Whose draft.
    pub system_user: Word,
    /// Which place in it.
    #[schemars(with = "schema::SlotName")]
    pub slot: Word,
    /// What is put there.
    pub certificate: Word,
    /// Which file of it is uploaded, `cer` or `p12`; `cer` if the file does not say.
    #[schemars(with = "Option<schema::FileName>")]
    pub file: Option<Word>,
}

/// `do.nemlogin.remove`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with system-user and slot")]
pub struct Remove {
    /// Whose draft.
    pub system_user: Word,
    /// Which place in it is emptied.
    #[schemars(with = "schema::SlotName")]
    pub slot: Word,
}

/// `do.nemlogin.provision`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with system-user and environment")]
pub struct Provision {
    /// Whose draft.
    pub system_user: Word,
    /// Where it comes into force.
    #[schemars(with = "schema::EnvironmentName")]
    pub environment: Word,
}

/// `do.nemlogin.roll-over`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with environment")]
pub struct RollOver {
    /// Whose STS signs with a new certificate from then on.
    #[schemars(with = "schema::EnvironmentName")]
    pub environment: Word,
}

/// `do.smdb.trust-signer`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with environment")]
pub struct TrustSigner {
    /// Whose SMDB trusts the STS's new certificate from then on, beside the old one.
    #[schemars(with = "schema::EnvironmentName")]
    pub environment: Word,
}

/// `do.nemlogin.change-chain`, `do.smdb.change-chain`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with environment")]
pub struct ChangeChain {
    /// Whose STS, or SMDB, shows a chain of another authority in TLS from then on.
    #[schemars(with = "schema::EnvironmentName")]
    pub environment: Word,
}

/// `do.client.submit`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with client")]
pub struct Submit {
    /// Who calls: each of its nodes.
    pub client: Word,
}

/// `do.client.deploy`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with client and certificate")]
pub struct Deploy {
    /// Which client.
    pub client: Word,
    /// Which of its nodes; all of them if the file does not say.
    pub node: Option<Word>,
    /// What it calls with from then on.
    pub certificate: Word,
}

/// `do.client.install`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with client and certificate")]
pub struct Install {
    /// Which client.
    pub client: Word,
    /// Which of its nodes; all of them if the file does not say.
    pub node: Option<Word>,
    /// What its key store has from then on.
    pub certificate: Word,
}

/// `do.client.restart`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with client")]
pub struct Restart {
    /// Which client.
    pub client: Word,
    /// Which of its nodes; all of them if the file does not say.
    pub node: Option<Word>,
}

/// `do.client.pin-signer`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with client")]
pub struct PinSigner {
    /// Which client trusts the STS's new certificate from then on.
    pub client: Word,
    /// Which of its nodes; all of them if the file does not say.
    pub node: Option<Word>,
}

/// `do.client.trust-chain`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with client")]
pub struct TrustChain {
    /// Which client has that other authority in its truststore from then on, beside the first.
    pub client: Word,
    /// Which of its nodes; all of them if the file does not say.
    pub node: Option<Word>,
}

/// `[expected]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with outages")]
pub struct Expected {
    /// Every outage; none is written as `[]`.
    pub outages: Vec<Spanned<Outage>>,
    /// How many real calls fail.
    pub missed_calls: Option<Spanned<u64>>,
}

/// One of `outages`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table with client, from, until and step")]
pub struct Outage {
    /// Whose.
    pub client: Word,
    /// At which node; can be left out if there is only one.
    pub node: Option<Word>,
    /// The first instant at which a call would fail.
    #[schemars(with = "schema::Instant")]
    pub from: Time,
    /// The first one at which it would not any more, or `open`.
    #[schemars(with = "schema::End")]
    pub until: Time,
    /// The step at which a call fails at first.
    #[schemars(with = "schema::StepNumber")]
    pub step: Spanned<u8>,
    /// The rejection's name.
    #[schemars(with = "Option<schema::CauseName>")]
    pub cause: Option<Word>,
    /// Who is to blame for what the node's calls met.
    #[schemars(with = "Option<schema::RoleName>")]
    pub blame: Option<Word>,
}

/// Reads what `text` says.
pub(super) fn read(text: &str) -> Result<File, Found> {
    // The version comes first: a file of another one may well have keys that are unknown here.
    #[derive(Deserialize)]
    struct Version {
        format: Option<Spanned<i64>>,
    }
    let is_control = |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r');
    if let Some((at, c)) = text.char_indices().find(|(_, c)| is_control(*c)) {
        return Err(Found { wrong: Wrong::Control(c), span: at..at + 1 });
    }
    let version: Version = toml::from_str(text).map_err(|error| said::found(text, &error))?;
    match version.format {
        Some(format) if *format.get_ref() != 1 => {
            Err(Found { wrong: Wrong::Format(*format.get_ref()), span: format.span() })
        }
        _ => {
            let file = toml::from_str(text).map_err(|error| {
                let found = said::found(text, &error);
                lists::around(text, &found).unwrap_or(found)
            })?;
            lists::misplaced(text).map_or(Ok(file), Err)
        }
    }
}
