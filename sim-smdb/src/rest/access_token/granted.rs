//! Privileges as an access token says them, short enough for a head: a caller with powers of attorney
//! (*fuldmagter*) may do the same for many organisations, and what it may do is written once.

use oio_idws::privileges::{Constraint, PrivilegeGroup, Privileges, Scope};
use parties::Cvr;
use serde::{Deserialize, Serialize};

/// What may be done, and for whom.
#[derive(Serialize, Deserialize)]
pub(super) struct Granted {
    /// Their URIs.
    privileges: Vec<String>,
    /// What limits them: names and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    constraints: Vec<(String, String)>,
    /// The organisations for which they hold.
    cvr: Vec<Cvr>,
    /// What else they hold for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
}

/// What a token of the STS grants; groups that grant alike become one, in the place of the first.
pub(super) fn of(privileges: &Privileges) -> Vec<Granted> {
    let mut all: Vec<Granted> = Vec::new();
    for PrivilegeGroup { scope, privileges, constraints } in &privileges.groups {
        let constraints: Vec<_> =
            constraints.iter().map(|it| (it.name.clone(), it.value.clone())).collect();
        let alike =
            all.iter().position(|it| it.privileges == *privileges && it.constraints == constraints);
        let at = alike.unwrap_or_else(|| {
            let privileges = privileges.clone();
            all.push(Granted { privileges, constraints, cvr: Vec::new(), scopes: Vec::new() });
            all.len() - 1
        });
        match scope {
            Scope::Cvr(cvr) => all[at].cvr.push(cvr.clone()),
            Scope::Other(scope) => all[at].scopes.push(scope.clone()),
        }
    }
    all
}

/// The privileges of a caller, one group for each organisation again.
pub(super) fn to_privileges(all: Vec<Granted>) -> Privileges {
    let groups = all.into_iter().flat_map(|Granted { privileges, constraints, cvr, scopes }| {
        let scopes = cvr.into_iter().map(Scope::Cvr).chain(scopes.into_iter().map(Scope::Other));
        let constraints: Vec<_> =
            constraints.into_iter().map(|(name, value)| Constraint { name, value }).collect();
        scopes.map(move |scope| PrivilegeGroup {
            scope,
            privileges: privileges.clone(),
            constraints: constraints.clone(),
        })
    });
    Privileges { groups: groups.collect() }
}
