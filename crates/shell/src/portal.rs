//! MitID Erhverv, asked over the wire for a certificate, as an administrator would in the portal and
//! a system over the API.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clock::Timestamp;
use parties::{Cvr, Environment};
use pki::{Certificate, Name, PrivateKey, SigningRequest, TrustAnchors};
use serde_json::{Value, json};

use crate::{Folder, Remote, RemoteError, program::tell, publication::is_of};

/// The portal of MitID Erhverv. A clone goes on with what another one has begun.
#[derive(Debug, Clone)]
pub struct Portal {
    control: Remote,
    /// By the key that a certificate is wanted for, what is not done yet.
    begun: Arc<Mutex<BTreeMap<Vec<u8>, Begun>>>,
}

/// How far an order has come. What was refused halfway is gone on with: to begin anew with each try would leave a
/// profile and an order behind each time.
#[derive(Debug, Clone, Default)]
struct Begun {
    profile: Option<Value>,
    order: Option<Order>,
    /// The authority that was published when what was issued was of another one.
    foreign: Option<TrustAnchors>,
}

/// An order; its code can be used once. Neither is shown.
#[derive(Clone)]
struct Order {
    reference: Value,
    code: Value,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Order(..)")
    }
}

/// A certificate that an organisation wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// In which environment.
    pub environment: Environment,
    /// The organisation's CVR number.
    pub cvr: Cvr,
    /// Its name.
    pub organisation: String,
    /// The common name in the certificate.
    pub certificate_name: String,
    /// The e-mail address of who gets the mails about it.
    pub contact: String,
}

/// A certificate that a program has.
#[derive(Debug, Clone)]
pub struct Held {
    /// The certificate.
    pub certificate: Certificate,
    /// Whether it was ordered just now: nobody knows it yet.
    pub is_new: bool,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum PortalError {
    /// MitID Erhverv says no, or nothing.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// It answers something else than was asked for.
    #[error(
        "MitID Erhverv answers `{asked}` without {missing}: is its version that of this program?"
    )]
    Unexpected {
        /// What it was asked.
        asked: &'static str,
        /// What is not in the answer.
        missing: &'static str,
    },
    /// What it issued is not of the hierarchy that it publishes.
    #[error(
        "MitID Erhverv issues `{name}` by another authority than it publishes: are `mitid` and \
         `mitid-control` addresses of the same one?"
    )]
    Foreign {
        /// What the certificate is for.
        name: String,
    },
    /// The certificate cannot be kept.
    #[error(transparent)]
    Keep(#[from] std::io::Error),
}

impl PortalError {
    /// Whether asking again is of no use until somebody has done something about it.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Remote(RemoteError::Refused { .. })
            | Self::Unexpected { .. }
            | Self::Foreign { .. } => true,
            Self::Remote(RemoteError::Fetch(_)) | Self::Keep(_) => false,
        }
    }

    /// Whether what was begun is there no more: MitID Erhverv was reset, or began anew.
    fn is_forgotten(&self) -> bool {
        let Self::Remote(RemoteError::Refused { name, .. }) = self else { return false };
        ["unknown-organisation", "unknown-profile", "unknown-order", "wrong-code", "order-expired"]
            .contains(&&**name)
    }
}

impl Wanted {
    /// A certificate of the services themselves, whose organisation is the simulator.
    ///
    /// # Panics
    ///
    /// Never: its CVR number is one.
    #[must_use]
    pub fn of_service(environment: Environment, certificate_name: &str) -> Self {
        Self {
            environment,
            cvr: "90000000".parse().expect("eight digits"),
            organisation: "skift".to_owned(),
            certificate_name: certificate_name.to_owned(),
            contact: "drift@skift.invalid".to_owned(),
        }
    }
}

impl Portal {
    /// The portal at the control port of MitID Erhverv.
    #[must_use]
    pub fn new(control: Remote) -> Self {
        Self { control, begun: Arc::default() }
    }

    fn begun(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Begun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The certificate for `key` in the file `name.cer` of `folder`. Where there is none, or one of another
    /// authority than `anchors` or for another key, another one is ordered and put there. One that has ended stays:
    /// others have pinned it.
    ///
    /// # Errors
    ///
    /// If it is refused, or cannot be kept.
    pub async fn held_or_ordered(
        &self,
        folder: &Folder,
        name: &str,
        key: &PrivateKey,
        wanted: &Wanted,
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<Held, PortalError> {
        let file = format!("{name}.cer");
        let held = folder.read(&file)?.and_then(|it| Certificate::from_cer(&it).ok());
        let is_good = |it: &Certificate| it.public_key() == key.public() && is_of(anchors, it);
        if let Some(held) = held.filter(is_good) {
            let ends = held.first_refused();
            if ends <= now {
                tell(format!(
                    "{} ended at {ends}, and it is {now}: clients that look will refuse it; remove the \
                     file, and another is ordered at the next start",
                    folder.at(&file).display()
                ));
            }
            return Ok(Held { certificate: held, is_new: false });
        }
        let foreign = || PortalError::Foreign { name: wanted.certificate_name.clone() };
        let id = key.public().spki().to_vec();
        let before = self.begun().get(&id).and_then(|it| it.foreign.clone());
        if before.is_some_and(|published| published.root() == anchors.root()) {
            return Err(foreign());
        }
        let issued = self.order(wanted, key).await?;
        if !is_good(&issued) {
            let published = Some(anchors.clone());
            self.begun().insert(id, Begun { foreign: published, ..Begun::default() });
            return Err(foreign());
        }
        folder.write(&file, issued.to_pem().as_bytes())?;
        Ok(Held { certificate: issued, is_new: true })
    }

    /// Orders a system certificate under a profile of its own and has it issued for `key`. The organisation
    /// is connected if it is not. What was refused before is gone on with.
    ///
    /// # Errors
    ///
    /// If MitID Erhverv refuses, or does not answer.
    pub async fn order(
        &self,
        wanted: &Wanted,
        key: &PrivateKey,
    ) -> Result<Certificate, PortalError> {
        let id = key.public().spki().to_vec();
        let before = self.begun().remove(&id);
        let (mut begun, is_new) = (before.clone().unwrap_or_default(), before.is_none());
        let mut issued = self.go_on(&mut begun, wanted, key).await;
        if !is_new && issued.as_ref().is_err_and(PortalError::is_forgotten) {
            begun = Begun::default();
            issued = self.go_on(&mut begun, wanted, key).await;
        }
        if issued.is_err() {
            self.begun().insert(id, begun);
        }
        issued
    }

    async fn go_on(
        &self,
        begun: &mut Begun,
        wanted: &Wanted,
        key: &PrivateKey,
    ) -> Result<Certificate, PortalError> {
        let Wanted { environment, cvr, organisation, certificate_name, contact } = wanted;
        let environment = environment.name();
        let profile = match begun.profile.clone() {
            Some(profile) => profile,
            None => {
                self.connect(environment, cvr, organisation).await?;
                let profile = json!({
                    "environment": environment,
                    "cvr": cvr,
                    "certificate-name": certificate_name,
                    "kind": "system",
                    "contact": { "name": organisation, "email": contact },
                });
                let mut created = self.control.administer("create-profile", profile).await?;
                begun.profile.insert(created["profile-created"]["profile"].take()).clone()
            }
        };
        let order = match begun.order.clone() {
            Some(order) => order,
            None => {
                let order = json!({
                    "profile": profile, "identification": "one-time-code", "method": "api",
                });
                let mut ordered = self.control.administer("order", order).await?;
                let mut of = |key| ordered["ordered"][key].take();
                let order = Order { reference: of("reference"), code: of("code") };
                begun.order.insert(order).clone()
            }
        };
        // The authority puts its own names into the certificate, whatever the request says.
        let request = SigningRequest::make(&Name::with_common_name(certificate_name), key);
        let issue = json!({
            "reference": order.reference,
            "code": order.code,
            "request": request.to_pem(),
        });
        let mut issued = self.control.administer("issue", issue).await?;
        let certificate = serde_json::from_value(issued["issued"].take());
        certificate
            .map_err(|_| PortalError::Unexpected { asked: "issue", missing: "a certificate" })
    }

    async fn connect(&self, environment: &str, cvr: &Cvr, name: &str) -> Result<(), RemoteError> {
        let connect = json!({ "environment": environment, "cvr": cvr, "name": name });
        match self.control.administer("connect", connect).await {
            Ok(_) => {}
            // Somebody has done it, or this program at an earlier start.
            Err(RemoteError::Refused { name, .. }) if name == "already-connected" => return Ok(()),
            Err(error) => return Err(error),
        }
        let allow = json!({ "environment": environment, "cvr": cvr, "allowed": true });
        self.control.administer("allow-certificates", allow).await.map(|_: Value| ())
    }
}
