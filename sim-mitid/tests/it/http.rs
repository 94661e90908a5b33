//! MitID Erhverv behind sockets.

mod administration;
mod port;
mod publication;
