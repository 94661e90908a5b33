//! Why a connection ended without an answer, and what is said of it: nobody could be told there.

use std::{error::Error as _, io};

use parties::{Finding, Role, Text};

use crate::Bounds;

/// Why a connection ended and nobody was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Closing {
    /// There were too many others, all of them being answered.
    NoRoom,
    /// It was idle for longest when another one came.
    MadeRoom,
    /// There is no TLS between the two, for this reason.
    HandshakeFailed(String),
    /// A handshake did not come in time.
    HandshakeTooSlow,
    /// The head of a request was begun and did not come in time.
    HeadTooSlow,
    /// An answer was not taken in time.
    AnswerNotTaken,
}

impl Closing {
    /// Why a handshake failed; nothing where the client has only gone.
    pub(crate) fn of_handshake(error: &io::Error) -> Option<Self> {
        let has_gone = matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
        );
        (!has_gone).then(|| Self::HandshakeFailed(error.to_string()))
    }

    /// Why a conversation ended; nothing where that was the client's wish, or it was idle for too long.
    pub(crate) fn of_conversation(error: &hyper::Error, head_was_begun: bool) -> Option<Self> {
        let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
        if error.is_timeout() {
            head_was_begun.then_some(Self::HeadTooSlow)
        } else {
            (cause?.kind() == io::ErrorKind::TimedOut).then_some(Self::AnswerNotTaken)
        }
    }

    /// The name by which a journal knows it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::NoRoom => "no-room",
            Self::MadeRoom => "made-room",
            Self::HandshakeFailed(_) => "handshake-failed",
            Self::HandshakeTooSlow => "handshake-too-slow",
            Self::HeadTooSlow => "head-too-slow",
            Self::AnswerNotTaken => "answer-not-taken",
        }
    }

    /// The truth about it, by the bounds of the listener.
    pub(crate) fn finding(&self, bounds: &Bounds) -> Finding {
        let (rule, expected, got, what) = match self {
            Self::NoRoom | Self::MadeRoom => self.for_want_of_room(bounds),
            Self::HandshakeFailed(why) => (
                Text::new(
                    "RFC 8446 and 5246: TLS begins with a handshake that both sides finish",
                    "RFC 8446 og 5246: TLS begynder med et håndtryk, som begge parter fuldfører",
                ),
                Text::new(
                    "a handshake in TLS 1.2 or 1.3 with a client that trusts this server",
                    "et håndtryk i TLS 1.2 eller 1.3 med en klient, der stoler på denne server",
                ),
                Text::new(format!("no TLS: {why}"), format!("ingen TLS: {why}")),
                Text::new(
                    "Where it says UnknownCA or the like, let the client trust `tls.pem` of the kit; where it speaks of a message, see whether your client speaks TLS at all",
                    "Står der UnknownCA eller lignende, så lad klienten stole på kittets `tls.pem`; nævnes en besked, så se, om din klient overhovedet taler TLS",
                ),
            ),
            Self::HandshakeTooSlow => in_time(
                &Text::new("A handshake", "Et håndtryk"),
                bounds.handshake_time.as_secs(),
                Text::new(
                    "See whether your client speaks TLS to this port, and what lies between",
                    "Se, om din klient taler TLS med denne port, og hvad der ligger imellem",
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

    fn for_want_of_room(&self, bounds: &Bounds) -> (Text, Text, Text, Text) {
        let got = match self {
            Self::MadeRoom => Text::new(
                "one more, and this connection was idle for longest",
                "en til, og denne forbindelse havde været ledig længst",
            ),
            _ => Text::new(
                "one more, while all others were being answered",
                "en til, mens alle andre blev besvaret",
            ),
        };
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
}

/// What did not come within `seconds`.
fn in_time(it: &Text, seconds: u64, what: Text) -> (Text, Text, Text, Text) {
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
