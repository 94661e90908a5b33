//! Work on several threads at once, with its results in the order in which it was given.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    ops::ControlFlow,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, Sender},
    },
    thread,
};

/// How many threads this machine runs at once.
pub(super) fn of_this_machine() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// What is heard of work while it is being done. Its pieces are known by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News<R> {
    /// A thread has taken this piece.
    Begun(usize),
    /// This piece is done.
    Done(usize),
    /// The next result. Results come in the order of the pieces, each as soon as those before it
    /// have come.
    Result(R),
}

/// Lets `work` do every piece of work from 0 to `count` on up to `jobs` threads. `hear` is called on
/// the thread that called this; if it breaks off, nothing more is begun.
///
/// A panic in `work` is passed on when all threads have ended.
pub(super) fn in_order<R: Send, B>(
    count: usize,
    jobs: NonZeroUsize,
    work: impl Fn(usize) -> R + Sync,
    mut hear: impl FnMut(News<R>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let toil = |sender: Sender<(usize, Option<R>)>| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count || stopped.load(Ordering::Relaxed) {
                return;
            }
            // Nobody listens any more once `hear` has broken off.
            let _ = sender.send((index, None));
            let _ = sender.send((index, Some(work(index))));
        }
    };
    thread::scope(|scope| {
        let (sender, events) = mpsc::channel();
        for _ in 0..jobs.get().min(count) {
            let (sender, toil) = (sender.clone(), &toil);
            scope.spawn(move || toil(sender));
        }
        drop(sender);

        let mut hear = |news| {
            let answer = hear(news);
            if answer.is_break() {
                stopped.store(true, Ordering::Relaxed);
            }
            answer
        };
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, result) in events {
            let Some(result) = result else {
                hear(News::Begun(index))?;
                continue;
            };
            hear(News::Done(index))?;
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&due) {
                due += 1;
                hear(News::Result(result))?;
            }
        }
        ControlFlow::Continue(())
    })
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Barrier};

    use super::*;

    fn jobs(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[test]
    fn results_come_in_the_order_of_the_work() {
        for threads in [1, 3, 200] {
            let mut heard = Vec::new();
            let end = in_order(
                50,
                jobs(threads),
                |index| index * index,
                |news| {
                    heard.push(news);
                    ControlFlow::<Infallible>::Continue(())
                },
            );
            assert_eq!(end, ControlFlow::Continue(()));
            let results = heard.iter().filter(|news| matches!(news, News::Result(_)));
            assert!(
                results.eq(&(0..50).map(|index| News::Result(index * index)).collect::<Vec<_>>())
            );
            for index in 0..50 {
                let place = |news| heard.iter().position(|one| *one == news);
                let begun = place(News::Begun(index));
                let done = place(News::Done(index));
                let result = place(News::Result(index * index));
                assert!(begun.is_some() && begun < done && done < result, "{index}");
            }
        }
    }

    /// Each piece waits for the other one to have begun, so that on one thread this would not end.
    #[test]
    fn the_work_is_done_at_once() {
        let both = Barrier::new(2);
        let mut leaders = 0;
        let _ = in_order(
            2,
            jobs(2),
            |_| both.wait().is_leader(),
            |news| {
                leaders += i32::from(news == News::Result(true));
                ControlFlow::<Infallible>::Continue(())
            },
        );
        assert_eq!(leaders, 1);
    }

    #[test]
    fn nothing_is_begun_after_the_end() {
        let begun = AtomicUsize::new(0);
        let work = |index| {
            begun.fetch_add(1, Ordering::Relaxed);
            index
        };
        let mut results = 0;
        let end = in_order(1_000_000, jobs(1), work, |news| match news {
            News::Begun(_) | News::Done(_) => ControlFlow::Continue(()),
            News::Result(index) => {
                results += 1;
                ControlFlow::Break(index)
            }
        });
        assert_eq!((end, results), (ControlFlow::Break(0), 1));
        assert!(begun.load(Ordering::Relaxed) < 1_000_000);
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_is_passed_on() {
        let work = |index| assert_ne!(index, 1, "on purpose");
        let _ = in_order(3, jobs(2), work, |_| ControlFlow::<()>::Continue(()));
    }
}
