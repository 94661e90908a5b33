//! The metadata of each STS and of its system users, for others to fetch instead of being told.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use clock::Timestamp;
use oio_idws::{
    metadata::{Metadata, MetadataRole},
    uris::STS_SIGNATURE_CASE,
};
use parties::{Environment, SystemUserId};
use shell::apart;

use super::NemLogin;
use crate::Issuer;

/// SAML 2.0 Metadata, section 4.1.1.
const SAML_METADATA: &str = "application/samlmetadata+xml; charset=utf-8";

/// NemLog-in, with the address of the STS of each environment.
struct Published {
    nemlogin: Arc<NemLogin>,
    address: Box<dyn Fn(Environment) -> String + Send + Sync>,
}

/// The metadata of each STS at `/<environment>/metadata`, and that of each system user that it
/// knows at `/<environment>/system-users/<name>/metadata`.
pub fn router(
    nemlogin: Arc<NemLogin>,
    address: impl Fn(Environment) -> String + Send + Sync + 'static,
) -> Router {
    let published = Arc::new(Published { nemlogin, address: Box::new(address) });
    Router::new()
        .route("/{environment}/metadata", get(of_sts))
        .route("/{environment}/system-users/{system_user}/metadata", get(of_system_user))
        .with_state(published)
}

async fn of_sts(State(published): State<Arc<Published>>, Path(name): Path<String>) -> Response {
    let Some(environment) = environment(&name) else { return not_found() };
    let address = (published.address)(environment);
    answered(&published, environment, move |issuer, now| Some(sts(issuer, address, now))).await
}

async fn of_system_user(
    State(published): State<Arc<Published>>,
    Path((name, system_user)): Path<(String, String)>,
) -> Response {
    let Some(environment) = environment(&name) else { return not_found() };
    let Ok(id) = system_user.parse::<SystemUserId>() else { return not_found() };
    answered(&published, environment, move |issuer, now| user(issuer, &id, now)).await
}

async fn answered(
    published: &Arc<Published>,
    environment: Environment,
    metadata: impl FnOnce(&Issuer, Timestamp) -> Option<Metadata> + Send + 'static,
) -> Response {
    let nemlogin = Arc::clone(&published.nemlogin);
    let metadata = apart(move || {
        let now = nemlogin.clock.now();
        nemlogin.look(environment, |issuer| metadata(issuer, now)).flatten()
    });
    let Some(metadata) = metadata.await else { return not_found() };
    // Whoever keeps it misses the next roll-over; time here may jump, too.
    let headers = [(header::CONTENT_TYPE, SAML_METADATA), (header::CACHE_CONTROL, "no-store")];
    (headers, metadata.write()).into_response()
}

/// Whose signature is in use comes first, then whose is planned, then who is at hand for a
/// roll-over.
fn sts(issuer: &Issuer, address: String, now: Timestamp) -> Metadata {
    let planned = issuer.signing_certificates().filter(|(from, _)| *from > now);
    let mut signing = Vec::new();
    for certificate in issuer
        .signing_certificate(now)
        .into_iter()
        .chain(planned.map(|(_, certificate)| certificate))
        .chain(issuer.next_signing_certificate())
    {
        if !signing.contains(certificate) {
            signing.push(certificate.clone());
        }
    }
    let entity_id = STS_SIGNATURE_CASE.parse().expect("a constant URI");
    Metadata { entity_id, role: MetadataRole::TokenService { address }, signing }
}

/// None before it was first provisioned: until then nothing calls it by a name.
fn user(issuer: &Issuer, id: &SystemUserId, now: Timestamp) -> Option<Metadata> {
    let registration = issuer.registration(id)?;
    let entity_id = registration.entity_id(now)?.clone();
    let mut signing = Vec::new();
    for certificate in registration.current_and_planned(now) {
        if !signing.contains(certificate) {
            signing.push(certificate.clone());
        }
    }
    Some(Metadata { entity_id, role: MetadataRole::SystemUser, signing })
}

fn environment(name: &str) -> Option<Environment> {
    Environment::ALL.into_iter().find(|environment| environment.name() == name)
}

fn not_found() -> Response {
    let [test, production] = Environment::ALL;
    let text = format!(
        "no metadata is here; there are /{test}/metadata, /{production}/metadata, and those of system \
         users that are provisioned: /{test}/system-users/<name>/metadata\n"
    );
    (StatusCode::NOT_FOUND, text).into_response()
}
