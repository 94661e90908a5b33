//! The RSA keys of a program: made when it first starts, on every processor, and kept in its
//! folder.

use std::{
    io,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use pki::{KeySize, PrivateKey};

use crate::{Folder, folder::named, program};

/// A key that a program wants to have, in a file of its folder.
#[derive(Debug, Clone)]
pub struct KeyFile {
    /// In which folder.
    pub folder: Folder,
    /// The name of the file, without its ending.
    pub name: String,
    /// How long the key is.
    pub size: KeySize,
}

impl KeyFile {
    /// A key of `size` bits in the file `name.pk8` (PKCS#8 in DER, not encrypted).
    #[must_use]
    pub fn new(folder: &Folder, name: impl Into<String>, size: KeySize) -> Self {
        Self { folder: folder.clone(), name: name.into(), size }
    }

    fn file(&self) -> String {
        format!("{}.pk8", self.name)
    }

    /// The key, which is made now if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written, or what stands in the file is no such key.
    pub fn key(&self) -> io::Result<PrivateKey> {
        let make = || Ok(PrivateKey::generate(self.size).pkcs8().to_vec());
        let pkcs8 = self.folder.read_or_write(&self.file(), make)?;
        let wrong = |why: String| {
            let problem = format!("{why}; remove the file, and another key is made");
            named(
                &self.folder.at(&self.file()),
                &io::Error::new(io::ErrorKind::InvalidData, problem),
            )
        };
        let key = PrivateKey::from_pkcs8(&pkcs8).map_err(|error| wrong(error.to_string()))?;
        if key.public().bits() == self.size.bits() {
            Ok(key)
        } else {
            Err(wrong(format!("a key of {} bits", key.public().bits())))
        }
    }

    fn is_there(&self) -> bool {
        self.folder.at(&self.file()).exists()
    }

    /// Looks whether the key is lost: its certificate is there, and others may go by it.
    fn look_for_certificate(&self) -> io::Result<()> {
        let certificate = self.folder.at(&format!("{}.cer", self.name));
        if !certificate.exists() {
            return Ok(());
        }
        let problem = format!(
            "missing, and its certificate is there; put the key back, or remove {} too, and another key is made, \
             which nobody trusts yet",
            certificate.display()
        );
        let error = io::Error::new(io::ErrorKind::NotFound, problem);
        Err(named(&self.folder.at(&self.file()), &error))
    }
}

/// Makes those of these keys that are missing, in their order and on every processor, and says so:
/// it takes seconds.
///
/// # Errors
///
/// If one cannot be written, or one is missing whose certificate is there.
pub fn make(wanted: &[KeyFile]) -> io::Result<()> {
    let missing: Vec<_> = wanted.iter().filter(|it| !it.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    missing.iter().try_for_each(|it| it.look_for_certificate())?;
    program::tell(format!("making RSA keys, this once: {}", missing.len()));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(missing.len());
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, missing) = (sender.clone(), &next, &missing);
            scope.spawn(move || {
                while let Some(wanted) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sender.send((wanted, wanted.key())).is_err() {
                        break; // an error was met, and nobody waits for more
                    }
                }
            });
        }
        drop(sender);
        for (number, (wanted, made)) in (1..).zip(receiver) {
            made?;
            program::tell(format!("  {number} of {}: {}", missing.len(), wanted.name));
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once() {
        let path = std::env::temp_dir().join(format!("skift-keys-{}", std::process::id()));
        let folder = Folder::open(path).unwrap();
        let wanted = ["one", "two"].map(|name| KeyFile::new(&folder, name, KeySize::Rsa2048));
        make(&wanted).unwrap();
        let [one, two] = [0, 1].map(|index: usize| wanted[index].key().unwrap());
        assert_ne!(one.public(), two.public());
        make(&wanted).unwrap();
        assert_eq!(wanted[0].key().unwrap().public(), one.public());
        // What stands there is not taken for another key.
        let longer = KeyFile::new(&folder, "one", KeySize::Rsa3072);
        let error = longer.key().unwrap_err().to_string();
        assert!(error.contains("one.pk8: a key of 2048 bits; remove the file"), "{error}");
        folder.write("one.pk8", b"no key").unwrap();
        let error = wanted[0].key().unwrap_err().to_string();
        assert!(error.contains("one.pk8: not an RSA private key"), "{error}");
        // Who has lost a key is not to lose what it was for.
        folder.write("two.cer", b"a certificate").unwrap();
        std::fs::remove_file(folder.at("two.pk8")).unwrap();
        let error = make(&wanted).unwrap_err().to_string();
        assert!(error.contains("two.pk8: missing, and its certificate is there"), "{error}");
        assert!(!folder.at("two.pk8").exists());
        std::fs::remove_file(folder.at("two.cer")).unwrap();
        make(&wanted).unwrap();
        std::fs::remove_dir_all(folder.path()).unwrap();
    }
}
