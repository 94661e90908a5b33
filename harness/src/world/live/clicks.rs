//! What administrators do in a live world: clicks at the control ports of the services.

use std::fmt::Display;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clock::Timestamp;
use entropy::Entropy;
use parties::{Environment, Finding, SystemUserId};
use pki::{Certificate, PrivateKey, SigningRequest, pkcs12};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shell::{BaseUrl, Remote, control::act};

use super::{Live, https::Told};
use crate::{
    scenario::{Action, CertificateName, UploadedFile},
    world::{
        ActionOutcome,
        certificates::Held,
        in_process::{issued_as, key_store_file},
    },
};

impl Live {
    /// Does what one person does.
    pub(super) fn carry_out(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
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
        self.click(action).unwrap_or_else(|refused| refused)
    }

    /// What comes of it; a refusal is an error here.
    fn click(&mut self, action: &Action) -> Result<ActionOutcome, ActionOutcome> {
        let done = ActionOutcome::Done { note: None };
        let (mitid, nemlogin) =
            (self.served.mitid_control.clone(), self.served.sts_control.clone());
        match action {
            Action::Renew { certificate, r#as } => return self.renew(certificate, r#as),
            Action::Order { system_user, environment, r#as, subject_name } => {
                return self.order(system_user, *environment, subject_name, r#as);
            }
            Action::Revoke { certificate, reason } => {
                let held = self.held(certificate);
                let serial = held.credential.certificate.serial();
                let asked =
                    json!({ "environment": held.environment, "serial": serial, "reason": reason });
                self.ask(&mitid, "revoke", &asked)?;
            }
            Action::Save { system_user, slot, certificate, file } => {
                let credential = &self.held(certificate).credential;
                let file = match file {
                    UploadedFile::Cer => credential.certificate.to_pem(),
                    UploadedFile::P12 => {
                        STANDARD.encode(key_store_file(credential, &mut Entropy::Os))
                    }
                };
                let asked =
                    json!({ "system-user": system_user, "slot": slot, "certificate": file });
                self.ask(&nemlogin, "save", &asked)?;
            }
            Action::Remove { system_user, slot } => {
                let asked = json!({ "system-user": system_user, "slot": slot });
                self.ask(&nemlogin, "remove", &asked)?;
            }
            Action::Provision { system_user, environment } => {
                let asked = json!({ "system-user": system_user, "environment": environment });
                self.ask(&nemlogin, "provision", &asked)?;
            }
            Action::ChangeChain { server, environment } => {
                let changed = self.served.change_chain(*server, *environment);
                changed.map_err(|error| unexpected(&error))?;
            }
            // The STS and SMDB were given this in advance, as a timeline; technicians have acted.
            Action::RollOver { .. }
            | Action::TrustSigner { .. }
            | Action::PinSigner { .. }
            | Action::TrustChain { .. }
            | Action::Deploy { .. }
            | Action::Install { .. }
            | Action::Restart { .. } => {}
        }
        Ok(done)
    }

    /// Renews a certificate as its holder does, for a key of their own.
    fn renew(
        &mut self,
        certificate: &CertificateName,
        r#as: &CertificateName,
    ) -> Result<ActionOutcome, ActionOutcome> {
        let held = self.held(certificate);
        let (environment, credential) = (held.environment, held.credential.clone());
        let key = self.keys.take();
        let request = SigningRequest::make(credential.certificate.subject(), &key);
        let serial = credential.certificate.serial();
        let asked =
            json!({ "environment": environment, "serial": serial, "request": request.to_pem() });
        let mut answer = self.ask(&self.served.mitid_control, "renew", &asked)?;
        let issued = read::<Certificate>(answer["issued"].take())?;
        Ok(self.hold(r#as, environment, issued, key))
    }

    /// Orders a certificate in the portal, as DST's guide has it: under a profile of its own, and
    /// downloaded with the key that the portal draws.
    fn order(
        &mut self,
        system_user: &SystemUserId,
        environment: Environment,
        subject_name: &str,
        r#as: &CertificateName,
    ) -> Result<ActionOutcome, ActionOutcome> {
        let unknown = || {
            ActionOutcome::refused(
                "unknown-system-user",
                "nobody has registered the system user",
                None,
            )
        };
        let cvr = self.served.nemlogin().look_at_administration(|it| {
            let it_system = &it.system_user(system_user)?.it_system;
            Some(it.it_system(it_system)?.organisation.clone())
        });
        let portal = &self.served.mitid_control;
        let profile = json!({
            "environment": environment,
            "cvr": cvr.ok_or_else(unknown)?,
            "certificate-name": subject_name,
            "kind": "system",
        });
        let created = self.ask(portal, "create-profile", &profile)?;
        let profile = &created["profile-created"]["profile"];
        let order = json!({ "profile": profile, "identification": "login", "method": "browser" });
        let ordered = self.ask(portal, "order", &order)?;
        let reference = &ordered["ordered"]["reference"];
        let download = json!({ "reference": reference, "proof": "login", "terms": true });
        let mut downloaded = self.ask(portal, "download", &download)?;
        let Downloaded { file, password } = read(downloaded["downloaded"].take())?;
        let file = STANDARD.decode(file).map_err(|error| unexpected(&error))?;
        let opened = pkcs12::open(&file, &password).map_err(|error| unexpected(&error))?;
        let issued = opened.certificates.into_iter().next();
        let issued = issued.ok_or_else(|| unexpected(&"a key store without a certificate"))?;
        Ok(self.hold(r#as, environment, issued, opened.key))
    }

    fn hold(
        &mut self,
        name: &CertificateName,
        environment: Environment,
        certificate: Certificate,
        key: PrivateKey,
    ) -> ActionOutcome {
        let note = Some(issued_as(&certificate));
        self.clients.certificates.hold(name, environment, certificate, key);
        ActionOutcome::Done { note }
    }

    /// What was issued by this name.
    fn held(&self, certificate: &CertificateName) -> &Held {
        self.clients.certificates.get(certificate).expect("whoever acts with it has looked")
    }

    /// One act at a control port; a refusal is an error, with what speaks against it.
    fn ask(&self, control: &BaseUrl, name: &str, asked: &Value) -> Result<Value, ActionOutcome> {
        let remote = Remote::new(control.clone(), None);
        let body = json!({ name: asked });
        let answered = self.served.runtime.block_on(remote.post(act::PATH, &body));
        let (status, answer) = answered.map_err(|error| unexpected(&error))?;
        if status.is_success() {
            return Ok(answer);
        }
        let text = [&answer["rejected"]["text"], &answer["text"], &answer["error"]];
        let text = text.into_iter().find_map(Value::as_str).unwrap_or_default();
        let told: Vec<Told> =
            serde_json::from_value(answer["diagnosis"].clone()).unwrap_or_default();
        let finding = told.into_iter().next().map(Finding::from);
        let cause =
            finding.as_ref().map_or("unexpected-answer", |finding| &finding.cause).to_owned();
        Err(ActionOutcome::refused(&cause, text, finding))
    }
}

/// What the portal hands out.
#[derive(Deserialize)]
struct Downloaded {
    file: String,
    password: String,
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, ActionOutcome> {
    serde_json::from_value(value).map_err(|error| unexpected(&error))
}

fn unexpected(what: &(impl Display + ?Sized)) -> ActionOutcome {
    ActionOutcome::refused("unexpected-answer", what, None)
}
