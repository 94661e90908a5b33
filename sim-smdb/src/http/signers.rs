//! Whose tokens SMDB takes, at the control port: a look, and the operator's act of trusting another
//! signer of the STS.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, http::StatusCode};
use clock::Timestamp;
use parties::Environment;
use pki::{Certificate, Path};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shell::{
    answered_apart,
    control::{Asked, CertificateShown, Problem, Route, Routes, certificate_in, instant},
};

use super::Databases;

/// The signers that SMDB of each environment trusts.
#[derive(Debug, Serialize, JsonSchema)]
struct Signers {
    /// When it was looked at, by the simulated clock (RFC 3339).
    #[schemars(with = "String")]
    now: Timestamp,
    /// By environment: what holds now, and what is planned.
    environments: BTreeMap<&'static str, Vec<Trusted>>,
}

/// Whom SMDB trusts from an instant on, until the next.
#[derive(Debug, Serialize, JsonSchema)]
struct Trusted {
    /// From when on (RFC 3339).
    #[schemars(with = "String")]
    from: Timestamp,
    /// The certificates of the STS.
    signers: Vec<CertificateShown>,
}

/// Another signer to trust.
#[derive(Debug, Deserialize, JsonSchema)]
struct Trust {
    /// Of which environment: `integration-test` or `production`.
    environment: String,
    /// The certificate that the STS signs with, in PEM.
    certificate: String,
    /// From which instant on (RFC 3339); from now on if nothing is said.
    from: Option<String>,
}

pub(super) fn routes(databases: &Arc<Databases>) -> Routes {
    let [looked, trusting] = [(); 2].map(|()| Arc::clone(databases));
    let look = async move || answered_apart(move || Json(signers(&looked))).await;
    let trust = async move |Asked(asked): Asked<Trust>| {
        answered_apart(move || trust(&trusting, &asked).map(|()| Json(signers(&trusting)))).await
    };
    let summary = "Trusts another signer of the STS, beside those it trusts";
    Routes::from([
        Route::get("/__admin/signers", "Whose tokens are taken, and from when on", look)
            .answer::<Signers>(),
        Route::post("/__admin/signers/trust", summary, trust).body::<Trust>().answer::<Signers>(),
    ])
}

fn signers(databases: &Databases) -> Signers {
    let now = databases.clock.now();
    let environments = databases.each(|smdb| {
        let trusted = smdb.trusted();
        // What is over is of no use to anybody.
        let since = trusted.entries().map(|(at, _)| at).filter(|at| *at <= now).last();
        let of_use = trusted.entries().filter(|(at, _)| since.is_none_or(|since| *at >= since));
        let shown = of_use.map(|(from, certificates)| Trusted {
            from,
            signers: certificates.iter().map(CertificateShown::from).collect(),
        });
        shown.collect()
    });
    Signers { now, environments }
}

fn trust(databases: &Databases, asked: &Trust) -> Result<(), Problem> {
    let signer = certificate_in(&asked.certificate)?;
    let names = Environment::ALL.map(Environment::name);
    let environment = Environment::ALL.into_iter().find(|it| it.name() == asked.environment);
    let service = environment.and_then(|it| databases.web_service(it));
    let service = service.ok_or_else(|| {
        let what = "see GET /__admin/signers for those that there are";
        let problem = Problem::bad("there is no SMDB of this environment", what);
        problem.near(&asked.environment, names)
    })?;
    let now = databases.clock.now();
    let from = asked.from.as_deref().map_or(Ok(now), instant)?;
    if from < now {
        let error = format!("{from} is over: it is {now}");
        return Err(Problem::bad(error, "name a later instant, or none to begin now"));
    }
    service.core.look(|smdb| is_ours(&signer, smdb.anchors()))?;
    let environment = service.core.look(crate::Smdb::environment);
    databases.trust(environment, &signer, from).map_err(|error| Problem::unkept(&error))
}

/// Only what the simulated authority of its environment has issued is trusted: so neither a real
/// STS nor that of another environment.
fn is_ours(signer: &Certificate, anchors: &pki::TrustAnchors) -> Result<(), Problem> {
    let no = |refusal: pki::ChainRefusal| {
        let what = "hand in the certificate that the simulated STS of this environment signs with";
        Problem::new(StatusCode::CONFLICT, refusal.to_string(), what)
    };
    Path::build(signer, anchors).map(|_| ()).map_err(no)
}
