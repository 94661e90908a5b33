//! The TLS servers of a program, whose certificates are changed from outside while they serve.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Asked, Problem, Route, Routes};
use crate::{Servers, TlsAuthorityError, apart, tls::Shown};

/// What the servers show, and who vouches for it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Chains {
    /// The certificate of the authority, in PEM, which clients must trust.
    authority: String,
    /// Whether that is the one which is kept from start to start.
    authority_kept: bool,
    /// What each server shows.
    servers: BTreeMap<&'static str, Vec<Shown>>,
}

impl Chains {
    fn of(servers: &Servers) -> Json<Self> {
        let authority = servers.vouching_pem();
        let authority_kept = authority == servers.authority_pem();
        Json(Self { authority, authority_kept, servers: servers.shown() })
    }
}

/// What is to be renewed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Renewal {
    /// Whether another authority vouches from now on, which no client trusts yet. If nothing is
    /// said, it is the one that is kept.
    another_authority: Option<bool>,
}

/// What can be done with `servers`.
pub(crate) fn routes(servers: &Arc<Servers>) -> Routes {
    let [looked, renewed] = [(); 2].map(|()| Arc::clone(servers));
    let look = async move || Chains::of(&looked);
    let renew = async move |Asked(Renewal { another_authority }): Asked<Renewal>| {
        let servers = Arc::clone(&renewed);
        // Keys are made: not on a thread that serves sockets.
        let done = apart(move || servers.renew(another_authority.unwrap_or(false))).await;
        let failed = |error: TlsAuthorityError| {
            let what = "see that the machine has randomness, and try again";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), what)
        };
        done.map(|()| Chains::of(&renewed)).map_err(failed)
    };
    let summary = "Gives each TLS server a new certificate, by the same authority or by another";
    Routes::from([
        Route::get("/__admin/tls", "What the TLS servers show, and who vouches for it", look)
            .answer::<Chains>(),
        Route::post("/__admin/tls/renew", summary, renew).body::<Renewal>().answer::<Chains>(),
    ])
}
