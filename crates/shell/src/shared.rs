//! A core that many ask at once.

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use clock::Timestamp;
use parties::Core;

/// One core that many ask at once, and that answers as if they had asked one after the other.
///
/// What takes longest is the wire: to read a message is to decrypt it and to verify its signatures, to
/// write one is to sign it. Both hang on how the core was set up, and on nothing that it remembers
/// ([`Core::read`]): so they are done with a copy, all at once, and nobody waits. To decide, to remember
/// and to keep is done by one at a time, and may take as long as the disk does: who only wants to know how
/// it is set up asks the copy ([`Shared::wire`]), and waits for nobody.
pub struct Shared<C: Core> {
    wire: ArcSwap<C>,
    core: Mutex<C>,
    /// None where nothing outlives the program.
    keep: Option<Keep<C::Fact>>,
}

/// Keeps what was remembered, in the order in which it was.
type Keep<F> = Box<dyn Fn(&[F], Timestamp) -> io::Result<()> + Send + Sync>;

impl<C: Core + fmt::Debug> fmt::Debug for Shared<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("core", &self.core).finish_non_exhaustive()
    }
}

/// What was decided.
#[derive(Debug, Clone)]
pub struct Decided<A, F> {
    /// What is answered.
    pub answer: A,
    /// What was remembered.
    pub facts: Vec<F>,
    /// Why that will be forgotten with the program, if it should not be.
    pub not_kept: Option<String>,
}

impl<C: Core> Shared<C> {
    /// A core that nobody has asked yet.
    #[must_use]
    pub fn new(core: C) -> Self {
        Self { wire: ArcSwap::from_pointee(core.set_up()), core: Mutex::new(core), keep: None }
    }

    /// The same, and `keep` keeps what it remembers, before anybody is answered.
    #[must_use]
    pub fn keeping(
        self,
        keep: impl Fn(&[C::Fact], Timestamp) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { keep: Some(Box::new(keep)), ..self }
    }

    /// Makes sense of a message.
    pub fn read(&self, bytes: &[u8]) -> C::Request {
        self.wire.load().read(bytes)
    }

    /// What must be fetched before it can decide at `now`.
    pub fn needs(&self, request: &C::Request, now: Timestamp) -> Vec<C::Need> {
        self.lock().needs(request, now)
    }

    /// Tells it what was fetched.
    pub fn learn(&self, lesson: C::Lesson) {
        self.lock().learn(lesson);
    }

    /// Decides as `decide` says, and remembers. What cannot be kept is done all the same, and told.
    pub fn decide<T>(
        &self,
        now: Timestamp,
        decide: impl FnOnce(&C) -> (T, Vec<C::Fact>),
    ) -> Decided<T, C::Fact> {
        let mut core = self.lock();
        let (answer, facts) = decide(&core);
        facts.iter().for_each(|fact| core.apply(fact.clone()));
        // Before another one decides: what is kept is in order.
        let kept = self.keep.as_ref().map_or(Ok(()), |keep| keep(&facts, now));
        let not_kept = kept.err().map(|error| {
            format!(
                "it is done, and forgotten when the program ends, as it cannot be kept: {error}"
            )
        });
        Decided { answer, facts, not_kept }
    }

    /// The core as it was set up, for the wire: nobody waits for who reads or writes with it.
    #[must_use]
    pub fn wire(&self) -> Arc<C> {
        self.wire.load_full()
    }

    /// Looks at it.
    pub fn look<T>(&self, at: impl FnOnce(&C) -> T) -> T {
        at(&self.lock())
    }

    /// Looks at several at once, none of which decides meanwhile. Whoever locks several does so in the
    /// same order.
    pub fn look_at_all<T>(cores: &[&Self], at: impl FnOnce(&[&C]) -> T) -> T {
        let locked: Vec<_> = cores.iter().map(|core| core.lock()).collect();
        at(&locked.iter().map(|it| &**it).collect::<Vec<_>>())
    }

    /// Changes how it is set up, or tells it what another party did.
    pub fn change<T>(&self, change: impl FnOnce(&mut C) -> T) -> T {
        let mut core = self.lock();
        let done = change(&mut core);
        self.wire.store(Arc::new(core.set_up()));
        done
    }

    /// The same, or nothing at all where `change` fails.
    ///
    /// # Errors
    ///
    /// What `change` says.
    pub fn try_change<T, E>(&self, change: impl FnOnce(&mut C) -> Result<T, E>) -> Result<T, E> {
        let mut core = self.lock();
        let mut changed = core.clone();
        let done = change(&mut changed)?;
        self.wire.store(Arc::new(changed.set_up()));
        *core = changed;
        Ok(done)
    }

    /// Puts another one in its place, or none where `make` fails. Nobody decides meanwhile.
    ///
    /// # Errors
    ///
    /// What `make` says.
    pub fn try_replace<E>(&self, make: impl FnOnce(&C) -> Result<C, E>) -> Result<(), E> {
        let mut core = self.lock();
        let made = make(&core)?;
        self.wire.store(Arc::new(made.set_up()));
        *core = made;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, C> {
        // Facts are applied whole or not at all: what panicked in between was a decision.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
