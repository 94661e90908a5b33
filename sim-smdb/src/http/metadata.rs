//! The metadata of SMDB of each environment, for others to fetch instead of being told.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use oio_idws::metadata::{Metadata, MetadataRole};
use parties::Environment;

use super::Databases;
use crate::Smdb;

/// SAML 2.0 Metadata, section 4.1.1.
const SAML_METADATA: &str = "application/samlmetadata+xml; charset=utf-8";

/// The metadata of each at `/<environment>/metadata`.
pub fn router(databases: Arc<Databases>) -> Router {
    Router::new().route("/{environment}/metadata", get(of_smdb)).with_state(databases)
}

async fn of_smdb(State(databases): State<Arc<Databases>>, Path(name): Path<String>) -> Response {
    let environment = Environment::ALL.into_iter().find(|it| it.name() == name);
    let service = environment.and_then(|it| databases.web_service(it));
    // As it was set up: the core itself may be deciding.
    let Some(metadata) = service.map(|it| metadata(&it.core.wire())) else {
        let [test, production] = Environment::ALL;
        let text =
            format!("no metadata is here; there are /{test}/metadata and /{production}/metadata\n");
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    let headers = [(header::CONTENT_TYPE, SAML_METADATA), (header::CACHE_CONTROL, "no-store")];
    (headers, metadata.write()).into_response()
}

fn metadata(smdb: &Smdb) -> Metadata {
    let certificates = vec![smdb.certificate().clone()];
    let (address, encryption) = (smdb.address().to_owned(), certificates.clone());
    let role = MetadataRole::Service { address, encryption };
    Metadata { entity_id: smdb.entity_id().clone(), role, signing: certificates }
}
