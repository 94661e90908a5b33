//! Why a request gets no further than its listener, and what is said of it.

use axum::{
    http::{HeaderName, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use parties::{Finding, Role, Text};

use crate::Bounds;

/// Why a request does not get as far as a simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// What comes before the body is too long.
    HeadTooLarge,
    /// It is no head.
    HeadUnreadable,
    /// The body is too long.
    BodyTooLarge,
    /// The body does not come in time.
    BodyTooSlow,
    /// The client went, or what it sent is no body.
    BodyBrokenOff,
    /// There was no room for all bodies, and this one began before those that have it.
    BodyMadeRoom,
    /// There are too many others at the same time.
    Overloaded,
}

impl Refusal {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::HeadTooLarge,
        Self::HeadUnreadable,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::BodyBrokenOff,
        Self::BodyMadeRoom,
        Self::Overloaded,
    ];

    /// The name by which a journal knows it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::HeadTooLarge => "head-too-large",
            Self::HeadUnreadable => "head-unreadable",
            Self::BodyTooLarge => "body-too-large",
            Self::BodyTooSlow => "body-too-slow",
            Self::BodyBrokenOff => "body-broken-off",
            Self::BodyMadeRoom => "body-made-room",
            Self::Overloaded => "overloaded",
        }
    }

    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::HeadUnreadable | Self::BodyBrokenOff => StatusCode::BAD_REQUEST,
            Self::BodyMadeRoom | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            // hyper has answered, with the status alone.
            Self::HeadTooLarge | Self::HeadUnreadable => "",
            Self::BodyTooLarge => "the body is longer than this service takes\n",
            Self::BodyTooSlow => "the body did not come in time\n",
            Self::BodyBrokenOff => "the body broke off\n",
            Self::BodyMadeRoom => "the body made room for others: try again\n",
            Self::Overloaded => "too many requests at once: try again\n",
        }
    }

    /// The truth about it, by the bounds of the listener.
    pub(crate) fn finding(self, bounds: &Bounds) -> Finding {
        let (rule, expected, got, who, what) = match self {
            Self::HeadTooLarge => (
                Text::new(
                    "A listener takes heads up to a length; our choice",
                    "En lytter tager imod hoveder op til en længde; vores valg",
                ),
                Text::new(
                    format!("at most {} octets before the body", bounds.head),
                    format!("højst {} oktetter før indholdet", bounds.head),
                ),
                Text::new("a longer head; it was not read", "et længere hoved; det blev ikke læst"),
                Role::Vendor,
                Text::new(
                    "See what your client puts into its headers: an access token, a cookie",
                    "Se, hvad din klient lægger i sine headere: et adgangstoken, en cookie",
                ),
            ),
            Self::HeadUnreadable => (
                Text::new(
                    "RFC 9112, section 3: a request begins with a line of HTTP/1.1, and headers follow",
                    "RFC 9112, afsnit 3: en forespørgsel begynder med en linje af HTTP/1.1, og headere følger",
                ),
                Text::new("such a head", "et sådant hoved"),
                Text::new(
                    "one that cannot be read, or that of HTTP/2, or a handshake of TLS where there is none",
                    "et, der ikke kan læses, eller det fra HTTP/2, eller et TLS-håndtryk, hvor der ikke er TLS",
                ),
                Role::Vendor,
                Text::new(
                    "Let your client speak HTTP/1.1, and write `http` or `https` as the port does",
                    "Lad din klient tale HTTP/1.1, og skriv `http` eller `https`, som porten taler",
                ),
            ),
            Self::BodyTooLarge => (
                Text::new(
                    "A listener takes bodies up to a length; our choice",
                    "En lytter tager imod indhold op til en længde; vores valg",
                ),
                Text::new(
                    format!("at most {} octets", bounds.body),
                    format!("højst {} oktetter", bounds.body),
                ),
                Text::new(
                    "a longer body; it was not read",
                    "et længere indhold; det blev ikke læst",
                ),
                Role::Vendor,
                Text::new("Send a shorter message", "Send en kortere besked"),
            ),
            Self::BodyTooSlow => (
                Text::new(
                    "A body comes within a bounded time; our choice",
                    "Indholdet kommer inden for en begrænset tid; vores valg",
                ),
                Text::new(
                    format!("all of it within {} seconds", bounds.body_time.as_secs()),
                    format!("det hele inden for {} sekunder", bounds.body_time.as_secs()),
                ),
                Text::new("part of it, or nothing", "en del af det, eller intet"),
                Role::Vendor,
                Text::new(
                    "See whether your client sends as much as its Content-Length says, and what lies between it and the service",
                    "Se, om din klient sender så meget, som dens Content-Length siger, og hvad der ligger mellem den og tjenesten",
                ),
            ),
            Self::BodyBrokenOff => (
                Text::new(
                    "RFC 9112, section 8: an incomplete message is not processed",
                    "RFC 9112, afsnit 8: en ufuldstændig besked behandles ikke",
                ),
                Text::new(
                    "a body as long as was said, or whole chunks",
                    "et indhold så langt som sagt, eller hele chunks",
                ),
                Text::new(
                    "a connection that ended before, or chunks that are none",
                    "en forbindelse, der sluttede før, eller chunks, der ikke er det",
                ),
                Role::Vendor,
                Text::new(
                    "See why your client gave up: its own timeout, or how it writes chunks",
                    "Se, hvorfor din klient gav op: dens egen timeout, eller hvordan den skriver chunks",
                ),
            ),
            Self::BodyMadeRoom => (
                Text::new(
                    "Where there is no room for all bodies, one that began earlier makes room for those that began later; our choice",
                    "Er der ikke plads til alt indhold, viger det, der begyndte tidligere, for det, der begyndte senere; vores valg",
                ),
                Text::new(
                    format!(
                        "at most {} octets of bodies at once, or a body that is whole before others need its room",
                        bounds.bodies
                    ),
                    format!(
                        "højst {} oktetter indhold på én gang, eller et indhold, der er helt fremme, før andre skal bruge dets plads",
                        bounds.bodies
                    ),
                ),
                Text::new(
                    "more than that, when only a part of this body had come",
                    "mere end det, da kun en del af dette indhold var kommet",
                ),
                Role::Vendor,
                Text::new(
                    "Call again, and send the body in one go; whoever else calls may have taken the room: see the journal's other entries for who does",
                    "Kald igen, og send indholdet i ét stræk; andre, der kalder, kan have taget pladsen: se i journalens øvrige poster, hvem det er",
                ),
            ),
            Self::Overloaded => (
                Text::new(
                    "A listener takes so much at once; our choice",
                    "En lytter tager imod så meget på én gang; vores valg",
                ),
                Text::new(
                    format!(
                        "at most {} requests and {} octets of bodies at once",
                        bounds.requests, bounds.bodies
                    ),
                    format!(
                        "højst {} forespørgsler og {} oktetter indhold på én gang",
                        bounds.requests, bounds.bodies
                    ),
                ),
                Text::new("more", "mere"),
                Role::Vendor,
                Text::new(
                    "Call again after what Retry-After says, with fewer calls at once",
                    "Kald igen efter det, som Retry-After siger, med færre kald på én gang",
                ),
            ),
        };
        Finding { cause: self.name().to_owned(), rule, expected, got, who, what }
    }
}

impl IntoResponse for Refusal {
    /// The connection ends with it, unless only the moment was wrong: what is left of a body is not
    /// read.
    fn into_response(self) -> Response {
        let head: &[(HeaderName, &str)] = match self {
            Self::Overloaded => &[(header::RETRY_AFTER, "1")],
            Self::BodyMadeRoom => &[(header::RETRY_AFTER, "1"), (header::CONNECTION, "close")],
            Self::HeadTooLarge
            | Self::HeadUnreadable
            | Self::BodyTooLarge
            | Self::BodyTooSlow
            | Self::BodyBrokenOff => &[(header::CONNECTION, "close")],
        };
        (self.status(), AppendHeaders(head.iter().cloned()), self.text()).into_response()
    }
}
