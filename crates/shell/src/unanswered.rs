//! Why a connection ended without an answer, and what is said of it: nobody could be told there.

mod handshake;

use std::{error::Error as _, io};

use parties::{Finding, Role, Text};

pub(crate) use self::handshake::{FailedHandshake, Handshake};
use crate::{Bounds, connections::Place};

/// Why a connection ended and nobody was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// There were too many others, all of them being answered.
    NoRoom,
    /// It was idle for longest when another one came.
    MadeRoom,
    /// There is no TLS between the two.
    Handshake(FailedHandshake),
    /// A handshake did not come in time.
    HandshakeTooSlow,
    /// There was TLS, and the client went before it asked for anything; the host that it named.
    LeftBeforeRequest(Option<String>),
    /// What came over TLS could not be opened, or the client said so of what it got; in the words of TLS.
    TlsBroken(String),
    /// The head of a request was begun and did not come in time.
    HeadTooSlow,
    /// An answer was not taken in time.
    AnswerNotTaken,
}

/// The parts of a finding but its name and who must act.
type Said = (Text, Text, Text, Text);

impl Unanswered {
    /// Why a conversation ended; nothing where that was the client's wish, or it was idle for too
    /// long. `host` is what the client asked for in TLS.
    pub(crate) fn of_conversation(
        error: &hyper::Error,
        place: &Place,
        host: Option<&str>,
    ) -> Option<Self> {
        if error.is_timeout() {
            return place.was_heard().then_some(Self::HeadTooSlow);
        }
        let cause = error.source()?.downcast_ref::<io::Error>()?;
        match cause.kind() {
            io::ErrorKind::TimedOut => Some(Self::AnswerNotTaken),
            io::ErrorKind::InvalidData => {
                // Whoever has asked for something took the certificate.
                let failed =
                    if place.has_heard() { None } else { FailedHandshake::after(cause, host) };
                let broken = || Self::TlsBroken(cause.to_string());
                Some(failed.map_or_else(broken, Self::Handshake))
            }
            _ => None,
        }
    }

    /// The names of all of them.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let others = [
            Self::NoRoom,
            Self::MadeRoom,
            Self::HandshakeTooSlow,
            Self::LeftBeforeRequest(None),
            Self::TlsBroken(String::new()),
            Self::HeadTooSlow,
            Self::AnswerNotTaken,
        ];
        let others = others.map(|it| it.name());
        Handshake::ALL.into_iter().map(Handshake::name).chain(others)
    }

    /// The name by which a journal knows it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::NoRoom => "no-room",
            Self::MadeRoom => "made-room",
            Self::Handshake(failed) => failed.what.name(),
            Self::HandshakeTooSlow => "handshake-too-slow",
            Self::LeftBeforeRequest(_) => "left-before-request",
            Self::TlsBroken(_) => "tls-broken",
            Self::HeadTooSlow => "head-too-slow",
            Self::AnswerNotTaken => "answer-not-taken",
        }
    }

    /// The truth about it, by the bounds of the listener.
    pub(crate) fn finding(&self, bounds: &Bounds) -> Finding {
        let (rule, expected, got, what) = match self {
            Self::NoRoom => for_want_of_room(
                bounds,
                Text::new(
                    "one more, while all others were being answered",
                    "en til, mens alle andre blev besvaret",
                ),
            ),
            Self::MadeRoom => for_want_of_room(
                bounds,
                Text::new(
                    "one more, and this connection was idle for longest",
                    "en til, og denne forbindelse havde været ledig længst",
                ),
            ),
            Self::Handshake(failed) => failed.said(),
            Self::HandshakeTooSlow => in_time(
                &Text::new("A handshake", "Et håndtryk"),
                bounds.handshake_time.as_secs(),
                Text::new(
                    "See whether your client speaks TLS to this port, and what lies between",
                    "Se, om din klient taler TLS med denne port, og hvad der ligger imellem",
                ),
            ),
            Self::LeftBeforeRequest(host) => handshake::left(host.as_deref()),
            Self::TlsBroken(why) => (
                Text::new(
                    "RFC 8446, 5.2 and 6.2: what cannot be opened ends the connection, and so does a fatal alert",
                    "RFC 8446, 5.2 og 6.2: det, der ikke kan åbnes, afslutter forbindelsen, og det gør en fatal alarm også",
                ),
                Text::new(
                    "records that TLS protects, both ways",
                    "poster, som TLS beskytter, i begge retninger",
                ),
                Text::new(
                    format!("what ended the connection: {why}"),
                    format!("det, der afsluttede forbindelsen ({why})"),
                ),
                Text::new(
                    "See whether something between your client and this port changes what is sent; if an alert was received, see what your client's own log says of it",
                    "Se, om noget mellem din klient og denne port ændrer det, der sendes; er der modtaget en alarm, så se, hvad din klients egen log siger om den",
                ),
            ),
            Self::HeadTooSlow => in_time(
                &Text::new("The head of a request", "Hovedet på en forespørgsel"),
                bounds.head_time.as_secs(),
                Text::new(
                    "See whether your client ends its head with an empty line, and what lies between",
                    "Se, om din klient slutter sit hoved med en tom linje, og hvad der ligger imellem",
                ),
            ),
            Self::AnswerNotTaken => in_time(
                &Text::new("That an answer is taken", "At et svar bliver hentet"),
                bounds.answer_time.as_secs(),
                Text::new(
                    "See whether your client reads what it was answered",
                    "Se, om din klient læser det, den blev svaret",
                ),
            ),
        };
        Finding { cause: self.name().to_owned(), rule, expected, got, who: Role::Vendor, what }
    }
}

fn for_want_of_room(bounds: &Bounds, got: Text) -> Said {
    (
        Text::new(
            "A listener has so many connections at once; our choice",
            "En lytter har så mange forbindelser på én gang; vores valg",
        ),
        Text::new(
            format!("at most {} connections", bounds.connections),
            format!("højst {} forbindelser", bounds.connections),
        ),
        got,
        Text::new(
            "Let your client use a connection again, and close what it does not use",
            "Lad din klient genbruge en forbindelse og lukke dem, den ikke bruger",
        ),
    )
}

/// What did not come within `seconds`.
fn in_time(it: &Text, seconds: u64, what: Text) -> Said {
    (
        Text::new(
            format!("{} has a bounded time; our choice", it.en),
            format!("{} har en begrænset tid; vores valg", it.da),
        ),
        Text::new(
            format!("all of it within {seconds} seconds"),
            format!("det hele inden for {seconds} sekunder"),
        ),
        Text::new("part of it, or nothing", "en del af det, eller intet"),
        what,
    )
}
