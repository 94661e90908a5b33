//! How a certificate comes into being: first issue and renewal, by a request for a key of one's own
//! or as the portal's file.

use clock::{Span, Timestamp};
use entropy::Entropy;
use parties::{Environment, Excerpt, Text};
use pki::{
    Authority, Certificate, Holder, KeyError, KeySize, PrivateKey, PublicKey, RequestRefusal,
    Serial, SigningRequest, pkcs12,
};

use crate::{
    Fact, Mitid, Rejection,
    mail::About,
    objections::Objections,
    order::{Method, Placed, Proof, ReferenceNumber},
    profile::{Profile, ProfileId},
    register::Entry,
    request::{Download, Encoding},
    secret::Password,
};

/// The size of a key: every OCES3 certificate that was measured has 3072 bits. Longer ones are
/// taken.
pub const KEY_SIZE: KeySize = KeySize::Rsa3072;

/// What is to be issued, once nothing speaks against it.
#[derive(Debug)]
pub(crate) struct Issuance<'a> {
    authority: &'a Authority,
    environment: Environment,
    id: ProfileId,
    profile: &'a Profile,
    holder: Holder,
    reference: Option<&'a ReferenceNumber>,
    renews: Option<Serial>,
    /// How long after its issue it begins.
    begins_after: Span,
}

/// Who asks for an order to be fulfilled, and how it would then be handed out.
struct Claim<'a> {
    reference: &'a ReferenceNumber,
    by_code: bool,
    method: Method,
}

/// Judges a request for what was ordered, for a key of one's own. The subject is the profile's; what
/// the request asks for is ignored.
pub(crate) fn judge_issue<'a>(
    mitid: &'a Mitid,
    reference: &'a ReferenceNumber,
    proof: &Proof,
    request: &'a Result<SigningRequest, RequestRefusal>,
    now: Timestamp,
) -> Result<(Issuance<'a>, &'a PublicKey), Objections> {
    let mut against = Objections::default();
    let placed = against.note(mitid.orders.open(reference, proof));
    let claim = Claim { reference, by_code: true, method: Method::Api };
    let issuance = placed.and_then(|placed| judge_order(mitid, &claim, placed, now, &mut against));
    let request = against.note(read_request(request));
    let predecessor =
        issuance.as_ref().and_then(|it| mitid.register.find(it.environment, &it.renews?).ok());
    if let (Some(predecessor), Some(request)) = (predecessor, request) {
        judge_renewal_request(mitid, predecessor, request, &mut against);
    }
    against.or(issuance.zip(request.map(SigningRequest::public_key)))
}

/// Judges a download of what was ordered, with a key that the core was given.
pub(crate) fn judge_download<'a>(
    mitid: &'a Mitid,
    reference: &'a ReferenceNumber,
    proof: &Proof,
    terms: bool,
    now: Timestamp,
) -> Result<(Issuance<'a>, &'a PrivateKey), Objections> {
    let mut against = Objections::default();
    let placed = against.note(mitid.orders.open(reference, proof));
    let by_code = matches!(proof, Proof::OneTimeCode(_));
    let claim = Claim { reference, by_code, method: Method::Browser };
    let issuance = placed.and_then(|placed| judge_order(mitid, &claim, placed, now, &mut against));
    against.note(if terms { Ok(()) } else { Err(Rejection::TermsNotAccepted) });
    let key = against.note(mitid.key_pair().ok_or(Rejection::KeyPairMissing));
    against.or(issuance.zip(key))
}

/// Judges a renewal for a key of one's own: the same subject and UUID, a new key and serial, and a
/// full period from now on. The old one stays valid to its end.
pub(crate) fn judge_renewal<'a>(
    mitid: &'a Mitid,
    environment: Environment,
    serial: &Serial,
    request: &'a Result<SigningRequest, RequestRefusal>,
    now: Timestamp,
) -> Result<(Issuance<'a>, &'a PublicKey), Objections> {
    let mut against = Objections::default();
    let entry = against.note(mitid.register.find(environment, serial));
    let issuance = entry.and_then(|entry| {
        against.note(judge_renewable(mitid, environment, entry, now));
        let organisation = mitid.organisations.find(environment, &entry.holder.cvr);
        let running = organisation.and_then(|it| it.judge_agreement(&entry.holder.cvr, now));
        against.note(running);
        let profile = against.note(mitid.profiles.find(entry.profile));
        let authority = against.note(mitid.authority(environment));
        profile.zip(authority).map(|(profile, authority)| Issuance {
            authority,
            environment,
            id: entry.profile,
            profile,
            holder: entry.holder.clone(),
            reference: None,
            renews: Some(*serial),
            begins_after: mitid.policy().certificates_begin_after,
        })
    });
    let request = against.note(read_request(request));
    if let (Some(entry), Some(request)) = (entry, request) {
        judge_renewal_request(mitid, entry, request, &mut against);
    }
    against.or(issuance.zip(request.map(SigningRequest::public_key)))
}

/// Whether a certificate can be renewed: until it expires, and unless it is revoked.
pub(crate) fn judge_renewable(
    mitid: &Mitid,
    environment: Environment,
    entry: &Entry,
    now: Timestamp,
) -> Result<(), Rejection> {
    let end = mitid.organisations.end(environment, &entry.holder.cvr);
    match entry.revocation(end).filter(|revocation| revocation.at <= now) {
        Some(revocation) => Err(Rejection::CertificateRevoked {
            serial: *entry.certificate.serial(),
            since: revocation.at,
        }),
        None => entry.judge_expiry(now),
    }
}

/// Notes what speaks against fulfilling an order, and says what would be issued.
fn judge_order<'a>(
    mitid: &'a Mitid,
    claim: &Claim<'a>,
    placed: &'a Placed,
    now: Timestamp,
    against: &mut Objections,
) -> Option<Issuance<'a>> {
    let order = &placed.order;
    against.note(placed.judge_open(claim.reference, now).map_err(|rejection| match rejection {
        Rejection::OrderFulfilled { .. } if claim.by_code => Rejection::CodeUsed,
        other => other,
    }));
    let attempts = mitid.policy().code_attempts;
    if placed.is_locked(attempts) {
        against.note::<()>(Err(Rejection::CodeLocked { attempts }));
    }
    if order.method != claim.method {
        against.note::<()>(Err(Rejection::MethodDiffers { ordered: order.method }));
    }
    let profile = against.note(mitid.profiles.find(order.profile))?;
    let data = &profile.data;
    let organisation = against.note(mitid.organisations.find(data.environment, &data.cvr))?;
    against.note(organisation.judge_agreement(&data.cvr, now));
    against.note(profile.judge_email());
    let holder = match &order.renews {
        None => data.holder(&organisation.name, order.uuid),
        Some(serial) => {
            let entry = against.note(mitid.register.find(data.environment, serial))?;
            against.note(judge_renewable(mitid, data.environment, entry, now));
            entry.holder.clone()
        }
    };
    Some(Issuance {
        authority: against.note(mitid.authority(data.environment))?,
        environment: data.environment,
        id: order.profile,
        profile,
        holder,
        reference: Some(claim.reference),
        renews: order.renews,
        begins_after: mitid.policy().certificates_begin_after,
    })
}

fn read_request(
    request: &Result<SigningRequest, RequestRefusal>,
) -> Result<&SigningRequest, Rejection> {
    let least = KEY_SIZE.bits();
    let request = request.as_ref().map_err(|refusal| match refusal {
        RequestRefusal::NoProofOfPossession => Rejection::NoProofOfPossession,
        RequestRefusal::Key(KeyError::Size(bits)) if *bits < least => {
            Rejection::KeyTooShort { bits: *bits, least }
        }
        RequestRefusal::Key(_) => unusable(refusal, "nøglen i anmodningen kan ikke bruges"),
        // What a parser says more is for a developer, and in English alone.
        RequestRefusal::Encoding { .. } => unusable(refusal, "ikke en certifikatanmodning"),
        RequestRefusal::UnsupportedAlgorithm(_) => {
            unusable(refusal, "signeret med en algoritme, der ikke accepteres")
        }
    })?;
    let bits = request.public_key().bits();
    if bits < least { Err(Rejection::KeyTooShort { bits, least }) } else { Ok(request) }
}

fn unusable(refusal: &RequestRefusal, danish: &str) -> Rejection {
    let what = Text::new(Excerpt::of_name(refusal).to_string(), danish);
    Rejection::SigningRequestUnusable { what }
}

/// RFC 7030, section 4.2.2: who renews names the subject of the certificate; an empty one names
/// none.
fn judge_renewal_request(
    mitid: &Mitid,
    entry: &Entry,
    request: &SigningRequest,
    against: &mut Objections,
) {
    let (old, asked) = (entry.certificate.subject(), request.subject());
    let empty = asked.rfc4514().is_empty();
    if !empty && asked != old {
        against.note::<()>(Err(Rejection::SubjectDiffers {
            expected: Excerpt::of_name(old.rfc4514()),
            got: Excerpt::of_name(asked.rfc4514()),
        }));
    }
    let reused = entry.certificate.public_key() == request.public_key();
    if reused && !mitid.policy().accept_key_reuse {
        against.note::<()>(Err(Rejection::KeyReused));
    }
}

impl Issuance<'_> {
    /// Issues it for `key`.
    pub(crate) fn certify(
        &self,
        key: &PublicKey,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Certificate, Vec<Fact>) {
        let serial = Serial::draw(entropy);
        let begins = (now + self.begins_after).truncated_to_second();
        let certificate = self.authority.issue(&self.holder, key, serial, begins);
        let issued = Fact::Issued {
            environment: self.environment,
            profile: self.id,
            holder: self.holder.clone(),
            certificate: certificate.clone(),
            at: now,
            reference: self.reference.cloned(),
            renews: self.renews,
        };
        let about = About::Issued { serial, expires: certificate.first_refused() };
        let mail = self.profile.mail(self.id, now, about).map(Fact::Mailed);
        (certificate, [issued].into_iter().chain(mail).collect())
    }

    /// Issues it as a file, with a password that is nowhere kept.
    pub(crate) fn hand_out(
        &self,
        key: &PrivateKey,
        encoding: Encoding,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Download, Vec<Fact>) {
        let (certificate, facts) = self.certify(key.public(), now, entropy);
        let password = Password::draw(entropy);
        let contents = pkcs12::Contents {
            key,
            certificate: &certificate,
            authorities: &[self.authority.issuing().clone(), self.authority.root().clone()],
            friendly_name: &self.holder.common_name,
        };
        let file = match encoding {
            Encoding::Portal => pkcs12::portal(&contents, password.reveal(), entropy),
            Encoding::OldWindows => pkcs12::old_windows(&contents, password.reveal(), entropy),
        };
        (Download { certificate, file, password }, facts)
    }
}
