//! A core that many ask at once decides as if they had asked one after the other.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Fact, UniqueKey};
use serde::{Deserialize, Serialize};
use shell::Shared;

/// Gives out each name once.
#[derive(Clone)]
struct Register {
    taken: BTreeSet<String>,
    /// The first so many decisions wait here for each other.
    gate: Arc<(AtomicUsize, Barrier)>,
    decisions: Arc<AtomicUsize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Taken(String);

impl Fact for Taken {
    const VERSION: u16 = 1;

    fn unique_key(&self) -> Option<UniqueKey> {
        Some(UniqueKey::new("name", &self.0))
    }
}

impl Register {
    /// A register whose first `together` decisions are all begun before one of them ends.
    fn deciding_at_once(together: usize) -> Self {
        let gate = Arc::new((AtomicUsize::new(together), Barrier::new(together)));
        Self { taken: BTreeSet::new(), gate, decisions: Arc::default() }
    }

    fn wait(&self) {
        let (left, barrier) = &*self.gate;
        let begun =
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if begun.is_ok() {
            barrier.wait();
        }
    }
}

impl Core for Register {
    type Request = String;
    type Answer = bool;
    type Fact = Taken;
    type Need = ();
    type Lesson = String;

    fn read(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn write(&self, answer: &bool, _: &mut Entropy) -> Vec<u8> {
        answer.to_string().into_bytes()
    }

    fn needs(&self, _: &String, _: Timestamp) -> Vec<()> {
        Vec::new()
    }

    fn learn(&mut self, name: String) {
        self.taken.insert(name);
    }

    fn decide(&self, name: &String, _: Timestamp, _: &mut Entropy) -> (bool, Vec<Taken>) {
        self.decisions.fetch_add(1, Ordering::SeqCst);
        let is_free = !self.taken.contains(name);
        self.wait();
        (is_free, if is_free { vec![Taken(name.clone())] } else { Vec::new() })
    }

    fn apply(&mut self, Taken(name): Taken) {
        assert!(self.taken.insert(name), "a name is given out once");
    }

    fn next_change(&self, _: Timestamp) -> Option<Timestamp> {
        None
    }
}

/// What each of these is answered, all at once.
fn ask_at_once(register: &Shared<Register>, names: &[&str]) -> Vec<bool> {
    let ask = |name: &str| {
        let mut entropy = Entropy::seeded(1, "shared", name);
        register.decide(&name.to_owned(), now(), &mut entropy).0
    };
    thread::scope(|scope| {
        let asked: Vec<_> = names.iter().map(|name| scope.spawn(|| ask(name))).collect();
        asked.into_iter().map(|it| it.join().unwrap()).collect()
    })
}

fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

fn decisions(register: &Shared<Register>) -> usize {
    register.look(|it| it.decisions.load(Ordering::SeqCst))
}

#[test]
fn what_is_unique_is_given_out_once() {
    let register = Shared::new(Register::deciding_at_once(4));
    let answers = ask_at_once(&register, &["a"; 4]);
    assert_eq!(answers.iter().filter(|it| **it).count(), 1, "{answers:?}");
    assert_eq!(decisions(&register), 4 + 3, "the three that came too late decided anew");
}

#[test]
fn those_who_take_nothing_from_each_other_decide_once() {
    let register = Shared::new(Register::deciding_at_once(4));
    assert_eq!(ask_at_once(&register, &["a", "b", "c", "d"]), [true; 4]);
    assert_eq!(decisions(&register), 4);
}

/// More is remembered meanwhile than is looked through: what may be gone decides anew.
#[test]
fn a_decision_that_many_overtake_is_made_anew() {
    let register = Shared::new(Register::deciding_at_once(1_200));
    let names: Vec<String> = (0..1_200).map(|name| name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(ask_at_once(&register, &names), [true; 1_200]);
    let made = decisions(&register);
    assert!(made > 1_200, "{made} decisions");
    assert_eq!(register.look(|it| it.taken.len()), 1_200);
}

#[test]
fn what_was_fetched_is_known() {
    let register = Shared::new(Register::deciding_at_once(1));
    register.learn("a".to_owned());
    assert_eq!(ask_at_once(&register, &["a"]), [false]);
}
