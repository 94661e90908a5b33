//! What a client needs to call the simulators, as files: whom to trust, who it is, where they are, and
//! fragments of the configurations of the reference clients.
//!
//! - [`Kit`]: what goes into it, and how it is written
//! - `fragment`: the texts of the configurations

mod fragment;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use entropy::Entropy;
use oio_idws::{Binding, Credential};
use parties::{EntityId, Environment};
use pki::{Certificate, pkcs12};

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
    /// Writes it into `folder`, which is made if need be, and says which files there are. Key stores that
    /// are there stay, since somebody may have imported them; whatever names an address is written anew.
    ///
    /// # Errors
    ///
    /// If a file cannot be written, or its password not be read.
    pub fn write(&self, folder: &Path, entropy: &mut Entropy) -> io::Result<Vec<PathBuf>> {
        fs::create_dir_all(folder)?;
        let folder = &fs::canonicalize(folder)?;
        let at = |name: &str| folder.join(name);
        let certificate_file = |name: &str| at(&format!("{name}.cer"));
        let key_store = at(&format!("{}.p12", self.system_user));
        let (trust_store, password_file) = (at("trust.p12"), at(PASSWORD));

        let password = password(&password_file, entropy)?;
        if !key_store.exists() {
            write_private(&key_store, &self.key_store(&password, entropy))?;
        }
        if !trust_store.exists() {
            replace(&trust_store, &self.trust_store(entropy)?)?;
        }
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
        ] {
            replace(&file, text.as_bytes())?;
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
            if text.contains(&password) {
                write_private(&at(name), text.as_bytes())?;
            } else {
                replace(&at(name), text.as_bytes())?;
            }
            files.push(at(name));
        }
        Ok(files)
    }

    /// As the portal of MitID Erhverv hands it out.
    fn key_store(&self, password: &str, entropy: &mut Entropy) -> Vec<u8> {
        let Credential { certificate, key } = self.credential;
        let authorities = &[self.issuing.clone(), self.root.clone()];
        let friendly_name = self.system_user;
        let contents = pkcs12::Contents { key, certificate, authorities, friendly_name };
        pkcs12::portal(&contents, password, entropy)
    }

    fn trust_store(&self, entropy: &mut Entropy) -> io::Result<Vec<u8>> {
        let tls = der_of(self.tls_authority)?;
        let entries = [
            (STS_ALIAS, self.sts.der()),
            ("smdb", self.smdb.der()),
            ("oces-root", self.root.der()),
            ("oces-issuing", self.issuing.der()),
            ("tls", &tls),
        ];
        Ok(pkcs12::trust_store(entries, TRUST_STORE_PASSWORD, entropy))
    }
}

/// The password of the key store: what the file says, or a new one that is written there.
fn password(file: &Path, entropy: &mut Entropy) -> io::Result<String> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(text.trim_end().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let password = drawn(entropy);
            write_private(file, password.as_bytes())?;
            Ok(password)
        }
        Err(error) => Err(error),
    }
}

/// Letters and digits that nobody mistakes for each other, and that no shell, XML or properties file
/// reads otherwise than they stand: five bits each.
fn drawn(entropy: &mut Entropy) -> String {
    const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let drawn = entropy.bytes::<PASSWORD_LENGTH>();
    drawn.into_iter().map(|it| char::from(SIGNS[usize::from(it) % SIGNS.len()])).collect()
}

/// The one certificate in a PEM text.
fn der_of(pem: &str) -> io::Result<Vec<u8>> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64.trim()).map_err(io::Error::other)
}

/// Writes a file for its owner alone (mode 0600), whatever was there.
fn write_private(file: &Path, content: &[u8]) -> io::Result<()> {
    put(file, content, |options| {
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
        #[cfg(not(unix))]
        let _ = options;
    })
}

fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    put(file, content, |_| ())
}

/// Writes a file whole or not at all: somebody may be reading it.
fn put(file: &Path, content: &[u8], set: impl Fn(&mut OpenOptions)) -> io::Result<()> {
    let draft = file.with_added_extension(format!("{}.draft", std::process::id()));
    let mut options = OpenOptions::new();
    set(options.write(true).create_new(true));
    // One that an earlier process of this number has left.
    let _ = fs::remove_file(&draft);
    let written = options.open(&draft).and_then(|mut draft| draft.write_all(content));
    written.and_then(|()| fs::rename(&draft, file)).inspect_err(|_| _ = fs::remove_file(&draft))
}
