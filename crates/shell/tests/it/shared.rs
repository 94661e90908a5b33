//! A core that many ask at once decides as if they had asked one after the other.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Barrier, Mutex},
    thread,
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Fact, UniqueKey};
use serde::{Deserialize, Serialize};
use shell::{Decided, FactLog, Folder, Shared, go_back};

/// Gives out each name once, in its own tone.
#[derive(Debug, Clone)]
struct Register {
    taken: BTreeSet<String>,
    tone: &'static str,
    /// Whoever reads waits here until all the others read too.
    all_read: Arc<Barrier>,
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
    fn read_by(readers: usize) -> Shared<Self> {
        let all_read = Arc::new(Barrier::new(readers));
        Shared::new(Self { taken: BTreeSet::new(), tone: "yes", all_read })
    }
}

impl Core for Register {
    type Request = String;
    type Answer = bool;
    type Fact = Taken;
    type Need = String;
    type Lesson = String;

    fn read(&self, bytes: &[u8]) -> String {
        self.all_read.wait();
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn write(&self, answer: &bool, _: &mut Entropy) -> Vec<u8> {
        let text = if *answer { self.tone } else { "no" };
        text.as_bytes().to_vec()
    }

    fn needs(&self, name: &String, _: Timestamp) -> Vec<String> {
        vec![name.clone()]
    }

    fn learn(&mut self, name: String) {
        self.taken.insert(name);
    }

    fn decide(&self, name: &String, _: Timestamp, _: &mut Entropy) -> (bool, Vec<Taken>) {
        let is_free = !self.taken.contains(name);
        (is_free, if is_free { vec![Taken(name.clone())] } else { Vec::new() })
    }

    fn apply(&mut self, Taken(name): Taken) {
        assert!(self.taken.insert(name), "a name is given out once");
    }

    fn next_change(&self, _: Timestamp) -> Option<Timestamp> {
        None
    }
}

/// What each of these is answered, when all are read at once.
fn ask_at_once(register: &Shared<Register>, names: &[&str]) -> Vec<String> {
    let ask = |name: &str| {
        let request = register.read(name.as_bytes());
        let decided = decide(register, &request);
        assert_eq!(decided.facts.is_empty(), !decided.answer);
        String::from_utf8(register.wire().write(&decided.answer, &mut entropy())).unwrap()
    };
    thread::scope(|scope| {
        let asked: Vec<_> = names.iter().map(|name| scope.spawn(|| ask(name))).collect();
        asked.into_iter().map(|it| it.join().unwrap()).collect()
    })
}

fn decide(register: &Shared<Register>, name: &String) -> Decided<bool, Taken> {
    register.decide(now(), |core| core.decide(name, now(), &mut entropy()))
}

fn entropy() -> Entropy {
    Entropy::seeded(1, "shared", "test")
}

fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

/// It would wait for ever if only one could read at a time.
#[test]
fn what_is_unique_is_given_out_once() {
    let mut answers = ask_at_once(&Register::read_by(4), &["a", "a", "a", "b"]);
    answers.sort();
    assert_eq!(answers, ["no", "no", "yes", "yes"]);
}

/// Before anybody is answered, and in the order of the decisions; what cannot be is done all the same.
#[test]
fn what_was_remembered_is_kept_and_what_is_not_is_told() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeping = Arc::clone(&kept);
    let register = Register::read_by(1).keeping(move |facts: &[Taken], at| {
        assert_eq!(at, now());
        if facts.iter().any(|it| it.0 == "full") {
            return Err(io::Error::other("no room"));
        }
        keeping.lock().unwrap().extend(facts.to_vec());
        Ok(())
    });
    let ask = |name: &str| decide(&register, &name.to_owned()).not_kept;
    assert_eq!([ask("a"), ask("b"), ask("a")], [None, None, None]);
    let told = ask("full").unwrap();
    assert!(told.contains("no room"), "{told}");
    assert_eq!(*kept.lock().unwrap(), ["a", "b"].map(|it| Taken(it.to_owned())));
    assert!(register.look(|it| it.taken.contains("full")));
}

#[test]
fn a_change_that_fails_leaves_everything_as_it_was() {
    let register = Register::read_by(1);
    let change = |fails: bool| {
        register.try_change(|it| {
            it.tone = "aye";
            if fails { Err("no room") } else { Ok(()) }
        })
    };
    let tones = || (register.look(|it| it.tone), register.wire().tone);
    assert_eq!((change(true), tones()), (Err("no room"), ("yes", "yes")));
    assert_eq!((change(false), tones()), (Ok(()), ("aye", "aye")));
}

#[test]
fn another_core_takes_its_place_or_none() {
    let register = Register::read_by(1);
    let replace = |fails: bool| {
        register.try_replace(|it| {
            let other = Register { tone: "aye", ..it.clone() };
            if fails { Err("no room") } else { Ok(other) }
        })
    };
    let tones = || (register.look(|it| it.tone), register.wire().tone);
    assert_eq!((replace(true), tones()), (Err("no room"), ("yes", "yes")));
    assert_eq!((replace(false), tones()), (Ok(()), ("aye", "aye")));
}

#[test]
fn what_was_fetched_is_known() {
    let register = Register::read_by(1);
    let request = register.read(b"a");
    register.needs(&request, now()).into_iter().for_each(|need| register.learn(need));
    assert_eq!(ask_at_once(&register, &["a"]), ["no"]);
}

#[test]
fn who_is_set_up_otherwise_speaks_otherwise() {
    let register = Register::read_by(1);
    assert_eq!(ask_at_once(&register, &["a"]), ["yes"]);
    assert_eq!(register.change(|it| std::mem::replace(&mut it.tone, "ja")), "yes");
    assert_eq!(ask_at_once(&register, &["b"]), ["ja"]);
    assert_eq!(register.look(|it| it.taken.len()), 2, "what it remembers stays");
}

/// Whatever a reset forgets beside the cores is forgotten while none of them decides: so nothing that is
/// decided afterwards is.
#[test]
fn what_a_reset_forgets_it_forgets_while_nobody_decides() {
    let cores = [1, 1].map(Register::read_by);
    let before = cores[0].look(Clone::clone);
    let at = Timestamp::from_seconds(0);
    for core in &cores {
        core.decide(at, |it| it.decide(&"a".to_owned(), at, &mut Entropy::seeded(1, "a", "a")));
    }
    let forgotten = Mutex::new(0);
    let forget = || {
        for core in &cores {
            assert!(format!("{core:?}").contains("<locked>"), "somebody could decide");
        }
        *forgotten.lock().unwrap() += 1;
    };
    let nowhere = || None::<&Mutex<FactLog<Taken>>>;
    let founded = [(&cores[0], &before, nowhere()), (&cores[1], &before, nowhere())];
    go_back(&founded, &forget).unwrap();
    assert_eq!(*forgotten.lock().unwrap(), 1);
    assert!(cores.iter().all(|core| core.look(|it| it.taken.is_empty())));
}

/// Where one cannot go back, nothing else is forgotten either.
#[test]
fn a_reset_that_is_not_done_forgets_nothing() {
    let path = std::env::temp_dir().join(format!("skift-forgets-{}", std::process::id()));
    let folder = Folder::open(&path).unwrap();
    let (log, _) = FactLog::<Taken>::open(&folder).unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    let (core, log) = (Register::read_by(1), Mutex::new(log));
    let before = core.look(Clone::clone);
    let forget = || panic!("it is not done");
    assert!(go_back(&[(&core, &before, Some(&log))], &forget).is_err());
}
