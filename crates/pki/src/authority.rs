//! The authority of one environment: a root, and the issuing authority below it.

use std::{fmt, sync::Arc};

use clock::{Span, Timestamp};
use entropy::Entropy;
use parties::Environment;

use crate::{
    algorithm::SignatureAlgorithm,
    certificate::Certificate,
    chain::TrustAnchors,
    extensions::KeyUsage,
    holder::Holder,
    key::{PrivateKey, PublicKey},
    name::Name,
    profile::{self, Addresses, Draft, LIFETIME},
    revocation::{RevocationList, Revoked},
    serial::Serial,
};

/// How long before the world's start the issuing authority begins. An OCES certificate that is
/// about to expire at the start was issued three years earlier, and a replaced one before that.
const ISSUING_BEGINS_BEFORE: Span = Span::from_days(4 * 365);
/// The real one lives 3650 days. Ours lives longer: one world needs one issuing authority, for
/// certificates three years old at its start as for those issued eight years into it.
const ISSUING_LIFETIME: Span = Span::from_days(15 * 365);
/// The root begins a year before the issuing authority.
const ROOT_BEGINS_BEFORE: Span = Span::from_days(5 * 365);
/// As measured.
const ROOT_LIFETIME: Span = Span::from_days(25 * 365);

/// The authority of one environment, with its keys. A clone is the same authority.
///
/// Structure, algorithms and lives are those of the real hierarchy; the names and addresses are a
/// simulator's own, so that no certificate made here can be taken for a real one.
#[derive(Clone)]
pub struct Authority(Arc<Parts>);

struct Parts {
    environment: Environment,
    addresses: Addresses,
    root_key: PrivateKey,
    issuing_key: PrivateKey,
    root: Certificate,
    issuing: Certificate,
}

/// What is wrong, on purpose, with an issuing authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorityOddity {
    /// `BasicConstraints` says that it is none.
    NotAnAuthority,
    /// `KeyUsage` lacks `keyCertSign`.
    MayNotSign,
    /// One bit of the root's signature over it is flipped.
    BadSignature,
    /// It names another root as its issuer.
    UnknownIssuer,
    /// The root's `BasicConstraints` allow no authority below it.
    NotAllowedByRoot,
    /// Its last second is the one before the world's start.
    Expired,
    /// It becomes valid one day after the world's start.
    NotYetValid,
}

/// Why keys and certificates are not those of one hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOneHierarchy {
    /// The root's certificate names the root of another environment.
    #[error("the root's certificate is not that of this environment's root")]
    Environment,
    /// The root's certificate is that of another key.
    #[error("the root's certificate is not that of its key")]
    Root,
    /// The issuing authority's certificate is that of another key.
    #[error("the issuing authority's certificate is not that of its key")]
    Issuing,
    /// The root has not signed the issuing authority's certificate.
    #[error("the root has not signed the issuing authority's certificate")]
    Signature,
}

impl AuthorityOddity {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NotAnAuthority,
        Self::MayNotSign,
        Self::BadSignature,
        Self::UnknownIssuer,
        Self::NotAllowedByRoot,
        Self::Expired,
        Self::NotYetValid,
    ];
}

impl Authority {
    /// Founds the hierarchy of `environment` in a world that begins at `start`.
    ///
    /// The lives of both authorities are counted from `start`, so that they outlive whatever is
    /// replayed: certificates issued from four years before it to eight years after it, in years of
    /// 365 days, end within them.
    #[must_use]
    pub fn found(
        environment: Environment,
        root_key: PrivateKey,
        issuing_key: PrivateKey,
        start: Timestamp,
        entropy: &mut Entropy,
    ) -> Self {
        Self::found_with(None, environment, root_key, issuing_key, start, entropy)
    }

    /// As [`Self::found`], with an issuing authority that is wrong on purpose.
    #[must_use]
    pub fn found_odd(
        oddity: AuthorityOddity,
        environment: Environment,
        root_key: PrivateKey,
        issuing_key: PrivateKey,
        start: Timestamp,
        entropy: &mut Entropy,
    ) -> Self {
        Self::found_with(Some(oddity), environment, root_key, issuing_key, start, entropy)
    }

    /// The hierarchy of `environment` as it was founded, from its keys and its certificates, which cannot
    /// be signed a second time alike.
    ///
    /// # Errors
    ///
    /// If they are not those of one hierarchy.
    pub fn restored(
        environment: Environment,
        (root_key, root): (PrivateKey, Certificate),
        (issuing_key, issuing): (PrivateKey, Certificate),
    ) -> Result<Self, NotOneHierarchy> {
        if *root.subject() != profile::root_name(environment) {
            return Err(NotOneHierarchy::Environment);
        }
        if root.public_key() != root_key.public() {
            return Err(NotOneHierarchy::Root);
        }
        if issuing.public_key() != issuing_key.public() {
            return Err(NotOneHierarchy::Issuing);
        }
        issuing.verify_signed_by(root_key.public()).map_err(|_| NotOneHierarchy::Signature)?;
        let addresses = Addresses::of(environment);
        Ok(Self(Arc::new(Parts { environment, addresses, root_key, issuing_key, root, issuing })))
    }

    fn found_with(
        oddity: Option<AuthorityOddity>,
        environment: Environment,
        root_key: PrivateKey,
        issuing_key: PrivateKey,
        start: Timestamp,
        entropy: &mut Entropy,
    ) -> Self {
        let start = start.truncated_to_second();
        let addresses = Addresses::of(environment);
        let (root_name, issuing_name) =
            (profile::root_name(environment), profile::issuing_name(environment));
        let second = Span::from_seconds(1);

        let below_root = (oddity == Some(AuthorityOddity::NotAllowedByRoot)).then_some(0);
        let root_begins = start - ROOT_BEGINS_BEFORE;
        let root = Draft {
            serial: Serial::draw(entropy),
            algorithm: SignatureAlgorithm::PssSha512,
            issuer: &root_name,
            not_before: root_begins,
            not_after: root_begins + ROOT_LIFETIME - second,
            subject: &root_name,
            key: root_key.public(),
            extensions: profile::authority_extensions(
                root_key.public(),
                None,
                below_root,
                &addresses,
            ),
        };
        let root = root.sign(&root_key);

        let issuing_begins = start - ISSUING_BEGINS_BEFORE;
        let mut issuing = Draft {
            serial: Serial::draw(entropy),
            algorithm: SignatureAlgorithm::PssSha512,
            issuer: &root_name,
            not_before: issuing_begins,
            not_after: issuing_begins + ISSUING_LIFETIME - second,
            subject: &issuing_name,
            key: issuing_key.public(),
            extensions: profile::authority_extensions(
                issuing_key.public(),
                Some(root_key.public()),
                Some(0),
                &addresses,
            ),
        };
        let another_root = profile::another_root_name(environment);
        let replace = profile::replace_extension;
        match oddity {
            None | Some(AuthorityOddity::BadSignature | AuthorityOddity::NotAllowedByRoot) => {}
            Some(AuthorityOddity::NotAnAuthority) => {
                replace(&mut issuing.extensions, &profile::basic_constraints(&[]));
            }
            Some(AuthorityOddity::MayNotSign) => {
                replace(&mut issuing.extensions, &profile::key_usage(KeyUsage::CRL_SIGN));
            }
            Some(AuthorityOddity::UnknownIssuer) => issuing.issuer = &another_root,
            Some(AuthorityOddity::Expired) => issuing.not_after = start - second,
            Some(AuthorityOddity::NotYetValid) => issuing.not_before = start + Span::from_days(1),
        }
        let mut issuing = issuing.sign(&root_key);
        if oddity == Some(AuthorityOddity::BadSignature) {
            profile::spoil_signature(&mut issuing);
        }

        let read = |der: &[u8]| Certificate::from_der(der).expect("a certificate made here reads");
        let (root, issuing) = (read(&root), read(&issuing));
        Self(Arc::new(Parts { environment, addresses, root_key, issuing_key, root, issuing }))
    }

    /// The environment that it serves.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.0.environment
    }

    /// Where it publishes.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.0.addresses
    }

    /// The root's certificate (*rod-CA*).
    #[must_use]
    pub fn root(&self) -> &Certificate {
        &self.0.root
    }

    /// The issuing authority's certificate (*udstedende CA*).
    #[must_use]
    pub fn issuing(&self) -> &Certificate {
        &self.0.issuing
    }

    /// What one who relies on this hierarchy trusts.
    #[must_use]
    pub fn anchors(&self) -> TrustAnchors {
        TrustAnchors::new(self.root().clone(), vec![self.issuing().clone()])
    }

    /// Issues a certificate by the profile: valid from `not_before`, cut to the second, for 1095
    /// days, the last second included.
    #[must_use]
    pub fn issue(
        &self,
        holder: &Holder,
        key: &PublicKey,
        serial: Serial,
        not_before: Timestamp,
    ) -> Certificate {
        self.issue_until(holder, key, serial, not_before, not_before + LIFETIME)
    }

    /// Issues a certificate by the profile, but valid through the second `not_after`: for
    /// scenarios, whose certificates expire when the file says.
    #[must_use]
    pub fn issue_until(
        &self,
        holder: &Holder,
        key: &PublicKey,
        serial: Serial,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Certificate {
        let subject = holder.name();
        let draft = self.draft(holder, &subject, key, serial, not_before, not_after);
        Certificate::from_der(&draft.sign(self.issuing_key()))
            .expect("a certificate made here reads")
    }

    /// What [`Self::issue_until`] signs.
    pub(crate) fn draft<'a>(
        &'a self,
        holder: &Holder,
        subject: &'a Name,
        key: &'a PublicKey,
        serial: Serial,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Draft<'a> {
        Draft {
            serial,
            algorithm: SignatureAlgorithm::PssSha256,
            issuer: self.issuing().subject(),
            not_before,
            not_after,
            subject,
            key,
            extensions: profile::end_entity_extensions(
                holder,
                key,
                self.issuing_key().public(),
                not_before,
                self.addresses(),
            ),
        }
    }

    /// The issuing authority's revocation list, in force from `this_update`, stale from
    /// `next_update` on.
    #[must_use]
    pub fn revocation_list(
        &self,
        number: u64,
        this_update: Timestamp,
        next_update: Timestamp,
        revoked: &[Revoked],
    ) -> RevocationList {
        let (issuer, key) = (self.issuing(), self.issuing_key());
        let algorithm = SignatureAlgorithm::PssSha256;
        RevocationList::make(issuer, key, algorithm, number, this_update, next_update, revoked)
    }

    /// The root's revocation list: of issuing authorities.
    #[must_use]
    pub fn root_revocation_list(
        &self,
        number: u64,
        this_update: Timestamp,
        next_update: Timestamp,
        revoked: &[Revoked],
    ) -> RevocationList {
        let (issuer, key) = (self.root(), self.root_key());
        let algorithm = SignatureAlgorithm::PssSha512;
        RevocationList::make(issuer, key, algorithm, number, this_update, next_update, revoked)
    }

    pub(crate) fn root_key(&self) -> &PrivateKey {
        &self.0.root_key
    }

    pub(crate) fn issuing_key(&self) -> &PrivateKey {
        &self.0.issuing_key
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({})", self.environment())
    }
}
