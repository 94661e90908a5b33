//! MitID Erhverv, asked over the wire for a certificate, as an administrator would in the portal
//! and a system over the API.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clock::Timestamp;
use parties::{Cvr, Environment};
use pki::{Certificate, Name, PrivateKey, SigningRequest, TrustAnchors};
use serde_json::{Value, json};

use crate::{Remote, RemoteError, apart, keys::KeyFile, program::tell, publication::is_of};

/// Held by who connects an organisation, from the look whether it is connected until it is and allows
/// certificates.
static CONNECTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The portal of MitID Erhverv. A clone goes on with what another one has begun.
#[derive(Debug, Clone)]
pub struct Portal {
    control: Remote,
    /// By the key that a certificate is wanted for, what is not done yet.
    begun: Arc<Mutex<BTreeMap<Vec<u8>, Begun>>>,
}

/// How far an order has come. What was refused halfway is gone on with: to begin anew with each try
/// would leave a profile and an order behind each time.
#[derive(Debug, Clone, Default)]
struct Begun {
    profile: Option<Value>,
    order: Option<Order>,
    /// What was issued, and could not be written yet.
    issued: Option<Certificate>,
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
    /// Its key.
    pub key: PrivateKey,
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
    /// What somebody must do before it is of any use to try again.
    #[must_use]
    pub fn what_to_do(&self) -> Option<&'static str> {
        match self {
            Self::Remote(RemoteError::Refused { .. })
            | Self::Unexpected { .. }
            | Self::Foreign { .. } => Some(
                "put that right at the control port of MitID Erhverv (`GET /__admin/docs` says how)",
            ),
            // What is there and cannot be read says itself what to do.
            Self::Keep(error) if error.kind() == std::io::ErrorKind::InvalidData => None,
            Self::Keep(_) => Some("make room in the data folder, or let the program write there"),
            Self::Remote(RemoteError::Fetch(_)) => None,
        }
    }

    fn is_refused_as(&self, names: &[&str]) -> bool {
        matches!(self, Self::Remote(RemoteError::Refused { name, .. }) if names.contains(&&**name))
    }

    /// Whether what was begun is there no more: MitID Erhverv was reset, or began anew.
    fn is_forgotten(&self) -> bool {
        self.is_refused_as(&[
            "unknown-organisation",
            "unknown-profile",
            "unknown-order",
            "wrong-code",
        ])
    }

    /// Whether the order is over, and its profile is not: somebody has closed it, or its
    /// certificate was issued and the answer lost.
    fn is_over(&self) -> bool {
        self.is_refused_as(&[
            "order-expired",
            "order-cancelled",
            "order-fulfilled",
            "code-used",
            "code-locked",
        ])
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

    /// The key in `file`, and its certificate in the file of the same name with the ending `cer`.
    /// Where there is none, or one of another authority than `anchors` or for another key, another
    /// one is ordered and put there. One that has ended stays: others have pinned it.
    ///
    /// # Errors
    ///
    /// If it is refused, or cannot be kept: then it is written at the next try, and not ordered
    /// again.
    pub async fn held_or_ordered(
        &self,
        file: &KeyFile,
        wanted: &Wanted,
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<Held, PortalError> {
        let (of_key, name) = (file.clone(), format!("{}.cer", file.name));
        let (folder, certificate_file) = (file.folder.clone(), name.clone());
        let read = apart(move || Ok((of_key.key()?, folder.read(&certificate_file)?)));
        let (key, held): (_, Option<Vec<u8>>) = read.await.map_err(PortalError::Keep)?;
        let is_good = |it: &Certificate| it.public_key() == key.public() && is_of(anchors, it);
        let held = held.and_then(|it| Certificate::from_cer(&it).ok());
        if let Some(held) = held.filter(is_good) {
            let ends = held.first_refused();
            if ends <= now {
                tell(format!(
                    "{} ended at {ends}, and it is {now}: clients that look will refuse it; remove the \
                     file, and another is ordered at the next start",
                    file.folder.at(&name).display()
                ));
            }
            return Ok(Held { certificate: held, key, is_new: false });
        }
        let foreign = || PortalError::Foreign { name: wanted.certificate_name.clone() };
        let id = key.public().spki().to_vec();
        let before = self.begun().get(&id).cloned().unwrap_or_default();
        if before.foreign.is_some_and(|published| published.root() == anchors.root()) {
            return Err(foreign());
        }
        let issued = match before.issued.filter(is_good) {
            Some(issued) => issued,
            None => self.order(wanted, &key).await?,
        };
        if !is_good(&issued) {
            let published = Some(anchors.clone());
            self.begun().insert(id, Begun { foreign: published, ..Begun::default() });
            return Err(foreign());
        }
        let unwritten = Begun { issued: Some(issued.clone()), ..Begun::default() };
        self.begun().insert(id.clone(), unwritten);
        let (folder, pem) = (file.folder.clone(), issued.to_pem());
        apart(move || folder.write(&name, pem.as_bytes())).await?;
        self.begun().remove(&id);
        Ok(Held { certificate: issued, key, is_new: true })
    }

    /// Orders a system certificate under a profile of its own and has it issued for `key`. The
    /// organisation is connected if it is not. What was refused before is gone on with; where that
    /// is over, it is told, and another order placed.
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
        if let Err(error) = &issued
            && !is_new
            && error.is_over()
        {
            tell(format!(
                "{error}; another certificate is ordered. If one was issued for `{}` that is in no file, revoke it \
                 at the control port of MitID Erhverv",
                wanted.certificate_name
            ));
            begun.order = None;
            issued = self.go_on(&mut begun, wanted, key).await;
        }
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
                let created = self.control.administer("create-profile", profile).await?;
                let profile = told(&created["profile-created"]["profile"]);
                let profile = profile.ok_or_else(|| unexpected("create-profile", "a profile"))?;
                begun.profile.insert(profile).clone()
            }
        };
        let order = match begun.order.clone() {
            Some(order) => order,
            None => {
                let order = json!({
                    "profile": profile, "identification": "one-time-code", "method": "api",
                });
                let ordered = self.control.administer("order", order).await?;
                let of = |key, missing| {
                    told(&ordered["ordered"][key]).ok_or_else(|| unexpected("order", missing))
                };
                let order = Order {
                    reference: of("reference", "a reference number")?,
                    code: of("code", "a one-time code")?,
                };
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
        let issued = self.control.administer("issue", issue).await?;
        let certificate = serde_json::from_value(issued["issued"].clone());
        certificate.map_err(|_| unexpected("issue", "a certificate"))
    }

    async fn connect(&self, environment: &str, cvr: &Cvr, name: &str) -> Result<(), RemoteError> {
        // Several programs in one may want it at once, and each looks before it does it.
        let _alone = CONNECTING.lock().await;
        let is_it = |it: &Value| it["environment"] == environment && it["cvr"] == cvr.as_str();
        // What cannot be looked at, since it is too long for instance, may be done all the same.
        let shown = self.control.look().await.unwrap_or_default();
        let organisations = shown["organisations"].as_array().into_iter().flatten();
        match organisations.into_iter().find(|it| is_it(it)) {
            Some(organisation) if organisation["certificates-allowed"] == true => return Ok(()),
            // Who connected it came no further.
            Some(_) => {}
            None => {
                let connect = json!({ "environment": environment, "cvr": cvr, "name": name });
                match self.control.administer("connect", connect).await {
                    // Another program may have done it since.
                    Err(RemoteError::Refused { name, .. }) if name == "already-connected" => {}
                    answer => _ = answer?,
                }
            }
        }
        let allow = json!({ "environment": environment, "cvr": cvr, "allowed": true });
        self.control.administer("allow-certificates", allow).await.map(|_: Value| ())
    }
}

/// What stands in an answer, if anything does.
fn told(value: &Value) -> Option<Value> {
    (!value.is_null()).then(|| value.clone())
}

const fn unexpected(asked: &'static str, missing: &'static str) -> PortalError {
    PortalError::Unexpected { asked, missing }
}
