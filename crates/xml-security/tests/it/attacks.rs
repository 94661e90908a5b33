//! Attacks: each starts from a message that is accepted, and is refused for a reason of its own.

mod assertion;
mod body;
mod input;
mod shapes;
mod signature;
mod signer;
