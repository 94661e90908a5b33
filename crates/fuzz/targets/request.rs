//! Certificate signing requests: any bytes are refused or read, and what is read can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pki::SigningRequest;

fuzz_target!(|bytes: &[u8]| {
    let mut read = vec![SigningRequest::from_der(bytes)];
    if let Ok(text) = std::str::from_utf8(bytes) {
        read.push(SigningRequest::from_pem(text));
        read.push(SigningRequest::from_base64(text));
    }
    for request in read.into_iter().flatten() {
        assert!(request.public_key().bits() >= 1_024);
        let _ = request.subject().to_string();
        SigningRequest::from_der(request.der()).expect("its own DER reads");
        SigningRequest::from_pem(&request.to_pem()).expect("its own PEM reads");
    }
});
