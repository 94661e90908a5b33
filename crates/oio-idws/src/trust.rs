//! WS-Trust between a client and the STS: the request for a token (RST), and the answer (RSTRC).

mod request;
mod response;

pub use request::{
    ReceivedTokenRequest, SignedTokenRequest, TokenRequest, TokenRequestRefusal, UnsignedPart,
};
pub use response::{IssuedToken, ResponseError, StsReply, TokenResponse};
