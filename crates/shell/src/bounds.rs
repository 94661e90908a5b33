//! How much of everything one listener takes.

use std::time::Duration;

/// What bounds a listener. Time here is the machine's, since it bounds what the machine does: no
/// clock of a simulator has anything to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Connections that are open at once. Where one more comes, one that has had its last answer is
    /// closed for it, or else the one that has been idle for longest; where none is idle, it is closed
    /// itself.
    pub connections: usize,
    /// Requests that are worked on at once; one more is answered with 503.
    pub requests: usize,
    /// Octets of a request before its body. What is longer is answered with 431, at the latest at
    /// twice that.
    pub head: usize,
    /// Octets of a body. What is longer is answered with 413.
    pub body: usize,
    /// Octets of all bodies that are being received or worked on. Where more come, those that
    /// began first make room and are answered with 503; where all are worked on, it is what does not
    /// fit.
    pub bodies: usize,
    /// How long a TLS handshake may take.
    pub handshake_time: Duration,
    /// How long a client may take for the head of a request, and stay without one.
    pub head_time: Duration,
    /// How long a client may take for a body. One that takes longer is answered with 408. As long is
    /// taken what a client still sends after the last answer, and nothing of it is kept.
    pub body_time: Duration,
    /// How long a client may take for an answer, from when it first takes no more of it. One that
    /// takes longer is closed.
    pub answer_time: Duration,
    /// How long those who are being answered have when a listener stops.
    pub grace: Duration,
}

impl Default for Bounds {
    /// Ample for a team that tests and for a pipeline, and little for a machine.
    fn default() -> Self {
        Self {
            connections: 1_024,
            requests: 256,
            head: 32 * 1024,
            body: 256 * 1024,
            bodies: 16 * 1024 * 1024,
            handshake_time: Duration::from_secs(10),
            // Clients in .NET keep a connection for 100 s without a call.
            head_time: Duration::from_secs(120),
            body_time: Duration::from_secs(30),
            answer_time: Duration::from_secs(30),
            grace: Duration::from_secs(10),
        }
    }
}
