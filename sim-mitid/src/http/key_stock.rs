//! A small stock of key pairs, made ahead on a thread of their own: to make one takes about a
//! second, and whoever downloads a certificate should not wait for that.

use std::{
    fmt,
    sync::{Mutex, OnceLock, PoisonError},
    thread,
};

use pki::PrivateKey;
use tokio::sync::{
    Mutex as Turn,
    mpsc::{self, Receiver},
};

use crate::enrolment::KEY_SIZE;

/// How many key pairs wait at most, beside one that waits to be put there.
const WAITING: usize = 2;

/// Makes one key pair.
type Make = Box<dyn FnMut() -> PrivateKey + Send>;

/// Key pairs that nobody has used. None is made before somebody is likely to want one, so that a
/// service which issues nothing costs nothing.
pub struct KeyStock {
    /// Who makes them, until it begins.
    make: Mutex<Option<Make>>,
    made: OnceLock<Turn<Receiver<PrivateKey>>>,
}

impl KeyStock {
    /// Key pairs that are drawn as they are wanted.
    #[must_use]
    pub fn drawn() -> Self {
        Self::new(|| PrivateKey::generate(KEY_SIZE))
    }

    /// Key pairs from elsewhere. One that is shorter than [`KEY_SIZE`] is never certified.
    pub fn new(make: impl FnMut() -> PrivateKey + Send + 'static) -> Self {
        Self { make: Mutex::new(Some(Box::new(make))), made: OnceLock::new() }
    }

    /// Begins to make them, if that has not begun. Somebody will want one.
    pub fn prepare(&self) {
        self.made();
    }

    /// Takes one, as soon as there is one; none if no more can be made. No thread waits for it:
    /// those that others need would soon all do.
    pub(super) async fn take(&self) -> Option<PrivateKey> {
        // Whoever waits here waits for one key pair, and those behind for one more each.
        self.made().lock().await.recv().await
    }

    fn made(&self) -> &Turn<Receiver<PrivateKey>> {
        self.made.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(WAITING);
            let make = self.make.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(mut make) = make {
                // It ends with the stock: then nobody takes what it makes. If the machine has no
                // thread left, nothing is ever in stock, and a download says so.
                let work = move || while sender.blocking_send(make()).is_ok() {};
                let _ = thread::Builder::new().name("key pairs".to_owned()).spawn(work);
            }
            Turn::new(receiver)
        })
    }
}

impl fmt::Debug for KeyStock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyStock(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Says each time that it is asked for a key, and makes the same one.
    fn telling(asked: Sender<()>) -> KeyStock {
        let key = PrivateKey::generate(pki::KeySize::Rsa2048);
        KeyStock::new(move || {
            let _ = asked.send(());
            key.clone()
        })
    }

    #[tokio::test]
    async fn makes_none_before_one_is_wanted_and_a_few_from_then_on() {
        let (asked, times) = channel();
        let stock = telling(asked);
        assert!(times.try_recv().is_err(), "nobody wants one");
        stock.prepare();
        stock.prepare();
        for _ in 0..=WAITING {
            times.recv().unwrap();
        }
        for _ in 0..5 {
            assert!(stock.take().await.is_some());
        }
        // All that were taken, all that wait, and one that waits to be put there.
        drop(stock);
        let more = times.iter().count();
        assert!(more <= 5, "{more}");
    }

    #[tokio::test]
    async fn what_is_drawn_may_be_certified() {
        let key = KeyStock::drawn().take().await.unwrap();
        assert!(key.public().bits() >= KEY_SIZE.bits());
    }
}
