//! One path: calls come in and answers go out, and its description is there too.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use clock::Timestamp;
use oio_idws::soap::Version;
use parties::{Diagnose, Diagnosis, Environment, Party, Step};
use pki::RevocationList;
use shell::{Answering, Arrival, AskedBySoap, MessageService, Soap, traced};

use super::rest;
use crate::{
    Cause, Lesson, Smdb,
    call::{Answer, Request},
    description,
    schema::SchemaVersion,
};

/// Where SMDB is, on every host. Our choice: the real address is not public.
pub const ADDRESS: &str = "/SmdbService.svc";
/// SOAP 1.2, part 2, section 7.1.4.
const SOAP_1_2: &str = "application/soap+xml; charset=utf-8";
const XML: &str = "text/xml; charset=utf-8";

/// SMDB of one environment, as it is served.
pub type WebService = MessageService<Smdb>;

/// SMDB at its [`ADDRESS`]: calls, and its description with `?wsdl` and `?xsd`; and by REST.
///
/// Of the head of a call by SOAP nothing is judged: what counts is signed, and is in the body.
pub fn router(service: Arc<WebService>) -> Router {
    let routes = Router::new().route(ADDRESS, traced(post(answer)).get(describe));
    routes.merge(rest::routes()).with_state(service)
}

async fn answer(
    State(service): State<Arc<WebService>>,
    Extension(arrival): Extension<Arrival>,
    message: Bytes,
) -> Response {
    let passed = service.answer::<Soap<Smdb>>(arrival, message).await;
    let status = match passed.answer {
        Answer::Answered(_) => StatusCode::OK,
        // As WCF does; by SOAP 1.2, part 2, section 7.5.2.2, a sender's fault is a 400.
        Answer::Rejected { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let media_type = match service.core.wire().policy().binding.soap() {
        // SOAP 1.1, section 6.
        Version::Soap11 => XML,
        Version::Soap12 => SOAP_1_2,
    };
    (status, [(header::CONTENT_TYPE, media_type)], passed.reply).into_response()
}

/// What is asked for behind the `?`, in any letter case, as WCF reads it: `wsdl` or `singleWsdl`,
/// or `xsd`; with `version=2025-01` of that version, and else of the one in force.
async fn describe(State(service): State<Arc<WebService>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default().to_ascii_lowercase();
    // As it was set up: the core itself may be deciding.
    let smdb = service.core.wire();
    let mut version = smdb.schemas().at(service.clock.now()).copied();
    let mut write: Option<fn(SchemaVersion, &Smdb) -> String> = None;
    for part in query.split('&') {
        match part {
            "wsdl" | "singlewsdl" => write = Some(wsdl),
            "xsd" => write = Some(|version, _| description::xsd(version)),
            _ => {
                let Some(name) = part.strip_prefix("version=") else { return what_is_here() };
                version = SchemaVersion::ALL.iter().copied().find(|it| it.name() == name);
            }
        }
    }
    let (Some(write), Some(version)) = (write, version) else { return what_is_here() };
    ([(header::CONTENT_TYPE, XML)], write(version, &smdb)).into_response()
}

fn wsdl(version: SchemaVersion, smdb: &Smdb) -> String {
    description::wsdl(version, smdb.policy().binding, smdb.address())
}

fn what_is_here() -> Response {
    let versions: Vec<_> = SchemaVersion::ALL.iter().map(|version| version.name()).collect();
    let text = format!(
        "SMDB, simulated by skift. Its description: {ADDRESS}?wsdl, its schema: {ADDRESS}?xsd; of \
         another version with &version= and one of {}.\n",
        versions.join(", ")
    );
    (StatusCode::NOT_FOUND, text).into_response()
}

impl Answering for Smdb {
    const PARTY: Party = Party::Smdb;
    const STEP: Step = Step::Three;

    type Beside = ();

    fn environment(&self) -> Environment {
        Self::environment(self)
    }

    fn is_untimely(cause: &str) -> bool {
        [Cause::TimestampExpired, Cause::TimestampTooOld, Cause::TimestampImplausible]
            .iter()
            .any(|it| <&str>::from(*it) == cause)
    }

    fn is_unknown_revocation(cause: &str) -> bool {
        <&str>::from(Cause::RevocationUnknown) == cause
    }

    fn lesson(list: RevocationList, fetched_at: Timestamp) -> Lesson {
        Lesson::RevocationList { list, fetched_at }
    }
}

impl AskedBySoap for Smdb {
    const PATH: &'static str = ADDRESS;

    fn request_id(request: &Request) -> Option<&str> {
        let claimed = match request {
            Ok(call) => &call.message_id,
            Err(unreadable) => &unreadable.message_id,
        };
        claimed.as_ref().map(|it| it.unverified().as_str())
    }

    fn answer_id(answer: &Answer) -> &str {
        match answer {
            Answer::Answered(answer) => &answer.message_id,
            Answer::Rejected { message_id, .. } => message_id,
        }
    }

    fn refusal(answer: &Answer) -> Option<&'static str> {
        match answer {
            Answer::Answered(_) => None,
            Answer::Rejected { rejection, .. } => Some(rejection.name()),
        }
    }

    fn diagnose_beside(&self, (): &(), request: &Request, now: Timestamp) -> Diagnosis {
        self.diagnose(request, now)
    }
}
