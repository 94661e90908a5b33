//! The names that a file gives its certificates, put where a party speaks of them by what stands in them.
//! A party knows no file; and who reads of a certificate knows it by the file's name, not by forty
//! digits and two lines about its holder.

use serde::{Deserialize, Serialize};

use crate::{
    journal::{Journal, What},
    scenario::CertificateName,
    world::Standing,
};

/// How many digits of a serial number stand for all of them where people read.
const DIGITS: usize = 8;

/// A certificate by name and by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Named {
    /// What the file calls it.
    pub certificate: CertificateName,
    /// Its serial number, as parties write it.
    pub serial: String,
}

/// Every certificate of a run.
pub(super) fn certificates(journal: &Journal) -> Vec<Named> {
    let mut certificates: Vec<Named> = Vec::new();
    for observation in journal.observations() {
        if let What::Standing(Standing::Certificate { certificate, serial, .. }) = &observation.what
        {
            let named = Named { certificate: certificate.clone(), serial: serial.clone() };
            if !certificates.contains(&named) {
                certificates.push(named);
            }
        }
    }
    certificates
}

/// `said` with "`new` (19ac6669…)" for a serial number, and without the holder's name behind it.
pub(super) fn by_name(said: &str, certificates: &[Named]) -> String {
    certificates.iter().fold(said.to_owned(), |said, Named { certificate, serial }| {
        let mut parts = said.split(serial.as_str());
        let mut named = parts.next().unwrap_or_default().to_owned();
        for behind in parts {
            let digits = serial.get(..DIGITS).unwrap_or(serial);
            named.push_str(&format!("`{certificate}` ({digits}\u{2026})"));
            named.push_str(without_holder(behind));
        }
        named
    })
}

/// What follows a holder's name in back quotes, if such a one comes first: " of `CN=…`", in Danish
/// " for `CN=…`".
fn without_holder(behind: &str) -> &str {
    let holder = behind.strip_prefix(" of `").or_else(|| behind.strip_prefix(" for `"));
    let behind_it = holder.and_then(|it| it.split_once('`')).filter(|(it, _)| it.contains('='));
    behind_it.map_or(behind, |(_, behind)| behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_told_by_its_name() {
        let named = |certificate: &str, serial: &str| Named {
            certificate: certificate.parse().unwrap(),
            serial: serial.to_owned(),
        };
        let certificates = [named("new", "19ac6669ead5608c"), named("old", "0123456789")];
        for (said, expected) in [
            (
                "the certificate 19ac6669ead5608c of `CN=a, C=DK`, which expired",
                "the certificate `new` (19ac6669\u{2026}), which expired",
            ),
            ("certifikatet 0123456789 for `CN=a`", "certifikatet `old` (01234567\u{2026})"),
            ("0123456789 of `a`", "`old` (01234567\u{2026}) of `a`"),
            ("the certificate 77 of `CN=a`", "the certificate 77 of `CN=a`"),
        ] {
            assert_eq!(by_name(said, &certificates), expected);
        }
    }
}
