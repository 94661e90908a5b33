//! Why there is no TLS with a client, as far as its alert or ours tells it.

use std::io;

use parties::{Excerpt, Text};
use rustls::{AlertDescription, Error};

use super::Said;

/// A handshake that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailedHandshake {
    /// What went wrong.
    pub(crate) what: Handshake,
    /// The same in the words of TLS.
    why: String,
    /// The host that the client asked for.
    host: Option<String>,
}

/// What goes wrong in a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// The client says that it does not take the server's certificate.
    ServerNotTrusted,
    /// The client went after its first message.
    Left,
    /// The two have no version, suite or protocol in common.
    NothingInCommon,
    /// What came is no TLS.
    NoTls,
    /// Anything else.
    Failed,
}

impl FailedHandshake {
    /// What comes of `error`, with which a handshake ended: nothing where the client has only gone
    /// before it was shown anything. `host` is what it asked for, if its first message came.
    pub(crate) fn of(error: &io::Error, host: Option<Option<String>>) -> Option<Self> {
        let has_gone = matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
        );
        if has_gone && host.is_none() {
            return None;
        }
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
        let what = match cause {
            _ if has_gone => Handshake::Left,
            Some(cause) => Handshake::of(cause, host.is_some()),
            None => Handshake::Failed,
        };
        Some(Self { what, why: error.to_string(), host: host.flatten() })
    }

    /// The same of an alert that comes when the handshake is over for the server, and before anything else:
    /// nothing unless it is about the certificate, which some look at so late.
    pub(super) fn after(error: &io::Error, host: Option<&str>) -> Option<Self> {
        let cause = error.get_ref()?.downcast_ref::<Error>()?;
        let what = Handshake::of(cause, true);
        let (why, host) = (error.to_string(), host.map(str::to_owned));
        (what == Handshake::ServerNotTrusted).then_some(Self { what, why, host })
    }

    /// What is said of it.
    pub(super) fn said(&self) -> Said {
        let Self { what, why, host } = self;
        match what {
            Handshake::ServerNotTrusted => {
                let got = Text::new(
                    format!("the client did not take the certificate: {why}"),
                    format!("klienten tog ikke imod certifikatet ({why})"),
                );
                not_trusted(&got, host.as_deref())
            }
            Handshake::Left => {
                let got = Text::new(
                    "the client went in the middle of the handshake",
                    "klienten gik midt i håndtrykket",
                );
                let (rule, expected, got, Text { en, da }) = not_trusted(&got, host.as_deref());
                let what = Text::new(
                    format!(
                        "{en}; a client that goes at this point has most often just seen the certificate"
                    ),
                    format!(
                        "{da}; en klient, der går på det tidspunkt, har som oftest netop set certifikatet"
                    ),
                );
                (rule, expected, got, what)
            }
            Handshake::NothingInCommon => (
                Text::new(
                    "RFC 8446, 4.1.1: both must have a version, a suite and a group in common",
                    "RFC 8446, 4.1.1: begge skal have en version, en suite og en gruppe til fælles",
                ),
                Text::new(
                    "TLS 1.3, or 1.2 with ECDHE and AES-GCM or ChaCha20; and HTTP/1.1, if ALPN is used",
                    "TLS 1.3, eller 1.2 med ECDHE og AES-GCM eller ChaCha20; og HTTP/1.1, hvis ALPN bruges",
                ),
                Text::new(format!("nothing in common: {why}"), format!("intet til fælles ({why})")),
                Text::new(
                    "Let your client offer one of these; a runtime that is too old may need to be told so",
                    "Lad din klient tilbyde en af dem; et gammelt køretidsmiljø skal måske have det at vide",
                ),
            ),
            Handshake::NoTls => (
                Text::new(
                    "RFC 8446, 4.1.2: the first message is a ClientHello",
                    "RFC 8446, 4.1.2: den første besked er en ClientHello",
                ),
                Text::new("a handshake of TLS", "et TLS-håndtryk"),
                Text::new(format!("no TLS: {why}"), format!("ikke TLS ({why})")),
                Text::new(
                    "Write `https` in the address; if it is there, see what lies between",
                    "Skriv `https` i adressen; står det der, så se, hvad der ligger imellem",
                ),
            ),
            Handshake::Failed => (
                Text::new(
                    "RFC 8446 and 5246: TLS begins with a handshake that both sides finish",
                    "RFC 8446 og 5246: TLS begynder med et håndtryk, som begge parter fuldfører",
                ),
                Text::new("a handshake in TLS 1.2 or 1.3", "et håndtryk i TLS 1.2 eller 1.3"),
                Text::new(
                    format!("one that failed: {why}"),
                    format!("et, der mislykkedes ({why})"),
                ),
                Text::new(
                    "See what your client's own log says of it, and what lies between",
                    "Se, hvad din klients egen log siger om det, og hvad der ligger imellem",
                ),
            ),
        }
    }
}

impl Handshake {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::ServerNotTrusted, Self::Left, Self::NothingInCommon, Self::NoTls, Self::Failed];

    fn of(cause: &Error, has_begun: bool) -> Self {
        match cause {
            Error::AlertReceived(alert) => match alert {
                AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::AccessDenied => Self::ServerNotTrusted,
                AlertDescription::HandshakeFailure
                | AlertDescription::ProtocolVersion
                | AlertDescription::InsufficientSecurity
                | AlertDescription::NoApplicationProtocol => Self::NothingInCommon,
                AlertDescription::CloseNotify | AlertDescription::UserCanceled => Self::Left,
                _ => Self::Failed,
            },
            Error::PeerIncompatible(_) | Error::NoApplicationProtocol => Self::NothingInCommon,
            Error::InvalidMessage(_) | Error::InappropriateMessage { .. } if !has_begun => {
                Self::NoTls
            }
            _ => Self::Failed,
        }
    }

    /// The name by which a journal knows it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ServerNotTrusted => "server-not-trusted",
            Self::Left => "left-in-handshake",
            Self::NothingInCommon => "no-common-tls",
            Self::NoTls => "no-tls",
            Self::Failed => "handshake-failed",
        }
    }
}

/// What is said of a client that went when it had seen the certificate, and did not say why.
pub(super) fn left(host: Option<&str>) -> Said {
    let got = Text::new(
        "the client went when it had seen the certificate, and asked for nothing",
        "klienten gik, da den havde set certifikatet, og bad ikke om noget",
    );
    not_trusted(&got, host)
}

fn not_trusted(got: &Text, host: Option<&str>) -> Said {
    let host = host.map_or_else(
        || Text::new("it named no host", "den nævnte ingen vært"),
        |host| {
            // It is a name that the client chose.
            let Text { en, da } = Excerpt::of_name(host).text();
            Text::new(format!("it asked for `{en}`"), format!("den spurgte efter `{da}`"))
        },
    );
    (
        Text::new(
            "RFC 9110, 4.3.4, and RFC 5280, 6.1: a client goes on with a server whose certificate it trusts, and which names the host",
            "RFC 9110, 4.3.4, og RFC 5280, 6.1: en klient går videre med en server, hvis certifikat den stoler på, og som nævner værten",
        ),
        Text::new(
            "a client that trusts the authority of this server, and calls it by a name in its certificate",
            "en klient, der stoler på denne servers udsteder og kalder den ved et navn i dens certifikat",
        ),
        Text::new(format!("{}; {}", got.en, host.en), format!("{}; {}", got.da, host.da)),
        Text::new(
            "Let the client trust the authority that GET /__admin/tls at the control port shows (`tls.pem` of the kit, until another was made), and call the server by one of the names that it shows there",
            "Lad klienten stole på den udsteder, som GET /__admin/tls ved kontrolporten viser (kittets `tls.pem`, indtil en anden blev lavet), og kalde serveren ved et af de navne, der vises der",
        ),
    )
}
