//! `.cer` files: any bytes are refused or read, and what is read can be asked everything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pki::Certificate;

fuzz_target!(|bytes: &[u8]| {
    let _ = Certificate::from_der(bytes);
    let Ok(certificate) = Certificate::from_cer(bytes) else { return };
    let again = Certificate::from_cer(certificate.to_pem().as_bytes()).expect("its own PEM reads");
    assert_eq!(again, certificate);
    for name in [certificate.subject(), certificate.issuer()] {
        let _ = (name.to_string(), name.rfc4514(), name.dotnet(), name.cvr(), name.uuid());
    }
    let _ = (certificate.serial().to_decimal(), certificate.serial().to_string());
    let _ = (certificate.thumbprint(), certificate.key_usage(), certificate.emails());
    let _ = (certificate.crl_urls(), certificate.ocsp_urls(), certificate.issuer_urls());
    assert_eq!(
        certificate.is_valid_at(certificate.not_after()),
        certificate.not_before() <= certificate.not_after()
    );
    assert!(!certificate.is_valid_at(certificate.first_refused()));
    let _ = certificate.verify_signed_by(certificate.public_key());
});
