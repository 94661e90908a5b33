//! Who is connected, and who goes when there is no room.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

/// The connections of one listener.
#[derive(Debug)]
pub(crate) struct Connections {
    limit: usize,
    /// In the order in which they came.
    open: Mutex<BTreeMap<u64, Arc<Connection>>>,
    /// Counts whatever happens: what orders it.
    count: AtomicU64,
    /// Told when the last one has gone.
    empty: Notify,
}

/// What others know of a connection.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    /// [`IDLE`], [`ANSWERED`], [`UNSENT`] or [`LEAVING`].
    standing: AtomicU8,
    /// When it was last busy, by the count of its listener.
    last: AtomicU64,
    given_away: AtomicBool,
    /// Something came over it since the last answer was sent. What came together with the end of
    /// the request before is not known from it.
    heard: AtomicBool,
    /// Something ever came over it.
    ever_heard: AtomicBool,
    close: Notify,
}

/// It is not being answered.
const IDLE: u8 = 0;
/// It is.
const ANSWERED: u8 = 1;
/// The whole answer was handed over, and is not on its way to the last octet.
const UNSENT: u8 = 2;
/// Nothing will be answered any more: only what still comes is taken.
const LEAVING: u8 = 3;

/// A place among the connections, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    connections: Arc<Connections>,
    number: u64,
    connection: Arc<Connection>,
}

impl Connections {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        let (open, count, empty) = (Mutex::default(), AtomicU64::new(0), Notify::new());
        Arc::new(Self { limit, open, count, empty })
    }

    /// A place for one more; none if there is no room and nobody who could go: one that is leaving
    /// rather than one that is idle, and of each the one that is it for longest.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Place> {
        let mut open = self.open();
        if open.len() >= self.limit {
            let could_go = open.iter().filter(|(_, it)| !it.is_answered());
            let order = |it: &Connection| (!it.is_leaving(), it.last.load(Ordering::Relaxed));
            let first = could_go.min_by_key(|(_, it)| order(it))?;
            // It counts no longer as soon as it is told to go, so that its place is free at once.
            let number = *first.0;
            open.remove(&number).inspect(|it| {
                it.given_away.store(true, Ordering::Release);
                it.close.notify_one();
            });
        }
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let connection =
            Arc::new(Connection { last: AtomicU64::new(number), ..Connection::default() });
        open.insert(number, Arc::clone(&connection));
        drop(open);
        Some(Place { connections: Arc::clone(self), number, connection })
    }

    /// Asks everybody to go, and waits until they have.
    pub(crate) async fn close(&self) {
        self.open().values().for_each(|it| it.close.notify_one());
        loop {
            let empty = self.empty.notified();
            if self.open().is_empty() {
                break;
            }
            empty.await;
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until somebody wants the connection to go.
    pub(crate) async fn told_to_go(&self) {
        self.connection.close.notified().await;
    }

    /// Whether another has it, since it was idle when there was no room. It could be answered
    /// since.
    pub(crate) fn is_given_away(&self) -> bool {
        self.connection.given_away.load(Ordering::Acquire) && !self.connection.is_answered()
    }

    /// Something came over it.
    pub(crate) fn hear(&self) {
        self.connection.heard.store(true, Ordering::Relaxed);
        self.connection.ever_heard.store(true, Ordering::Relaxed);
    }

    /// Whether anything ever came over it.
    pub(crate) fn has_heard(&self) -> bool {
        self.connection.ever_heard.load(Ordering::Relaxed)
    }

    /// Whether anything came over it since the last answer was sent.
    pub(crate) fn was_heard(&self) -> bool {
        self.connection.heard.load(Ordering::Relaxed)
    }

    /// From now on it is being answered, until what is returned is dropped and the answer was
    /// [`sent`](Self::sent).
    pub(crate) fn busy(&self) -> Busy {
        self.connection.standing.store(ANSWERED, Ordering::Release);
        Busy(Arc::clone(&self.connection))
    }

    /// From now on nothing is answered any more, and whoever needs the place has it.
    pub(crate) fn leave(&self) {
        self.connection.standing.store(LEAVING, Ordering::Release);
    }

    /// Everything that was handed over until now is on its way.
    pub(crate) fn sent(&self) {
        let Self { connections, connection, .. } = self;
        let standing = &connection.standing;
        // Nobody else ends this standing. Who looks for the one that is idle for longest finds when it began.
        if standing.load(Ordering::Acquire) == UNSENT {
            let count = connections.count.fetch_add(1, Ordering::Relaxed);
            connection.last.store(count, Ordering::Relaxed);
            connection.heard.store(false, Ordering::Relaxed);
            standing.store(IDLE, Ordering::Release);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.remove(&self.number);
        if open.is_empty() {
            self.connections.empty.notify_waiters();
        }
    }
}

impl Connection {
    fn is_answered(&self) -> bool {
        matches!(self.standing.load(Ordering::Acquire), ANSWERED | UNSENT)
    }

    fn is_leaving(&self) -> bool {
        self.standing.load(Ordering::Acquire) == LEAVING
    }
}

/// That a connection is being answered.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Connection>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.standing.store(UNSENT, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_is_idle_for_longest_goes() {
        let connections = Connections::new(2);
        let first = connections.enter().unwrap();
        let second = connections.enter().unwrap();
        drop(first.busy());
        first.sent();
        let third = connections.enter().unwrap();
        let open = |place: &Place| connections.open().contains_key(&place.number);
        assert_eq!([&first, &second, &third].map(open), [true, false, true]);
    }

    #[test]
    fn the_one_that_is_leaving_goes_before_any_that_is_idle() {
        let connections = Connections::new(2);
        let [first, second] = [(); 2].map(|()| connections.enter().unwrap());
        drop(second.busy());
        second.sent();
        second.leave();
        let third = connections.enter().unwrap();
        let open = |place: &Place| connections.open().contains_key(&place.number);
        assert_eq!([&first, &second, &third].map(open), [true, false, true]);
    }

    #[test]
    fn nobody_goes_while_it_is_answered_or_its_answer_is_not_sent() {
        let connections = Connections::new(1);
        let first = connections.enter().unwrap();
        let busy = first.busy();
        first.sent();
        assert!(connections.enter().is_none());
        drop(busy);
        assert!(connections.enter().is_none());
        first.sent();
        assert!(connections.enter().is_some());
    }
}
