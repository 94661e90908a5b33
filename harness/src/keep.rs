//! Keeps the messages of calls for who asked for them: a folder for each call, and in it
//! `1-wsc-to-sts.xml` to `4-wsp-to-wsc.xml`; of a call by REST up to `6-wsp-to-wsc.http`, where messages
//! stand with their heads.
//!
//! Kept messages hold tokens, so the files can be read by their owner alone. Their bytes go from the
//! link to these files and nowhere else: no journal and no report has them.

use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clock::Timestamp;
use parties::{Crossing, Link, Party, Verdict};

use crate::{
    scenario::{Action, ClientName, NodeName},
    world::{ActionOutcome, CallOutcome, Message, Standing, World, in_process::InProcess},
};

/// A link on which every message arrives, and that remembers those of a call.
#[derive(Debug, Clone, Default)]
pub struct Keeper {
    kept: Vec<Kept>,
}

/// A message as it crossed. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is called, such as `1-wsc-to-sts`.
    pub name: &'static str,
    /// The message itself.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Keeper {
    /// What crossed since this was last asked, in order; messages of a call alone.
    pub fn take(&mut self) -> Vec<Kept> {
        std::mem::take(&mut self.kept)
    }
}

impl Link for Keeper {
    fn carry(&mut self, crossing: Crossing<'_>) -> Verdict {
        // What a service fetches to judge a certificate by belongs to no call.
        if [crossing.from, crossing.to].contains(&Party::Client) {
            let Crossing { name, bytes, .. } = crossing;
            self.kept.push(Kept { name, bytes: bytes.to_vec() });
        }
        Verdict::Pass
    }
}

/// A virtual world whose calls leave their messages in a folder. Probes leave none.
pub struct KeepingWorld {
    world: InProcess<Keeper>,
    folder: PathBuf,
    calls: usize,
    trouble: Option<io::Error>,
}

impl KeepingWorld {
    /// The same world, with its messages kept below `folder`.
    #[must_use]
    pub const fn new(world: InProcess<Keeper>, folder: PathBuf) -> Self {
        Self { world, folder, calls: 0, trouble: None }
    }

    /// Ends the keeping.
    ///
    /// # Errors
    ///
    /// The first one with which a message could not be written. Nothing was kept after it.
    pub fn finish(self) -> io::Result<()> {
        self.trouble.map_or(Ok(()), Err)
    }
}

impl World for KeepingWorld {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        self.world.act(action, now)
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        let outcome = self.world.call(client, node, now);
        self.calls += 1;
        let folder = self.folder.join(call_folder(self.calls, now, client, node));
        let kept = self.world.link_mut().take();
        if self.trouble.is_none()
            && let Err(trouble) = write(&folder, &kept)
        {
            self.trouble = Some(trouble);
        }
        outcome
    }

    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.world.probe(client, node, now)
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.world.next_change(now)
    }

    fn standing(&self, now: Timestamp) -> Vec<Standing> {
        self.world.standing(now)
    }

    fn take_messages(&mut self) -> Vec<Message> {
        self.world.take_messages()
    }

    fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)> {
        self.world.take_touched()
    }
}

/// What the folder of a call begun at `now` is called, the first of a run being number 1: in the order of
/// the calls, with names that no file system minds.
#[must_use]
pub fn call_folder(number: usize, now: Timestamp, client: &ClientName, node: &NodeName) -> String {
    let time = now.to_string().replace(':', "-");
    format!("{number:04}-{time}-{client}-{node}")
}

/// What the file of a message is called, when so many of its name came before it in the same call.
#[must_use]
pub fn file_name(name: &str, before: usize) -> String {
    let again = if before == 0 { String::new() } else { format!("-{}", before + 1) };
    format!("{name}{again}.{}", ending(name))
}

/// What the file of a message ends with: those by REST are none in XML.
fn ending(name: &str) -> &'static str {
    match name {
        "3-wsc-to-as" | "4-as-to-wsc" | "5-wsc-to-wsp" | "6-wsp-to-wsc" => "http",
        _ => "xml",
    }
}

/// Writes the messages of one call into `folder`, which is made; what an earlier run kept there is
/// taken away first. A message of a name that there is already, since a client asked twice, has a
/// number behind it.
///
/// # Errors
///
/// If the folder or a file cannot be written.
pub fn write(folder: &Path, messages: &[Kept]) -> io::Result<()> {
    make_private_folder(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "xml" || ending == "http") {
            fs::remove_file(path)?;
        }
    }
    for (index, message) in messages.iter().enumerate() {
        let before = messages[..index].iter().filter(|it| it.name == message.name).count();
        let path = folder.join(file_name(message.name, before));
        private_file(&path)?.write_all(&message.bytes)?;
    }
    Ok(())
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use parties::{Direction, Environment};

    use super::*;

    fn carry(keeper: &mut Keeper, name: &'static str, [from, to]: [Party; 2], bytes: &[u8]) {
        let crossing = Crossing {
            name,
            from,
            to,
            direction: Direction::Request,
            environment: Environment::Production,
            peer_certificate: None,
            bytes,
        };
        assert_eq!(keeper.carry(crossing), Verdict::Pass);
    }

    #[test]
    fn keeps_the_four_messages_of_a_call_and_no_other() {
        let mut keeper = Keeper::default();
        let steps = [
            ("1-wsc-to-sts", [Party::Client, Party::Sts]),
            ("sts-to-mitid", [Party::Sts, Party::Mitid]),
            ("mitid-to-sts", [Party::Mitid, Party::Sts]),
            ("2-sts-to-wsc", [Party::Sts, Party::Client]),
            ("3-wsc-to-wsp", [Party::Client, Party::Smdb]),
            ("4-wsp-to-wsc", [Party::Smdb, Party::Client]),
        ];
        for (number, (name, between)) in (0..).zip(steps) {
            carry(&mut keeper, name, between, &[number]);
        }
        let kept: Vec<_> = keeper.take().into_iter().map(|it| (it.name, it.bytes)).collect();
        let expected = [
            ("1-wsc-to-sts", vec![0]),
            ("2-sts-to-wsc", vec![3]),
            ("3-wsc-to-wsp", vec![4]),
            ("4-wsp-to-wsc", vec![5]),
        ];
        assert_eq!(kept, expected);
        assert_eq!(keeper.take(), []);
    }

    #[test]
    fn no_message_is_shown() {
        let mut keeper = Keeper::default();
        carry(&mut keeper, "1-wsc-to-sts", [Party::Client, Party::Sts], b"token");
        assert_eq!(format!("{keeper:?}"), "Keeper { kept: [Kept { name: \"1-wsc-to-sts\", .. }] }");
    }
}
