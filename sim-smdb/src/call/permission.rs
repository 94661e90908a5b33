//! Whether the token lets its holder do this, and for whom.

use oio_idws::{
    assertion::Assertion,
    privileges::{Privileges, Scope},
};
use parties::Cvr;

use crate::{
    Rejection,
    contract::{Command, Operation},
};

/// Who calls, as a token says: by the token itself, or by the access token that it was redeemed for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The organisation in the holder's certificate.
    pub(crate) cvr: &'a Cvr,
    /// What the holder may do.
    pub(crate) privileges: Option<&'a Privileges>,
}

impl<'a> From<&'a Assertion> for Caller<'a> {
    fn from(assertion: &'a Assertion) -> Self {
        Self { cvr: &assertion.cvr, privileges: assertion.privileges.as_ref() }
    }
}

/// The holder acts for its own organisation, or for another one by power of attorney (*fuldmagt*),
/// which a token shows as a group of privileges with that organisation's scope.
pub(super) fn permitted(
    caller: Caller<'_>,
    operation: Operation,
    command: &Command,
) -> Result<(), Rejection> {
    let Some(authority) = authority(command) else { return Ok(()) };
    let held = |privilege: &&str| caller.privileges.is_some_and(|it| it.hold(privilege, authority));
    let needed = operation.privileges();
    if needed.iter().any(held) {
        return Ok(());
    }
    let mut groups = caller.privileges.iter().flat_map(|it| &it.groups);
    let attorney = groups.any(|group| matches!(&group.scope, Scope::Cvr(cvr) if cvr == authority));
    let authority = authority.clone();
    Err(if authority != *caller.cvr && !attorney {
        Rejection::ForeignAuthority { holder: caller.cvr.clone(), authority }
    } else {
        Rejection::MissingPrivilege { operation, authority }
    })
}

/// On whose behalf the call is; `None` where any valid token will do.
const fn authority(command: &Command) -> Option<&Cvr> {
    match command {
        Command::Ping(_) | Command::CodeLists(_) => None,
        Command::Report(it) => Some(&it.authority),
        Command::Annul(it) => Some(&it.authority),
        Command::Fetch(it) => Some(&it.authority),
        Command::Search(it) => Some(&it.authority),
        Command::Status(it) => Some(&it.authority),
        Command::ErrorList(it) => Some(&it.authority),
    }
}
