//! Step 3: a call of a service with a token (OIO IDWS SOAP 1.1), and the service's answer.

mod answer;
mod request;
mod token;

pub use answer::{CallAnswer, CallAnswerError, ServiceReply};
pub use request::{ReceivedCall, ServiceCall, SignedCall};
pub use token::{ReceivedToken, ServiceKeys, TokenRefusal};
