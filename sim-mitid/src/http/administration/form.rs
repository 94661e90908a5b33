//! The form of what MitID Erhverv is asked, for people. [`wire`](crate::wire) reads it by its
//! types; a test holds the two together.

use parties::Environment;
use pki::RevocationReason;
use serde_json::{Value, json};
use shell::control::form::{Form, object, one_of, text};

/// Everything that can be asked, with what belongs to it.
pub(super) fn form() -> Form {
    let organisation = || [environment(), ("cvr", text("a CVR number", "90000001"))];
    let [at, cvr] = organisation();
    let name = ("name", text("its name in the CVR register", "Testorganisation nr. 90000001"));
    let connect = object(&[at, cvr, name], &[]);
    let [at, cvr] = organisation();
    let allow = object(&[at, cvr, ("allowed", json!({ "type": "boolean" }))], &[]);
    let [at, cvr] = organisation();
    let search = "an e-mail address, a contact person, a name or a UUID, or part of one";
    let profiles = object(&[at, cvr], &[("search", text(search, "drift"))]);
    let of_organisation = || object(&organisation(), &[]);
    let token = ("token", text("the token in the link of the mail", "0f"));
    let how = || [one_of_methods(), identification()];
    let [method, identification] = how();
    let order = object(&[profile(), identification, method], &[]);
    let [method, identification] = how();
    let renewal = object(&[environment(), serial(), identification, method], &[]);
    let reason = ("reason", one_of(RevocationReason::ALL.map(RevocationReason::name)));
    let published = || environment().1;
    Form::new([
        ("connect", connect),
        ("allow-certificates", allow),
        ("terminate", of_organisation()),
        ("withdraw-termination", of_organisation()),
        ("create-profile", create_profile()),
        ("change-contact", object(&[profile()], &[("contact", contact())])),
        ("validate-email", object(&[profile(), token], &[])),
        ("order", order),
        ("order-renewal", renewal),
        ("cancel", object(&[reference()], &[])),
        ("issue", object(&[reference(), ("code", code()), signing_request()], &[])),
        ("download", download()),
        ("renew", object(&[environment(), serial(), signing_request()], &[])),
        ("revoke", object(&[environment(), serial(), reason], &[])),
        ("profiles", profiles),
        ("mailbox", text("whose mails: an e-mail address", "kontakt@a.invalid")),
        ("directory", published()),
        ("revocation-list", published()),
        ("root-revocation-list", published()),
        ("authorities", published()),
    ])
}

fn create_profile() -> Value {
    let right = one_of(["identity-management", "certificate-handling"]);
    let flag = |description: &str| json!({ "type": "boolean", "description": description });
    object(
        &[
            environment(),
            ("cvr", text("a CVR number", "90000001")),
            ("certificate-name", text("the common name of its certificates", "Fagsystem A")),
            ("kind", one_of(["system", "organisation"])),
        ],
        &[
            ("email", text("an e-mail address to stand in the certificates", "drift@a.invalid")),
            ("contact", contact()),
            ("rights", json!({ "type": "array", "items": right })),
            ("seal", flag("whether they may make seals; true if nothing is said")),
            ("published", flag("whether they stand in the public directory")),
        ],
    )
}

fn download() -> Value {
    let with_code = object(&[("one-time-code", code())], &[]);
    let proof = json!({ "oneOf": [one_of(["login"]), with_code] });
    let terms = json!({ "type": "boolean", "description": "whether the terms are accepted" });
    let encoding = one_of(["portal", "old-windows"]);
    object(&[reference(), ("proof", proof), ("terms", terms)], &[("encoding", encoding)])
}

/// Nobody, if it is left out.
fn contact() -> Value {
    let name = text("the contact person's name", "Karen Kontakt");
    let email = text("the contact person's e-mail address", "kontakt@a.invalid");
    object(&[("name", name), ("email", email)], &[])
}

fn code() -> Value {
    text("the one-time code that was shown when it was ordered", "00000-00000-00000-00000")
}

fn environment() -> (&'static str, Value) {
    ("environment", one_of(Environment::ALL.map(Environment::name)))
}

fn profile() -> (&'static str, Value) {
    ("profile", text("the id of a profile", "00000000-0000-4000-8000-000000000000"))
}

fn reference() -> (&'static str, Value) {
    ("reference", text("the number of an order", "00000000-0000-4000-8000-000000000000"))
}

fn serial() -> (&'static str, Value) {
    ("serial", text("the serial number of a certificate, in hexadecimal", "4f2a"))
}

fn signing_request() -> (&'static str, Value) {
    ("request", text("a signing request (PKCS#10), in PEM or in base64", "MII="))
}

fn identification() -> (&'static str, Value) {
    ("identification", one_of(["login", "one-time-code"]))
}

fn one_of_methods() -> (&'static str, Value) {
    ("method", one_of(["browser", "api"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    #[test]
    fn what_is_described_is_read() {
        let reads = |asked: &Value| {
            let request = wire::read(asked.to_string().as_bytes());
            request.is_ok_and(|request| asked.get(request.name().unwrap()).is_some())
        };
        assert_eq!(form().differences(reads), Vec::<String>::new());
    }

    #[test]
    fn everything_that_is_read_is_described() {
        let refused = wire::read(br#"{"none":{}}"#).unwrap_err().to_string();
        let known: Vec<_> = refused.split('`').skip(1).step_by(2).collect();
        assert_eq!(known, form().names().collect::<Vec<_>>(), "{refused}");
    }
}
