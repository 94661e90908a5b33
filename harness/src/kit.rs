//! What a client needs to call the simulators, as files: whom to trust, who it is, where they are,
//! and fragments of the configurations of the reference clients.
//!
//! - [`Kit`]: what goes into it, and how it is written
//! - `fragment`: the texts of the configurations

mod fragment;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use entropy::Entropy;
use oio_idws::{Binding, Credential};
use parties::{EntityId, Environment};
use pki::{Certificate, pkcs12};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use shell::{Readers, remove_drafts, write_whole};

/// The name of the signer of the STS in a trust store, as the reference clients look for it
/// (`java:sts.properties`, `merlin.keystore.alias`).
const STS_ALIAS: &str = "sts";
/// What is in a trust store is no secret, and Java wants a password all the same: the usual one.
const TRUST_STORE_PASSWORD: &str = "changeit";
const PASSWORD: &str = "password";
const PASSWORD_LENGTH: usize = 24;

/// What a client of one environment needs.
#[derive(Debug, Clone, Copy)]
pub struct Kit<'a> {
    /// Which environment.
    pub environment: Environment,
    /// The root of its hierarchy.
    pub root: &'a Certificate,
    /// The issuing authority below it.
    pub issuing: &'a Certificate,
    /// Who vouches for the servers' certificates in TLS, in PEM.
    pub tls_authority: &'a str,
    /// What the STS signs tokens and answers with.
    pub sts: &'a Certificate,
    /// What SMDB signs with, and tokens are encrypted for.
    pub smdb: &'a Certificate,
    /// A system user that may call SMDB: its files have this name.
    pub system_user: &'a str,
    /// What it shows.
    pub credential: &'a Credential,
    /// The address of the STS.
    pub sts_address: &'a str,
    /// The address of SMDB.
    pub smdb_address: &'a str,
    /// SMDB's name as the audience of tokens.
    pub smdb_entity_id: &'a EntityId,
    /// The profile of calls to SMDB by SOAP.
    pub binding: Binding,
}

impl Kit<'_> {
    /// Writes it into `folder`, which is made if need be, and says which files there are. A key
    /// store that is there stays, since somebody may have imported it, as long as the password
    /// opens it and it holds just this key and these certificates; the rest is written anew.
    ///
    /// # Errors
    ///
    /// If a file cannot be written, or its password not be read.
    pub fn write(&self, folder: &Path, entropy: &mut Entropy) -> io::Result<Vec<PathBuf>> {
        fs::create_dir_all(folder)?;
        let folder = &fs::canonicalize(folder)?;
        remove_drafts(folder)?;
        let at = |name: &str| folder.join(name);
        let certificate_file = |name: &str| at(&format!("{name}.cer"));
        let key_store = at(&format!("{}.p12", self.system_user));
        let (trust_store, password_file) = (at("trust.p12"), at(PASSWORD));

        let password = password(&password_file, entropy)?;
        if !self.is_in(&key_store, &password) {
            write_whole(&key_store, &self.key_store(&password, entropy), Readers::Owner)?;
        }
        write_whole(&trust_store, &self.trust_store()?, Readers::Everybody)?;
        let mut files = vec![key_store.clone(), password_file.clone(), trust_store.clone()];
        let (system_user, root, issuing) =
            (&self.credential.certificate, self.root.to_pem(), self.issuing.to_pem());
        for (file, text) in [
            (certificate_file(self.system_user), system_user.to_pem()),
            (certificate_file("sts"), self.sts.to_pem()),
            (certificate_file("smdb"), self.smdb.to_pem()),
            (at("oces.pem"), format!("{root}{issuing}")),
            (at("tls.pem"), self.tls_authority.to_owned()),
            (at("App.config"), fragment::app_config(self)),
            (at("cxf.xml"), fragment::cxf(self)),
        ] {
            write_whole(&file, text.as_bytes(), Readers::Everybody)?;
            files.push(file);
        }
        let places = fragment::Places {
            key_store: &key_store,
            password_file: &password_file,
            trust_store: &trust_store,
            oces: &at("oces.pem"),
            tls: &at("tls.pem"),
        };
        for (name, text) in [
            ("client.env", fragment::environment(self, &places)),
            ("client.properties", fragment::key_store_properties(self, &places, &password)),
            ("sts.properties", fragment::trust_store_properties(&places)),
            ("README.txt", fragment::what_is_here(self)),
        ] {
            // With the password in it, it is for its owner alone.
            let is_secret = text.contains(&password);
            let readers = if is_secret { Readers::Owner } else { Readers::Everybody };
            write_whole(&at(name), text.as_bytes(), readers)?;
            files.push(at(name));
        }
        Ok(files)
    }

    /// Whether a key store opens with the password, and holds what it would hold if it were written
    /// now.
    fn is_in(&self, key_store: &Path, password: &str) -> bool {
        let Credential { certificate, key } = self.credential;
        let opened = fs::read(key_store).ok().and_then(|it| pkcs12::open(&it, password).ok());
        opened.is_some_and(|it| {
            it.key.public() == key.public()
                && it.certificates.iter().eq([certificate, self.issuing, self.root])
        })
    }

    /// As the portal of MitID Erhverv hands it out.
    fn key_store(&self, password: &str, entropy: &mut Entropy) -> Vec<u8> {
        let Credential { certificate, key } = self.credential;
        let authorities = &[self.issuing.clone(), self.root.clone()];
        let friendly_name = self.system_user;
        let contents = pkcs12::Contents { key, certificate, authorities, friendly_name };
        pkcs12::portal(&contents, password, entropy)
    }

    /// What is in it is no secret: its salt comes of that, so that whoever has imported it finds
    /// the same file as long as it says the same.
    fn trust_store(&self) -> io::Result<Vec<u8>> {
        let tls = CertificateDer::from_pem_slice(self.tls_authority.as_bytes());
        let tls = tls.map_err(io::Error::other)?;
        let entries = [
            (STS_ALIAS, self.sts.der()),
            ("smdb", self.smdb.der()),
            ("oces-root", self.root.der()),
            ("oces-issuing", self.issuing.der()),
            ("tls", tls.as_ref()),
        ];
        Ok(pkcs12::trust_store(entries, TRUST_STORE_PASSWORD, &mut stream(&entries)))
    }
}

/// What these entries decide, whatever this was compiled with: a stream of the SHA-256 of all of
/// them.
fn stream(entries: &[(&str, &[u8])]) -> Entropy {
    let said: String = entries.iter().map(|(alias, der)| format!("{alias} {der:02x?}")).collect();
    Entropy::seeded(0, "kit: trust store", &said)
}

/// The password of the key store: what the file says, or a new one that is written there, also
/// where it says nothing.
fn password(file: &Path, entropy: &mut Entropy) -> io::Result<String> {
    match fs::read_to_string(file) {
        Ok(text) if !text.trim_end().is_empty() => return Ok(text.trim_end().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(_) | Err(_) => {}
    }
    let password = drawn(entropy);
    write_whole(file, password.as_bytes(), Readers::Owner)?;
    Ok(password)
}

/// Letters and digits that nobody mistakes for each other, and that no shell, XML or properties
/// file reads otherwise than they stand: five bits each.
fn drawn(entropy: &mut Entropy) -> String {
    const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let drawn = entropy.bytes::<PASSWORD_LENGTH>();
    drawn.into_iter().map(|it| char::from(SIGNS[usize::from(it) % SIGNS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who has imported the file finds the same one after an update of this program.
    #[test]
    fn what_the_entries_decide_is_the_same_for_ever() {
        let drawn = |entries: &[(&str, &[u8])]| stream(entries).bytes::<8>();
        assert_eq!(drawn(&[("sts", b"a"), ("tls", b"b")]), [107, 190, 29, 143, 30, 207, 130, 229]);
        assert_ne!(drawn(&[("sts", b"b"), ("tls", b"a")]), drawn(&[("sts", b"a"), ("tls", b"b")]));
    }
}
