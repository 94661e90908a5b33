//! How a certificate comes into being: first issue, and renewal.

use clock::Timestamp;
use entropy::Entropy;
use parties::Environment;
use pki::{Certificate, Serial, SigningRequest};

use crate::{
    Fact, Mitid, Rejection,
    order::{OneTimeCode, ReferenceNumber},
    register::HolderRecord,
};

/// The smallest key: every OCES3 certificate that was measured has 3072 bits.
const KEY_BITS_MIN: usize = 3072;

/// Issues what was ordered. The subject is the order's; what the request asks for is ignored.
pub(crate) fn issue(
    mitid: &Mitid,
    reference: &ReferenceNumber,
    code: &OneTimeCode,
    request: &SigningRequest,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(Certificate, Fact), Rejection> {
    let (environment, holder) = mitid.orders.permit(reference, code)?;
    certify(mitid, environment, holder, request, Some(reference.clone()), now, entropy)
}

/// Renews a certificate: the same subject and UUID, a new key and serial, and a full period from
/// now on. The old one stays valid to its end.
pub(crate) fn renew(
    mitid: &Mitid,
    environment: Environment,
    serial: &Serial,
    request: &SigningRequest,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(Certificate, Fact), Rejection> {
    let entry = mitid.register.find(environment, serial)?;
    if entry.revoked.is_some() {
        return Err(Rejection::CertificateRevoked { serial: *serial });
    }
    if entry.certificate.first_refused() <= now {
        return Err(Rejection::CertificateExpired {
            serial: *serial,
            since: entry.certificate.first_refused(),
        });
    }
    if entry.certificate.public_key() == request.public_key() {
        return Err(Rejection::KeyReused);
    }
    certify(mitid, environment, &entry.holder, request, None, now, entropy)
}

fn certify(
    mitid: &Mitid,
    environment: Environment,
    holder: &HolderRecord,
    request: &SigningRequest,
    reference: Option<ReferenceNumber>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(Certificate, Fact), Rejection> {
    let bits = request.public_key().bits();
    if bits < KEY_BITS_MIN {
        return Err(Rejection::KeyTooShort { bits, least: KEY_BITS_MIN });
    }
    let certificate = mitid.authority(environment)?.issue(
        &holder.holder()?,
        request.public_key(),
        Serial::draw(entropy),
        now.truncated_to_second(),
    );
    let fact = Fact::Issued {
        environment,
        holder: holder.clone(),
        certificate: certificate.clone(),
        reference,
    };
    Ok((certificate, fact))
}
