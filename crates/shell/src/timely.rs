//! A stream whose other end must take what is written to it in time.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::connections::Place;

/// A stream on which an answer breaks off where the other end does not take it in time: the time is
/// that of the whole answer, so that who takes an octet at a time does not stay for ever. Its place
/// knows when it was sent.
#[derive(Debug)]
pub(crate) struct Timely<'p, S> {
    stream: S,
    place: &'p Place,
    time: Duration,
    /// Ends when what was written must have been taken; there since the other end first took no
    /// more.
    end: Option<Pin<Box<Sleep>>>,
}

impl<'p, S> Timely<'p, S> {
    pub(crate) const fn new(stream: S, place: &'p Place, time: Duration) -> Self {
        Self { stream, place, time, end: None }
    }

    /// What became of a try to write, or that it took too long.
    fn in_time<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            return written;
        }
        let end = self.end.get_or_insert_with(|| Box::pin(sleep(self.time)));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timely<'_, S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.place.hear();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timely<'_, S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, octets);
        self.in_time(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, octets);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        ready!(self.in_time(flushed, context))?;
        // Everything is on its way: the next answer has its own time.
        self.end = None;
        self.place.sent();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.in_time(shut, context)
    }
}
