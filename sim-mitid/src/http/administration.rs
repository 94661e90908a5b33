//! The administration at the control port: whatever MitID Erhverv can be asked, as
//! [`wire`](crate::wire) reads it, and a look at how everything stands.
//!
//! A one-time code, a password and a `.p12` file stand in the answer to whoever asked, and nowhere
//! else: the journal has how an act ended, and of what was asked or answered no more than the
//! environment that it names and what its diagnosis says.

mod form;
mod shown;

use std::sync::{Arc, LazyLock};

use axum::{Extension, Json, body::Bytes};
use parties::{Environment, Party};
use serde_json::json;
use shell::{
    Arrival, answered_apart,
    control::{
        Route, Routes,
        act::{Administered, Outcome, PATH},
        form::{Form, object},
        refusal_of,
    },
};

pub(super) use self::shown::Shown;
use super::MitidErhverv;
use crate::{Answer, Mitid, Request};

/// What may be asked.
pub(super) static FORM: LazyLock<Form> = LazyLock::new(form::form);

pub(super) fn routes(mitid: &Arc<MitidErhverv>) -> Routes {
    let [looked, asked] = [(); 2].map(|()| Arc::clone(mitid));
    let look = async move || answered_apart(move || Json(looked.shown())).await;
    let ask = async move |Extension(arrival): Extension<Arrival>, body: Bytes| {
        asked.ask(arrival, body).await
    };
    let summary = "One act of an administrator, a contact person or a holder, or a look of theirs";
    Routes::from([
        Route::get(PATH, "Who is connected, with profiles, orders and certificates", look)
            .answer::<Shown>(),
        Route::post(PATH, summary, ask)
            .body_like(|| FORM.schema())
            .refused_like(|| {
                let text = || json!({ "type": "string" });
                refusal_of(&[("rejected", object(&[("name", text()), ("text", text())], &[]))])
            })
            .traced(),
    ])
}

impl Administered for Mitid {
    const PARTY: Party = Party::Mitid;

    fn name(request: &Request) -> Option<&'static str> {
        request.name()
    }

    fn environment(request: &Request) -> Option<Environment> {
        match request {
            Request::Connect { environment, .. }
            | Request::AllowCertificates { environment, .. }
            | Request::Terminate { environment, .. }
            | Request::WithdrawTermination { environment, .. }
            | Request::OrderRenewal { environment, .. }
            | Request::Renew { environment, .. }
            | Request::Revoke { environment, .. }
            | Request::Profiles { environment, .. }
            | Request::Directory(environment)
            | Request::RevocationList(environment)
            | Request::RootRevocationList(environment)
            | Request::Authorities(environment) => Some(*environment),
            Request::CreateProfile(new) => Some(new.environment),
            Request::ChangeContact { .. }
            | Request::ValidateEmail { .. }
            | Request::Order(_)
            | Request::Cancel { .. }
            | Request::Issue { .. }
            | Request::Download { .. }
            | Request::Mailbox(_)
            | Request::Unreadable(_) => None,
        }
    }

    fn outcome(request: &Request, answer: &Answer) -> Outcome {
        let Answer::Rejected(rejection) = answer else { return Outcome::Granted };
        if matches!(request, Request::Unreadable(_)) {
            Outcome::Unreadable(rejection.name())
        } else {
            Outcome::Refused(rejection.name())
        }
    }
}
