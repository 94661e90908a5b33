//! Everything with a socket: listeners, TLS, and what bounds them.
//!
//! A simulator is a value; a shell puts it behind a [`Listener`]. Whatever comes over the wire
//! meets the [`Bounds`] first, so that a hostile or broken client costs little and never more than
//! was agreed, and what is left reaches the simulator whole: one request with its body, and who is
//! at the other end ([`Peer`]).
//!
//! - [`Listener`]: accepts, serves, and stops without cutting anybody off
//! - [`Bounds`]: how many, how large, how long
//! - [`Tls`], [`Identity`]: a server's certificates, which can be changed while it runs
//! - [`TlsAuthority`], [`Servers`]: who vouches for them on this machine, and those of one program
//! - [`Port`], [`Place`]: what each port can be asked for, so that who asks at the wrong one is told
//! - [`Switch`], [`Ready`]: what is served before and after a service has all that it needs
//! - [`Shared`]: a core that many ask at once
//! - [`MessageService`], [`Answering`]: such a core, with what it must fetch and write down
//! - [`apart`], [`answered_apart`]: work that is done where no sockets wait for it
//! - [`Door`]: a way in which messages come to it and its answers go
//! - [`connector`]: connections to others
//! - [`Source`], [`Publication`]: what another party publishes, fetched from there
//! - [`Remote`], [`Portal`]: the control port of another program, and MitID Erhverv's, asked for a
//!   certificate
//! - [`Folder`], [`FactLog`], [`keys`]: what a program keeps from one start to the next
//! - [`Exchange`], [`go_back`]: an answer after what came of it was kept; cores that begin anew
//! - [`write_whole`]: a file that is there whole or not at all
//! - [`Peer`], [`Arrival`]: who is at the other end of a connection; the name of a request
//! - [`Journal`], [`Traffic`]: what was answered, and what did not get that far
//! - [`settings`], [`program`]: how a program is set, what it says first, and when it stops
//! - [`control`]: the port beside a service, where its clock is moved and the truth is told

mod apart;
mod arrival;
mod astray;
mod base_url;
mod bodies;
mod bounds;
mod connections;
mod connector;
pub mod control;
mod door;
mod fact_log;
mod folder;
mod intake;
pub mod journal;
pub mod keys;
mod listener;
mod message_service;
mod peer;
mod port;
mod portal;
pub mod program;
mod publication;
mod ready;
mod refusal;
mod remote;
pub mod settings;
mod shared;
mod source;
mod switch;
mod timely;
mod tls;
mod traffic;
mod two_clocks;
mod unanswered;

pub use apart::{answered_apart, apart};
pub use arrival::{Arrival, TRACE_HEADER, traced};
pub use base_url::{BaseUrl, MalformedBaseUrl};
pub use bounds::Bounds;
pub use connector::connector;
pub use door::{AskedBySoap, Door, Record, Soap};
pub use fact_log::{Emptied, Exchange, FactLog, FactLogError, Founded, Kept, go_back};
pub use folder::{Folder, Lock, Readers, remove_drafts, write_whole};
pub use journal::Journal;
pub use listener::{BindError, Listener};
pub use message_service::{Answering, MessageService, Passed};
pub use peer::Peer;
pub use port::{Place, Port};
pub use portal::{Held, Portal, PortalError, Wanted};
pub use publication::{Publication, PublicationError, address_below, split_address};
pub use ready::{Readiness, Ready};
pub use remote::{Remote, RemoteError};
pub use shared::{Decided, Shared};
pub use source::{FetchError, Source};
pub use switch::Switch;
pub use tls::{Identity, MalformedIdentity, Servers, Tls, TlsAuthority, TlsAuthorityError};
pub use traffic::{Traffic, Witness};
