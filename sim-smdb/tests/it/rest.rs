//! SMDB by REST: tokens are redeemed, and calls carry what they were redeemed for.

mod access_token;
mod calls;
mod client;
pub(crate) mod door;
mod facts;
mod hostile;
mod redemption;
mod rejections;
