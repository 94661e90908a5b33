//! The administration at the control port: every click that an administrator has, and a look at
//! what is saved and what is in force.

mod form;
mod shown;

use std::sync::{Arc, LazyLock};

use axum::{Extension, Json, body::Bytes};
use parties::{Environment, Party};
use serde_json::json;
use shell::{
    Arrival, answered_apart, apart,
    control::{
        Route, Routes,
        act::{Administered, Outcome, PATH},
        form::Form,
        refusal_of,
    },
};

pub(super) use self::shown::{Known, Shown};
use super::NemLogin;
use crate::administration::{Administration, Answer, Request};

/// What may be clicked.
pub(super) static FORM: LazyLock<Form> = LazyLock::new(form::form);

pub(super) fn routes(nemlogin: &Arc<NemLogin>) -> Routes {
    let [looked, clicked] = [(); 2].map(|()| Arc::clone(nemlogin));
    let look = async move || answered_apart(move || Json(looked.shown())).await;
    let click = async move |Extension(arrival): Extension<Arrival>, body: Bytes| {
        apart(move || clicked.click(arrival, &body)).await
    };
    Routes::from([
        Route::get(PATH, "What is saved, and what is in force in each environment", look)
            .answer::<Shown>(),
        Route::post(PATH, "One click of an administrator, a service owner or a grantor", click)
            .body_like(|| FORM.schema())
            .refused_like(|| {
                let text = || json!({ "type": "string" });
                refusal_of(&[("rejected", text()), ("text", text())])
            })
            .traced(),
    ])
}

impl Administered for Administration {
    const PARTY: Party = Party::Sts;

    fn name(request: &Request) -> Option<&'static str> {
        request.name()
    }

    fn environment(request: &Request) -> Option<Environment> {
        match request {
            Request::Provision { environment, .. } => Some(*environment),
            Request::RequestPrivilege { privilege, .. }
            | Request::ApprovePrivilege { privilege, .. }
            | Request::RefusePrivilege { privilege, .. }
            | Request::WithdrawPrivilege { privilege, .. } => Some(privilege.environment),
            Request::GivePowerOfAttorney { power } | Request::WithdrawPowerOfAttorney { power } => {
                Some(power.privilege.environment)
            }
            Request::CreateItSystem { .. }
            | Request::CreateSystemUser { .. }
            | Request::SaveEntityId { .. }
            | Request::Save { .. }
            | Request::Remove { .. }
            | Request::Unreadable(_) => None,
        }
    }

    fn outcome(request: &Request, answer: &Answer) -> Outcome {
        match (answer, request) {
            (Answer::Done | Answer::Unchanged, _) => Outcome::Granted,
            (Answer::Rejected(it), Request::Unreadable(_)) => Outcome::Unreadable(it.name()),
            (Answer::Rejected(it), _) => Outcome::Refused(it.name()),
        }
    }
}
