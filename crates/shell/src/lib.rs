//! Everything with a socket: listeners, TLS, and what bounds them.
//!
//! A simulator is a value; a shell puts it behind a [`Listener`]. Whatever comes over the wire meets
//! the [`Bounds`] first, so that a hostile or broken client costs little and never more than was
//! agreed, and what is left reaches the simulator whole: one request with its body, and who is at the
//! other end ([`Peer`]).
//!
//! - [`Listener`]: accepts, serves, and stops without cutting anybody off
//! - [`Bounds`]: how many, how large, how long
//! - [`Tls`], [`Identity`]: a server's certificates, which can be changed while it runs
//! - [`TlsAuthority`]: who vouches for them on this machine
//! - [`Shared`], [`Exchange`]: a core that many ask at once, and what it answered one of them
//! - [`MessageService`], [`Answering`]: such a core, with what it must fetch and write down
//! - [`Source`]: what another party publishes, fetched from there
//! - [`Peer`], [`Arrival`]: who is at the other end of a connection; the name of a request
//! - [`Journal`], [`Traffic`]: what was answered, and what did not get that far
//! - [`settings`], [`program`]: how a program is set, what it says first, and when it stops
//! - [`control`]: the port beside a service, where its clock is moved and the truth is told

mod arrival;
mod bounds;
mod connections;
pub mod control;
mod intake;
pub mod journal;
mod listener;
mod message_service;
mod peer;
pub mod program;
pub mod settings;
mod shared;
mod source;
mod tls;
mod traffic;

pub use arrival::{Arrival, TRACE_HEADER, traced};
pub use bounds::Bounds;
pub use journal::Journal;
pub use listener::{BindError, Listener};
pub use message_service::{Answering, MessageService, apart};
pub use peer::Peer;
pub use shared::{Exchange, Shared};
pub use source::{FetchError, Source};
pub use tls::{Identity, MalformedIdentity, Tls, TlsAuthority, TlsAuthorityError};
pub use traffic::Traffic;
