//! Accepts connections, serves what comes over them, and stops.

use std::{
    convert::Infallible, future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration,
};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use parties::Proof;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy, sink},
    net::{TcpListener, TcpSocket, TcpStream},
    select,
    time::{sleep, timeout},
};

use crate::{
    Bounds, Peer, Port, Tls, Traffic,
    connections::{Connections, Place},
    intake::Intake,
    refusal::Refusal,
    timely::Timely,
    unanswered::Unanswered,
};

/// One address at which a service listens.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    bounds: Bounds,
    traffic: Traffic,
    port: Option<Port>,
}

/// Why a listener could not begin.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at {address}: {source}")]
pub struct BindError {
    /// Where it should have listened.
    pub address: SocketAddr,
    /// What the machine says.
    pub source: io::Error,
}

/// How long nothing is accepted after the machine could not, for want of file handles.
const PAUSE: Duration = Duration::from_millis(50);
/// HTTP/1.1 alone, which is what the real services speak; hyper takes no smaller buffer than this.
const BUFFER_MIN: usize = 8 * 1024;

impl Listener {
    /// Listens at `address`, in plain HTTP if there is no `tls`. Port 0 means any that is free.
    ///
    /// # Errors
    ///
    /// If the machine does not let it.
    pub async fn bind(
        address: SocketAddr,
        tls: Option<Tls>,
        bounds: Bounds,
    ) -> Result<Self, BindError> {
        let failed = |source| BindError { address, source };
        let tcp = listen(address, bounds.connections).map_err(failed)?;
        let address = tcp.local_addr().map_err(failed)?;
        Ok(Self { tcp, address, tls, bounds, traffic: Traffic::default(), port: None })
    }

    /// The same, counting with others.
    #[must_use]
    pub fn counting(self, traffic: Traffic) -> Self {
        Self { traffic, ..self }
    }

    /// The same, as this port of a service: who asks there for what it has not, and is told so by a bare
    /// status, finds the truth in the journal.
    #[must_use]
    pub fn serving(self, port: Port) -> Self {
        Self { port: Some(port), ..self }
    }

    /// Where it listens, with the port that it got.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves `router` until `stop` is done; then takes nobody new, lets those who are being
    /// answered have their answer, and ends. Every request has a [`Peer`] among its extensions.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()> + Send) {
        let connections = Connections::new(self.bounds.connections);
        let intake = Intake::new(router, self.port, self.bounds, self.traffic.clone());
        let mut stop = pin!(stop);
        loop {
            let accepted = select! {
                () = &mut stop => break,
                accepted = self.tcp.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.welcome(stream, address, &connections, &intake),
                // The one who came is gone again, or there are no handles left: those who are here
                // give theirs back in time.
                Err(_) => sleep(PAUSE).await,
            }
        }
        drop(self.tcp);
        let _ = timeout(self.bounds.grace, connections.close()).await;
    }

    fn welcome(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        connections: &Arc<Connections>,
        intake: &Arc<Intake>,
    ) {
        let Some(place) = connections.enter() else {
            return intake.unanswered(&Unanswered::NoRoom, address);
        };
        let connected = self.traffic.connected();
        // What is written is a whole answer, and the other end waits for it.
        let _ = stream.set_nodelay(true);
        let (tls, bounds, intake) = (self.tls.clone(), self.bounds, Arc::clone(intake));
        tokio::spawn(async move {
            let _connected = connected;
            attend(stream, address, tls, &place, bounds, &intake).await;
        });
    }
}

/// Listens where as many may wait to be accepted as may be connected. tokio alone has room for 128, and whoever
/// comes when they are there waits for a second or more, until its machine tries again.
fn listen(address: SocketAddr, waiting: usize) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As tokio does: on Windows it would let another program listen at the same address.
    if cfg!(not(windows)) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(waiting.try_into().unwrap_or(u32::MAX))
}

/// Shakes hands over one connection, if there is TLS, and answers what comes over it.
async fn attend(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    address: SocketAddr,
    tls: Option<Tls>,
    place: &Place,
    bounds: Bounds,
    intake: &Intake,
) {
    let Some(tls) = tls else {
        let peer = Peer { address, certificate: Proof::Missing, server_name: None };
        _ = converse(stream, peer, place, bounds, intake).await;
        return;
    };
    let handshake = timeout(bounds.handshake_time, tls.accept(stream, address));
    let shaken = select! {
        () = place.told_to_go() => {
            if place.is_given_away() {
                intake.unanswered(&Unanswered::MadeRoom, address);
            }
            return;
        }
        shaken = handshake => shaken,
    };
    let why = match shaken {
        Ok(Ok((stream, peer))) => {
            let host = peer.server_name.as_deref().map(str::to_owned);
            let has_said = converse(stream, peer, place, bounds, intake).await;
            (!has_said).then_some(Unanswered::LeftBeforeRequest(host))
        }
        Ok(Err(failed)) => failed.map(Unanswered::Handshake),
        Err(_) => Some(Unanswered::HandshakeTooSlow),
    };
    if let Some(why) = why {
        intake.unanswered(&why, address);
    }
}

/// Answers what comes over one connection, until either end closes it. Says no where the client went
/// by itself, and nothing had come over it.
async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: Peer,
    place: &Place,
    bounds: Bounds,
    intake: &Intake,
) -> bool {
    let (address, host) = (peer.address, peer.server_name.clone());
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let peer = peer.clone();
        async move { Ok::<_, Infallible>(intake.take(request, peer, place).await) }
    });
    let ended = {
        let conversation = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.head_time)
            .max_buf_size(bounds.head.max(BUFFER_MIN))
            .serve_connection(
                TokioIo::new(Timely::new(&mut stream, place, bounds.answer_time)),
                service,
            );
        let mut conversation = pin!(conversation);
        select! {
            ended = conversation.as_mut() => ended,
            () = place.told_to_go() => {
                // Its place is another's already: who is not being answered goes at once.
                if place.is_given_away() {
                    intake.unanswered(&Unanswered::MadeRoom, address);
                    return true;
                }
                conversation.as_mut().graceful_shutdown();
                let _ = timeout(bounds.grace, conversation).await;
                return true;
            }
        }
    };
    match ended {
        Ok(()) => {}
        // hyper has answered it, but for the preface of HTTP/2.
        Err(error) if error.is_parse_too_large() => {
            intake.refused_head(Refusal::HeadTooLarge, address);
        }
        Err(error) if error.is_parse() => intake.refused_head(Refusal::HeadUnreadable, address),
        Err(error) => {
            let Some(why) = Unanswered::of_conversation(&error, place, host.as_deref()) else {
                return error.is_timeout() || place.has_heard();
            };
            intake.unanswered(&why, address);
            return true;
        }
    }
    see_off(stream, place, bounds.body_time).await;
    place.has_heard()
}

/// Says that no more is answered, and takes what still comes until the other end closes too: a connection that
/// is closed before everything was read is reset, and who writes all of a message before it reads would lose
/// the answer (RFC 9112, section 9.6). Nothing of it is kept.
async fn see_off(mut stream: impl AsyncRead + AsyncWrite + Unpin, place: &Place, time: Duration) {
    place.leave();
    let rest = async {
        stream.shutdown().await?;
        copy(&mut stream, &mut sink()).await
    };
    select! {
        _ = timeout(time, rest) => {}
        () = place.told_to_go() => {}
    }
}

#[cfg(test)]
mod tests;
