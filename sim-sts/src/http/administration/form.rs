//! The form of a click, for people. The administration itself reads requests by their types; a test
//! holds the two together.

use parties::{Environment, Slot};
use shell::control::form::{Form, object, one_of, text};

/// Every click, with its fields.
pub(super) fn form() -> Form {
    let handle = || text("a handle", "fagsystem-a");
    let cvr = || text("a CVR number", "90000001");
    let uri = || text("a URI", "https://fagsystem-a.invalid");
    let slot = || one_of(Slot::ALL.map(Slot::name));
    let environment = || one_of(Environment::ALL.map(Environment::name));
    let file = text("the file with the certificate: PEM as it is, or any file in base64", "MII=");
    let file_name = text("what the file is called", "fagsystem-a.cer");
    let privilege =
        || object(&[("environment", environment()), ("audience", uri()), ("uri", uri())], &[]);
    let power =
        || object(&[("grantor", cvr()), ("attorney", cvr()), ("privilege", privilege())], &[]);

    let user = || ("system-user", handle());
    let of_privilege = || object(&[user(), ("privilege", privilege())], &[]);
    let of_power = || object(&[("power", power())], &[]);
    let it_system = || ("it-system", handle());
    let save =
        object(&[user(), ("slot", slot()), ("certificate", file)], &[("file-name", file_name)]);
    Form::new([
        ("create-it-system", object(&[it_system(), ("organisation", cvr())], &[])),
        ("create-system-user", object(&[user(), it_system(), ("entity-id", uri())], &[])),
        ("save-entity-id", object(&[user(), ("entity-id", uri())], &[])),
        ("save", save),
        ("remove", object(&[user(), ("slot", slot())], &[])),
        ("provision", object(&[user(), ("environment", environment())], &[])),
        ("request-privilege", of_privilege()),
        ("approve-privilege", of_privilege()),
        ("refuse-privilege", of_privilege()),
        ("withdraw-privilege", of_privilege()),
        ("give-power-of-attorney", of_power()),
        ("withdraw-power-of-attorney", of_power()),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::administration::Request;

    #[test]
    fn the_administration_reads_what_is_described() {
        let reads = |it: &Value| {
            let request = serde_json::from_value::<Request>(it.clone());
            request.is_ok_and(|request| it.get(request.name().unwrap()).is_some())
        };
        assert_eq!(form().differences(reads), Vec::<String>::new());
    }

    #[test]
    fn everything_that_the_administration_reads_is_described() {
        let error = serde_json::from_str::<Request>(r#"{"none":{}}"#).unwrap_err().to_string();
        let known: Vec<_> = error.split('`').skip(3).step_by(2).collect();
        assert_eq!(known, form().names().collect::<Vec<_>>(), "{error}");
    }
}
