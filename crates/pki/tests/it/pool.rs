//! The pool of keys on disk.

use std::{fs, path::Path, thread};

use pki::{KeyPool, KeySize};

use crate::{programs::Folder, world};

fn files(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_key_is_made_once() {
    let directory = Folder::of("pool-once").path("keys");
    let pool = KeyPool::open(&directory).unwrap();
    let key = pool.key(KeySize::Rsa2048, 0);
    assert_eq!(key.public().bits(), 2048);
    assert_eq!(pool.clone().key(KeySize::Rsa2048, 0).public(), key.public());
    let again = KeyPool::open(&directory).unwrap();
    assert_eq!(again.key(KeySize::Rsa2048, 0).public(), key.public());
    assert_eq!(files(&directory), ["rsa2048-0.pk8"]);
}

#[test]
fn what_is_missing_is_made_with_its_progress_shown() {
    let directory = Folder::of("pool-ensure").path("keys");
    let pool = KeyPool::open(&directory).unwrap();
    let first = pool.key(KeySize::Rsa2048, 1);
    let mut shown = Vec::new();
    pool.ensure(&[(KeySize::Rsa2048, 3)], &mut |made, total| shown.push((made, total))).unwrap();
    assert_eq!(shown, [(1, 2), (2, 2)]);
    assert_eq!(files(&directory), ["rsa2048-0.pk8", "rsa2048-1.pk8", "rsa2048-2.pk8"]);
    assert_eq!(pool.key(KeySize::Rsa2048, 1).public(), first.public());
    pool.ensure(&[(KeySize::Rsa2048, 3)], &mut |_, _| panic!("nothing is missing")).unwrap();
}

#[test]
fn all_who_race_for_a_key_get_the_same() {
    let directory = Folder::of("pool-race").path("keys");
    let keys: Vec<_> = thread::scope(|scope| {
        let racers: Vec<_> = (0..4)
            .map(|_| {
                // A pool of its own each, as another process has.
                let pool = KeyPool::open(&directory).unwrap();
                scope.spawn(move || pool.key(KeySize::Rsa2048, 0))
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| key.public() == keys[0].public()));
    assert_eq!(files(&directory), ["rsa2048-0.pk8"], "and no draft is left");
}

#[test]
fn a_spoiled_file_is_an_error_and_is_left_alone() {
    let directory = Folder::of("pool-spoiled").path("keys");
    let pool = KeyPool::open(&directory).unwrap();
    let file = Path::new(&directory).join("rsa2048-0.pk8");
    fs::write(&file, b"not a key").unwrap();
    // What exists is not made anew, and what cannot be used is not used.
    let error = pool.ensure(&[(KeySize::Rsa2048, 1)], &mut |_, _| panic!("nothing is made"));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("rsa2048-0.pk8: not an RSA private key"), "{error}");
    let panic = thread::spawn(move || pool.key(KeySize::Rsa2048, 0)).join().unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("rsa2048-0.pk8: not an RSA private key"), "{message}");
    assert_eq!(fs::read(&file).unwrap(), b"not a key");
}

#[test]
fn the_key_of_another_size_is_not_used() {
    let directory = Folder::of("pool-sizes").path("keys");
    let pool = KeyPool::open(&directory).unwrap();
    fs::write(Path::new(&directory).join("rsa3072-0.pk8"), world::small_key().pkcs8()).unwrap();
    let error = pool.ensure(&[(KeySize::Rsa3072, 1)], &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("rsa3072-0.pk8: a key of 2048 bits"), "{error}");
}

#[test]
fn what_cannot_be_read_is_named() {
    let directory = Folder::of("pool-unread").path("keys");
    let pool = KeyPool::open(&directory).unwrap();
    fs::create_dir(Path::new(&directory).join("rsa2048-0.pk8")).unwrap();
    let error = pool.ensure(&[(KeySize::Rsa2048, 1)], &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("rsa2048-0.pk8: "), "{error}");
}

/// In containers that share a directory, processes have the same numbers.
#[test]
fn the_drafts_of_other_processes_are_left_alone() {
    let directory = Folder::of("pool-drafts").path("keys");
    let pool = KeyPool::open(&directory).unwrap();
    let drafts: Vec<String> =
        (0..100).map(|number| format!(".draft-{}-{number}", std::process::id())).collect();
    for draft in &drafts {
        fs::write(Path::new(&directory).join(draft), b"half a k").unwrap();
    }
    let _ = pool.key(KeySize::Rsa2048, 0);
    for draft in &drafts {
        assert_eq!(fs::read(Path::new(&directory).join(draft)).unwrap(), b"half a k");
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_inside() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let directory = Folder::of("pool-modes").path("keys");
    let pool = KeyPool::open(&directory).unwrap();
    let _ = pool.key(KeySize::Rsa2048, 0);
    let directory = Path::new(&directory);
    assert_eq!(mode(directory), 0o700);
    assert_eq!(mode(&directory.join("rsa2048-0.pk8")), 0o600);

    for (mode, shown) in [(0o755, "755"), (0o710, "710"), (0o701, "701")] {
        fs::set_permissions(directory, fs::Permissions::from_mode(mode)).unwrap();
        let error = KeyPool::open(directory).unwrap_err();
        assert!(error.to_string().contains(&format!("open to others (mode {shown})")), "{error}");
    }
}
