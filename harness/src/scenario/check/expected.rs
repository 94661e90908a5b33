//! What should come of a run.

use std::collections::BTreeSet;

use ::parties::{Role, Step};
use clock::Timestamp;
use sim_smdb::rest;
use toml::Value;

use super::{
    super::{
        ClientName, Expected, ExpectedCount, ExpectedOutage,
        file::{self, Spanned, Word},
        mistake::{Found, Mistakes, Wrong},
    },
    Check,
    words::{key, one_of, wrong},
};

impl Check<'_> {
    pub(super) fn expected(&self, said: &Spanned<file::Expected>) -> Result<Expected, Mistakes> {
        let place = self.lines.place(said.span().start);
        let said = said.get_ref();
        let mut mistakes = Mistakes::default();
        let mut outages = Vec::<ExpectedOutage>::new();
        for outage in &said.outages {
            let expected = self.outage(outage).and_then(|expected| {
                if outages.iter().any(|other| touches(other, &expected)) {
                    let (client, node) = (expected.client.into(), expected.node.into());
                    return Err(wrong(outage, Wrong::Overlap { client, node }));
                }
                Ok(expected)
            });
            outages.extend(mistakes.keep(expected));
        }
        let missed_calls = said.missed_calls.as_ref().map(|count| ExpectedCount {
            count: *count.get_ref(),
            place: self.lines.place(count.span().start),
        });
        mistakes.or(Expected { outages, missed_calls, place })
    }

    fn outage(&self, said: &Spanned<file::Outage>) -> Result<ExpectedOutage, Found> {
        let place = self.lines.place(said.span().start);
        let outage = said.get_ref();
        let client: ClientName = key("client", &outage.client, &self.clients)?;
        let node = match (&outage.node, self.clients[&client].nodes.as_slice()) {
            (Some(node), _) => self.node(&client, node)?,
            (None, [only]) => only.clone(),
            (None, _) => return Err(wrong(&outage.client, Wrong::WhichNode(client.into()))),
        };
        let from = self.run.instant(&outage.from)?;
        let until = match outage.until.get_ref() {
            Value::String(text) if text == "open" => None,
            Value::String(text) if text.starts_with(char::is_alphabetic) => {
                let neither = "neither an instant, as +2h or 2030-03-01T08:00:00Z, nor `open`";
                return Err(wrong(&outage.until, Wrong::Value(format!("`{text}` is {neither}"))));
            }
            _ => Some(self.run.instant(&outage.until)?),
        };
        if let Some(until) = until
            && until <= from
        {
            return Err(wrong(&outage.until, Wrong::Backwards { from, until }));
        }
        let step = Step::try_from(*outage.step.get_ref())
            .map_err(|error| wrong(&outage.step, Wrong::Value(error)))?;
        let cause = outage.cause.as_ref().map(cause).transpose()?;
        let blame = outage.blame.as_ref();
        let blame = blame.map(|word| one_of("role", word, Role::ALL, Role::name)).transpose()?;
        Ok(ExpectedOutage { client, node, from, until, step, cause, blame, place })
    }
}

/// Whether two outages are one node's and not apart: outages are as long as they can be, so even
/// those that only touch would be one.
fn touches(one: &ExpectedOutage, other: &ExpectedOutage) -> bool {
    let reaches =
        |from: Timestamp, until: Option<Timestamp>| until.is_none_or(|until| from <= until);
    (&one.client, &one.node) == (&other.client, &other.node)
        && reaches(one.from, other.until)
        && reaches(other.from, one.until)
}

/// The name of a reason for which a call can fail.
fn cause(word: &Word) -> Result<String, Found> {
    let (text, known) = (word.get_ref(), causes());
    if known.contains(text.as_str()) {
        return Ok(text.clone());
    }
    Err(wrong(word, Wrong::unknown("cause", text, known)))
}

/// The reasons for which a call can fail: at the STS, at SMDB or at the client itself.
pub(in super::super) fn causes() -> BTreeSet<&'static str> {
    let sts = sim_sts::Rejection::ALL.iter().map(|cause| <&str>::from(*cause));
    let smdb = sim_smdb::Rejection::ALL.iter().map(|cause| <&str>::from(*cause));
    // What SMDB refuses by SOAP too has that name by REST.
    let by_rest = rest::Rejection::ALL.iter().filter(|cause| **cause != rest::Cause::Shared);
    let by_rest = by_rest.map(|cause| <&str>::from(*cause));
    let client = wsc::Failure::ALL.iter().map(|cause| <&str>::from(*cause));
    sts.chain(smdb).chain(by_rest).chain(client).collect()
}
