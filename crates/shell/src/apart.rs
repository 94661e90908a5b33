//! Work on threads that serve no sockets, and what a request has of its listener meanwhile.

use std::{
    future::Future,
    num::NonZero,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    thread,
};

use axum::response::{IntoResponse, Response};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{self, JoinHandle},
};

tokio::task_local! {
    /// What the request that this task answers has of its listener.
    static SHARE: Arc<Share>;
}

/// How many work at once. Nearly all of it is cryptography, and more threads than that only wake
/// one another. They are counted here and not by the runtime, whose threads also wait for the names
/// of hosts, as long as that takes.
static AT_WORK: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(2 * processors)
});

/// One permit for each thread that may work for a message while it serves sockets: one is left for them, so
/// that whoever asks meanwhile, at a control port above all, is heard.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    Semaphore::new((processors - 1).max(1))
});

/// Does this here, where sockets are served, if a thread is left for them; none if not.
pub(crate) fn at_once<T>(work: impl FnOnce() -> T) -> Option<T> {
    let _permit = AT_ONCE.try_acquire().ok()?;
    Some(work())
}

/// What a request has of its listener until it is answered and all work that was begun for it is
/// done: a place among those that are worked on, and room for its body.
#[derive(Debug)]
pub(crate) struct Share(Mutex<Option<[OwnedSemaphorePermit; 2]>>);

impl Share {
    pub(crate) fn new(permits: [OwnedSemaphorePermit; 2]) -> Self {
        Self(Mutex::new(Some(permits)))
    }

    /// Answers a request that has it.
    pub(crate) async fn during<T>(self, answer: impl Future<Output = T>) -> T {
        SHARE.scope(Arc::new(self), answer).await
    }
}

/// The request that is being answered only waits from now on, and leaves its share to others.
pub(crate) fn stand_aside() {
    let left = |share: &Arc<Share>| share.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    // Where no listener is, as in a test, nobody is in the way.
    let _ = SHARE.try_with(left);
}

/// Lets a thread that serves no sockets do this. It is done also where its client has gone
/// meanwhile, and counts until then among what its listener works on.
///
/// It is meant for what keeps a processor busy: who only waits, for another program or a name, does
/// not do it here.
pub async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let share = SHARE.try_with(Arc::clone).ok();
    let at_work = AT_WORK.acquire().await.expect("nobody closes it");
    let counted = move || {
        let _until_done = (share, at_work);
        work()
    };
    done(task::spawn_blocking(counted)).await
}

/// Goes on to the end, also where the client has gone meanwhile, and counts until then among what
/// its listener works on: for what takes no longer than a bound that it has.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    done(match SHARE.try_with(Arc::clone) {
        Ok(share) => task::spawn(SHARE.scope(share, work)),
        Err(_) => task::spawn(work),
    })
    .await
}

async fn done<T>(task: JoinHandle<T>) -> T {
    match task.await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// The same of an answer, which is put in words there too: a long one in JSON takes a while.
pub async fn answered_apart<T: IntoResponse + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Response {
    apart(move || work().into_response()).await
}
