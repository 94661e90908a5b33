//! What clients look for in subjects: what can be reckoned before the certificates are there.

use std::collections::BTreeMap;

use ::parties::SystemUserId;

use super::{
    super::{
        FindBy, Organisation, OrganisationName, SystemUser,
        file::{self, File, Word},
        mistake::{Found, Mistakes, Wrong, all},
    },
    words::{key, wrong},
};
use crate::subject::Subject;

/// Refuses names of certificates that a client may find, or not find, for a reason that no file can say.
pub(super) fn subjects(
    file: &File,
    system_users: &BTreeMap<SystemUserId, SystemUser>,
    organisations: &BTreeMap<OrganisationName, Organisation>,
) -> Result<(), Mistakes> {
    let by_subject = |client: &file::Client| {
        client.find_by.as_ref().is_some_and(|it| it.get_ref() == FindBy::SubjectName.name())
    };
    if !file.client.values().any(by_subject) {
        return Ok(());
    }
    let certificates = file.certificate.values().map(|it| (&it.system_user, &it.system_user));
    let ordered = file.at.iter().filter_map(|at| match at.get_ref().r#do.get_ref() {
        file::Do::Mitid(file::Mitid::Order(order)) => {
            Some((&order.system_user, order.subject_name.as_ref().unwrap_or(&order.system_user)))
        }
        _ => None,
    });
    let named = certificates.chain(ordered).map(|(owner, name)| {
        let owner = &system_users[&key("system user", owner, system_users)?];
        let organisation = &organisations[&owner.organisation];
        let subject = Subject::new(name.get_ref().trim(), &organisation.name, &organisation.cvr);
        Ok((name, subject))
    });
    let named: Vec<(&Word, Subject)> = all(named)?;
    all::<(), Vec<()>>(named.iter().map(|(word, own)| judge(word, own, &named))).map(drop)
}

fn judge(word: &Word, own: &Subject, all: &[(&Word, Subject)]) -> Result<(), Found> {
    let name = word.get_ref().trim();
    if !own.contains(name) {
        return Err(wrong(word, Wrong::NotInOwnSubject { name: name.to_owned() }));
    }
    if all.iter().any(|(_, other)| other.may_contain(name)) {
        return Err(wrong(word, Wrong::MayBeInUuid { name: name.to_owned() }));
    }
    Ok(())
}
