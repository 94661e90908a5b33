//! Facts are there again after a start, and a reset knows how far to go.

use parties::UniqueKey;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Happened(u32);

impl Fact for Happened {
    const VERSION: u16 = 2;

    fn unique_key(&self) -> Option<UniqueKey> {
        None
    }
}

fn folder(test: &str) -> Folder {
    let path = std::env::temp_dir().join(format!("skift-facts-{}-{test}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    Folder::open(path).unwrap()
}

fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

fn append(log: &mut FactLog<Happened>, numbers: impl IntoIterator<Item = u32>) {
    log.append(now(), &numbers.into_iter().map(Happened).collect::<Vec<_>>()).unwrap();
}

/// What a start finds: the founding, and what happened since.
#[track_caller]
fn check(folder: &Folder, founding: &[u32], since: &[u32]) -> FactLog<Happened> {
    let (log, kept) = FactLog::open(folder).unwrap();
    let numbers = |facts: Vec<Happened>| facts.into_iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!((numbers(kept.founding), numbers(kept.since)), (founding.to_vec(), since.to_vec()));
    log
}

#[test]
fn facts_are_there_again_in_their_order() {
    let folder = folder("order");
    let mut log = check(&folder, &[], &[]);
    assert!(!log.is_founded());
    append(&mut log, [1, 2]);
    log.found().unwrap();
    append(&mut log, [3]);
    append(&mut log, [4, 5]);
    drop(log);
    let mut log = check(&folder, &[1, 2], &[3, 4, 5]);
    assert!(log.is_founded());
    // To found it once more changes nothing.
    log.found().unwrap();
    append(&mut log, [6]);
    drop(log);
    check(&folder, &[1, 2], &[3, 4, 5, 6]);
    fs::remove_dir_all(folder.path()).unwrap();
}

#[test]
fn a_reset_goes_back_to_the_founding() {
    let folder = folder("reset");
    let mut log = check(&folder, &[], &[]);
    append(&mut log, [1]);
    log.found().unwrap();
    append(&mut log, [2]);
    log.empty().unwrap().done();
    append(&mut log, [3]);
    drop(log);
    check(&folder, &[1], &[3]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    fs::remove_dir_all(folder.path()).unwrap();
}

/// Something else could not be forgotten with it.
#[test]
fn a_reset_that_is_not_done_forgets_nothing() {
    let folder = folder("undone");
    let mut log = check(&folder, &[], &[]);
    append(&mut log, [1]);
    log.found().unwrap();
    append(&mut log, [2]);
    drop(log.empty().unwrap());
    append(&mut log, [3]);
    // The machine stops halfway.
    mem::forget(log.empty().unwrap());
    drop(log);
    let mut log = check(&folder, &[1], &[2, 3]);
    // Here it stops when all is done but for the file that is of no use any more.
    log.empty().unwrap().done();
    append(&mut log, [4]);
    drop(log);
    fs::write(folder.at(BEFORE), "").unwrap();
    check(&folder, &[1], &[4]);
    assert!(!folder.at(BEFORE).exists());
    fs::remove_dir_all(folder.path()).unwrap();
}

#[test]
fn a_log_that_cannot_be_emptied_stays_as_it_is() {
    let folder = folder("stays");
    let mut log = check(&folder, &[], &[]);
    log.found().unwrap();
    append(&mut log, [1]);
    // Nothing can be put in its place.
    fs::create_dir_all(folder.at(BEFORE).join("a")).unwrap();
    let error = log.empty().unwrap_err().to_string();
    assert!(error.contains(FACTS), "{error}");
    fs::remove_dir_all(folder.at(BEFORE)).unwrap();
    append(&mut log, [2]);
    drop(log);
    check(&folder, &[], &[1, 2]);
    fs::remove_dir_all(folder.path()).unwrap();
}

#[test]
fn a_founding_that_was_broken_off_begins_anew() {
    let folder = folder("broken");
    let mut log = check(&folder, &[], &[]);
    append(&mut log, [1, 2]);
    drop(log);
    let mut log = check(&folder, &[], &[]);
    append(&mut log, [3]);
    log.found().unwrap();
    drop(log);
    check(&folder, &[3], &[]);
    fs::remove_dir_all(folder.path()).unwrap();
}

#[test]
fn a_line_that_was_broken_off_did_not_happen() {
    let folder = folder("torn");
    let mut log = check(&folder, &[], &[]);
    log.found().unwrap();
    append(&mut log, [1, 2]);
    drop(log);
    let whole = folder.read(FACTS).unwrap().unwrap();
    folder.write(FACTS, &whole[..whole.len() - 1]).unwrap();
    let mut log = check(&folder, &[], &[1]);
    append(&mut log, [3]);
    drop(log);
    check(&folder, &[], &[1, 3]);
    fs::remove_dir_all(folder.path()).unwrap();
}

#[test]
fn a_line_that_is_no_fact_is_named_with_its_place() {
    let folder = folder("line");
    let mut log = check(&folder, &[], &[]);
    log.found().unwrap();
    append(&mut log, [1, 2]);
    drop(log);
    let text = String::from_utf8(folder.read(FACTS).unwrap().unwrap()).unwrap();
    let (first, second) = text.split_once('\n').unwrap();
    for (wrong, why) in [
        (second.replace("\"version\":2", "\"version\":1"), "the fact is written in version 1"),
        (second.replace("\"fact\":2", "\"fact\":\"x\""), "expected u32"),
        ("{\n".to_owned(), "not JSON"),
    ] {
        // A line without anything is one all the same.
        folder.write(FACTS, format!("{first}\n\n{wrong}").as_bytes()).unwrap();
        let error = FactLog::<Happened>::open(&folder).unwrap_err().to_string();
        let place = format!("{}, line 3: ", folder.at(FACTS).display());
        assert!(error.starts_with(&place) && error.contains(why), "{error}");
        assert!(error.ends_with("; to forget what was registered, remove the file"), "{error}");
    }
    fs::remove_dir_all(folder.path()).unwrap();
}

/// Half of a line would be read as the beginning of the next one, or keep a founding from being
/// read at all.
#[test]
fn nothing_is_added_to_what_is_half_there_before_that_is_taken_back() {
    for is_founded in [false, true] {
        let folder = folder(if is_founded { "half-since" } else { "half-founding" });
        let mut log = check(&folder, &[], &[]);
        if is_founded {
            log.found().unwrap();
        }
        append(&mut log, [1]);
        // Neither written to nor cut.
        let place = log.place.as_mut().unwrap();
        let mut writable = mem::replace(&mut place.file, File::open(folder.at(FACTS)).unwrap());
        assert!(log.append(now(), &[Happened(2)]).is_err());
        writable.write_all(b"{\"at\":").unwrap();
        for refused in [log.append(now(), &[Happened(3)]), log.place.as_mut().unwrap().found()] {
            let error = refused.unwrap_err().to_string();
            assert!(error.contains("half there, and cannot be taken back"), "{error}");
        }
        assert_eq!(log.is_founded(), is_founded);
        // From here on the machine lets it.
        log.place.as_mut().unwrap().file = writable;
        log.found().unwrap();
        append(&mut log, [4]);
        drop(log);
        if is_founded {
            check(&folder, &[], &[1, 4])
        } else {
            check(&folder, &[1], &[4])
        };
        fs::remove_dir_all(folder.path()).unwrap();
    }
}

/// Where the next facts have no file, those of the founding are where they were.
#[test]
fn a_founding_that_cannot_be_kept_has_not_happened() {
    let folder = folder("unfounded");
    let mut log = check(&folder, &[], &[]);
    append(&mut log, [1]);
    fs::create_dir_all(folder.at(FOUNDING).join("a")).unwrap();
    assert!(log.found().is_err());
    assert!(!log.is_founded());
    fs::remove_dir_all(folder.at(FOUNDING)).unwrap();
    append(&mut log, [2]);
    log.found().unwrap();
    drop(log);
    check(&folder, &[1, 2], &[]);
    fs::remove_dir_all(folder.path()).unwrap();
}
