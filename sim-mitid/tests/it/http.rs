//! MitID Erhverv behind sockets.

mod administration;
mod journal;
mod port;
mod publication;
