//! How a certificate is ordered at MitID Erhverv, as DST's guide has it: in the portal, under a profile
//! of its own, and downloaded with the key that the portal draws.

use std::collections::BTreeSet;

use clock::Timestamp;
use parties::{Core, Cvr, Environment, Link, SystemUserId};
use pki::{Certificate, PrivateKey};
use sim_mitid::{
    Answer, Lesson, Request,
    order::{Identification, Method, NewOrder, Proof},
    profile::{NewProfile, ProfileKind},
    request::Encoding,
};

use super::{InProcess, administrators::issued_as};
use crate::{scenario::CertificateName, world::ActionOutcome};

impl<L: Link + Clone> InProcess<L> {
    /// Orders a system certificate for a system user's organisation, under a new profile.
    pub(super) fn order(
        &mut self,
        system_user: &SystemUserId,
        environment: Environment,
        subject_name: &str,
        r#as: &CertificateName,
        now: Timestamp,
    ) -> ActionOutcome {
        let Some(cvr) = self.organisation_of(system_user) else {
            return ActionOutcome::refused(
                "unknown-system-user",
                "nobody has registered the system user",
                None,
            );
        };
        let Ok(key) = self.next_key() else {
            return ActionOutcome::refused("key-missing", "the pool has no key left", None);
        };
        match self.certify(environment, cvr, subject_name, &key, now) {
            Ok(certificate) => {
                let note = issued_as(&certificate);
                self.clients.certificates.hold(r#as, environment, certificate, key);
                ActionOutcome::Done { note: Some(note) }
            }
            Err(Answer::Rejected(rejection)) => {
                ActionOutcome::refused(rejection.name(), &rejection, Some(rejection.finding()))
            }
            Err(other) => ActionOutcome::refused("unexpected-answer", &format!("{other:?}"), None),
        }
    }

    fn organisation_of(&self, system_user: &SystemUserId) -> Option<Cvr> {
        let administration = self.services.sts.administration();
        let it_system = &administration.system_user(system_user)?.it_system;
        Some(administration.it_system(it_system)?.organisation.clone())
    }

    /// A new profile, an order under it, and what is downloaded.
    ///
    /// # Errors
    ///
    /// The answer that was not to be expected.
    pub(super) fn certify(
        &mut self,
        environment: Environment,
        cvr: Cvr,
        subject_name: &str,
        key: &PrivateKey,
        now: Timestamp,
    ) -> Result<Certificate, Answer> {
        let profile = Request::CreateProfile(NewProfile {
            environment,
            cvr,
            certificate_name: subject_name.to_owned(),
            email: None,
            contact: None,
            kind: ProfileKind::System,
            rights: BTreeSet::new(),
            seal: true,
            published: false,
        });
        let profile = match self.services.ask_mitid(&profile, now) {
            Answer::ProfileCreated { profile } => profile,
            other => return Err(other),
        };
        let (identification, method) = (Identification::Login, Method::Browser);
        let order = NewOrder { profile, identification, method };
        let reference = match self.services.ask_mitid(&Request::Order(order), now) {
            Answer::Ordered { reference, .. } => reference,
            other => return Err(other),
        };
        self.services.mitid.learn(Lesson::KeyPair(key.clone()));
        let (proof, terms, encoding) = (Proof::Login, true, Encoding::Portal);
        let download = Request::Download { reference, proof, terms, encoding };
        match self.services.ask_mitid(&download, now) {
            Answer::Downloaded(download) => Ok(download.certificate),
            other => Err(other),
        }
    }
}
