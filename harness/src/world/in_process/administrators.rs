//! What administrators do in a virtual world: each click is a request to the party in charge.

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::Credential;
use parties::{Environment, Link, Slot, SystemUserId};
use pki::{Certificate, KeySize, PrivateKey, RevocationReason, SigningRequest, pkcs12};
use sim_sts::administration;

use super::{InProcess, SetUpError};
use crate::{
    scenario::{Action, CertificateName, UploadedFile},
    world::{ActionOutcome, certificates::Held},
};

impl<L: Link + Clone> InProcess<L> {
    pub(super) fn next_key(&mut self) -> Result<PrivateKey, SetUpError> {
        self.keys.pop().ok_or(SetUpError::KeyMissing { size: KeySize::Rsa3072, needed: 1 })
    }

    pub(super) fn save(
        &mut self,
        system_user: &SystemUserId,
        slot: Slot,
        certificate: &CertificateName,
        file: UploadedFile,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        // What the administrator uploads is a file, and it is read as one.
        let credential = self.held(certificate).credential.clone();
        let file = match file {
            UploadedFile::Cer => credential.certificate.to_pem().into_bytes(),
            UploadedFile::P12 => key_store_file(&credential, &mut self.services.streams.sts),
        };
        let request = administration::Request::Save {
            system_user: system_user.clone(),
            slot,
            certificate: Certificate::from_cer(&file).map(Box::new),
            file_name: None,
        };
        self.services.administer(&request, now)
    }

    pub(super) fn provision(
        &mut self,
        system_user: &SystemUserId,
        environment: Environment,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        let system_user = system_user.clone();
        self.services
            .administer(&administration::Request::Provision { system_user, environment }, now)
    }

    fn renew(
        &mut self,
        certificate: &CertificateName,
        r#as: &CertificateName,
        now: Timestamp,
    ) -> ActionOutcome {
        let held = self.held(certificate).clone();
        let Ok(key) = self.next_key() else {
            return ActionOutcome::refused("key-missing", "the pool has no key left", None);
        };
        let name = held.credential.certificate.subject();
        let request = sim_mitid::Request::Renew {
            environment: held.environment,
            serial: *held.credential.certificate.serial(),
            request: Ok(SigningRequest::make(name, &key)),
        };
        match self.services.ask_mitid(&request, now) {
            sim_mitid::Answer::Issued(issued) => {
                let note = issued_as(&issued);
                self.clients.certificates.hold(r#as, held.environment, issued, key);
                ActionOutcome::Done { note: Some(note) }
            }
            sim_mitid::Answer::Rejected(rejection) => {
                ActionOutcome::refused(rejection.name(), &rejection, Some(rejection.finding()))
            }
            other => ActionOutcome::refused("unexpected-answer", &format!("{other:?}"), None),
        }
    }

    fn revoke(
        &mut self,
        certificate: &CertificateName,
        reason: RevocationReason,
        now: Timestamp,
    ) -> ActionOutcome {
        let held = self.held(certificate);
        let request = sim_mitid::Request::Revoke {
            environment: held.environment,
            serial: *held.credential.certificate.serial(),
            reason,
        };
        match self.services.ask_mitid(&request, now) {
            sim_mitid::Answer::Revoked => ActionOutcome::Done { note: None },
            sim_mitid::Answer::Rejected(rejection) => {
                ActionOutcome::refused(rejection.name(), &rejection, Some(rejection.finding()))
            }
            other => ActionOutcome::refused("unexpected-answer", &format!("{other:?}"), None),
        }
    }

    /// What was issued by this name.
    fn held(&self, certificate: &CertificateName) -> &Held {
        self.clients.certificates.get(certificate).expect("whoever acts with it has looked")
    }

    /// Does what one person does.
    pub(super) fn carry_out(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        let done = |result: Result<(), administration::Rejection>| match result {
            Ok(()) => ActionOutcome::Done { note: None },
            Err(rejection) => {
                ActionOutcome::refused(rejection.name(), &rejection, Some(rejection.finding()))
            }
        };
        // A renewal that was refused leaves a name without a certificate.
        if !self.clients.certificates.suffice_for(action) {
            return ActionOutcome::refused(
                "no-certificate",
                "the certificate was never issued",
                None,
            );
        }
        if let Some(outcome) = self.clients.carry_out(action, now) {
            return outcome;
        }
        match action {
            Action::Renew { certificate, r#as } => self.renew(certificate, r#as, now),
            Action::Order { system_user, environment, r#as, subject_name } => {
                self.order(system_user, *environment, subject_name, r#as, now)
            }
            Action::Revoke { certificate, reason } => self.revoke(certificate, *reason, now),
            Action::Save { system_user, slot, certificate, file } => {
                done(self.save(system_user, *slot, certificate, *file, now))
            }
            Action::Remove { system_user, slot } => {
                let (system_user, slot) = (system_user.clone(), *slot);
                done(
                    self.services
                        .administer(&administration::Request::Remove { system_user, slot }, now),
                )
            }
            Action::Provision { system_user, environment } => {
                done(self.provision(system_user, *environment, now))
            }
            Action::ChangeChain { server, environment } => {
                self.services.chains.change(*server, *environment);
                ActionOutcome::Done { note: None }
            }
            // The STS and SMDB were given this in advance, as a timeline; technicians have acted.
            Action::RollOver { .. }
            | Action::TrustSigner { .. }
            | Action::PinSigner { .. }
            | Action::TrustChain { .. }
            | Action::Deploy { .. }
            | Action::Install { .. }
            | Action::Restart { .. } => ActionOutcome::Done { note: None },
        }
    }
}

/// The key store as the portal gives it out: what is uploaded by mistake.
pub(in crate::world) fn key_store_file(credential: &Credential, entropy: &mut Entropy) -> Vec<u8> {
    let Credential { certificate, key } = credential;
    let friendly_name = certificate.subject().common_name().unwrap_or_default();
    let contents = pkcs12::Contents { key, certificate, authorities: &[], friendly_name };
    pkcs12::portal(&contents, "skift", entropy)
}

/// What there is to say of a certificate that was just issued.
pub(in crate::world) fn issued_as(certificate: &Certificate) -> String {
    let (serial, from) = (certificate.serial(), certificate.not_before());
    format!("serial {serial}, valid from {from}, refused from {}", certificate.first_refused())
}
