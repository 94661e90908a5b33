//! The `.p12` files, opened by ourselves, by `openssl` and by `keytool`.

use parties::Environment;
use pki::pkcs12::{self, Contents};

use crate::world;

#[test]
fn opens_what_it_makes() {
    let authority = world::authority(Environment::IntegrationTest);
    let leaf = world::leaf(&authority);
    let authorities = [authority.issuing().clone(), authority.root().clone()];
    let key = world::leaf_key();
    let contents = Contents {
        key: &key,
        certificate: &leaf,
        authorities: &authorities,
        friendly_name: "Fagsystem A (drift)",
    };
    for make in [pkcs12::portal, pkcs12::old_windows] {
        let file = make(&contents, "Kode-æøå-1", &mut world::entropy("p12"));
        let opened = pkcs12::open(&file, "Kode-æøå-1").unwrap();
        assert_eq!(opened.key.public(), key.public());
        assert_eq!(opened.certificates[0], leaf);
        assert_eq!(opened.certificates[1..], authorities);
        assert_eq!(opened.friendly_name.as_deref(), Some("Fagsystem A (drift)"));
        assert_eq!(pkcs12::open(&file, "Kode").unwrap_err(), pkcs12::OpenError::WrongPassword);
    }
}
