//! What the tokens of each STS are signed with, at the control port: a look, and the operator's act
//! of rolling over to the next signer.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, http::StatusCode};
use clock::Timestamp;
use parties::{Environment, UniqueKey};
use pki::Certificate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shell::{
    answered_apart,
    control::{Asked, CertificateShown, Problem, Route, Routes, instant},
};

use super::NemLogin;
use crate::Issuer;

/// What the tokens of each STS are signed with.
#[derive(Debug, Serialize, JsonSchema)]
struct Signers {
    /// When it was looked at, by the simulated clock (RFC 3339).
    #[schemars(with = "String")]
    now: Timestamp,
    /// By environment.
    environments: BTreeMap<&'static str, OfIssuer>,
}

/// What the tokens of one STS are signed with.
#[derive(Debug, Serialize, JsonSchema)]
struct OfIssuer {
    /// Who signs now, and who is planned to.
    signers: Vec<Signing>,
    /// Who will sign after the next roll-over, if there is one at hand.
    next: Option<Signer>,
}

/// Who signs from an instant on, until the next.
#[derive(Debug, Serialize, JsonSchema)]
struct Signing {
    /// From when on (RFC 3339).
    #[schemars(with = "String")]
    from: Timestamp,
    /// Who.
    signer: Signer,
}

/// A signer of the STS, by the certificate that services trust and clients pin.
#[derive(Debug, Serialize, JsonSchema)]
struct Signer {
    /// What tells it from others.
    #[serde(flatten)]
    certificate: CertificateShown,
    /// The certificate itself, in PEM.
    pem: String,
}

/// That an STS rolls over: it outlives the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolledOver {
    /// The first instant at which the next signer signs.
    pub at: Timestamp,
}

impl parties::Fact for RolledOver {
    const VERSION: u16 = 1;

    /// Each roll-over is to another signer.
    fn unique_key(&self) -> Option<UniqueKey> {
        None
    }
}

/// Which STS rolls over, and when.
#[derive(Debug, Deserialize, JsonSchema)]
struct RollOver {
    /// Of which environment: `integration-test` or `production`.
    environment: String,
    /// At which instant (RFC 3339); now if nothing is said.
    at: Option<String>,
}

pub(super) fn routes(nemlogin: &Arc<NemLogin>) -> Routes {
    let [looked, rolling] = [(); 2].map(|()| Arc::clone(nemlogin));
    let look = async move || answered_apart(move || Json(signers(&looked))).await;
    let roll_over = async move |Asked(asked): Asked<RollOver>| {
        answered_apart(move || roll_over(&rolling, &asked).map(|()| Json(signers(&rolling)))).await
    };
    let summary = "Lets an STS sign with its next signer, whether or not anybody trusts that";
    Routes::from([
        Route::get("/__admin/signers", "What tokens are signed with, and from when on", look)
            .answer::<Signers>(),
        Route::post("/__admin/signers/roll-over", summary, roll_over)
            .body::<RollOver>()
            .answer::<Signers>(),
    ])
}

fn signers(nemlogin: &NemLogin) -> Signers {
    let now = nemlogin.clock.now();
    Signers { now, environments: nemlogin.each(|issuer| OfIssuer::at(issuer, now)) }
}

impl OfIssuer {
    fn at(issuer: &Issuer, now: Timestamp) -> Self {
        let all = || issuer.signing_certificates();
        // What is over is of no use to anybody.
        let since = all().map(|(from, _)| from).filter(|from| *from <= now).last();
        let of_use = all().filter(|(from, _)| since.is_none_or(|since| *from >= since));
        let signing = |(from, it)| Signing { from, signer: Signer::of(it) };
        Self {
            signers: of_use.map(signing).collect(),
            next: issuer.next_signing_certificate().map(Signer::of),
        }
    }
}

impl Signer {
    fn of(certificate: &Certificate) -> Self {
        Self { certificate: certificate.into(), pem: certificate.to_pem() }
    }
}

fn roll_over(nemlogin: &NemLogin, asked: &RollOver) -> Result<(), Problem> {
    let names = Environment::ALL.map(Environment::name);
    let environment = Environment::ALL.into_iter().find(|it| it.name() == asked.environment);
    let service = environment.and_then(|it| nemlogin.token_service(it));
    let service = service.ok_or_else(|| {
        let what = "see GET /__admin/signers for those that there are";
        let problem = Problem::bad("there is no STS of this environment", what);
        problem.near(&asked.environment, names)
    })?;
    let now = nemlogin.clock.now();
    let at = asked.at.as_deref().map_or(Ok(now), instant)?;
    if at < now {
        let error = format!("{at} is over: it is {now}");
        return Err(Problem::bad(error, "name a later instant, or none to roll over now"));
    }
    let environment = service.core.look(Issuer::environment);
    if nemlogin.roll_over(environment, at).map_err(|error| Problem::unkept(&error))? {
        return Ok(());
    }
    let error = "this STS has no other signer at hand";
    let what = "reset the service to begin with the first again";
    Err(Problem::new(StatusCode::CONFLICT, error, what))
}
