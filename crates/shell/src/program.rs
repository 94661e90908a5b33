//! What every program that serves does alike: it says where it is, and stops when it is told to.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

use serde::Serialize;

/// What a program that serves says once it can be asked: where, and who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Announcement {
    /// The program's name.
    pub program: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// Where each of its services is, by a name of its own.
    pub urls: BTreeMap<String, String>,
}

impl Announcement {
    /// One line of JSON.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("names and addresses have a form in JSON")
    }

    /// Writes it to `out`, on one line, and to `file`, if somebody waits for that. The file is there
    /// whole or not at all, so that whoever sees it can read it.
    ///
    /// # Errors
    ///
    /// If one of them cannot be written.
    pub fn say(&self, out: &mut impl Write, file: Option<&Path>) -> io::Result<()> {
        let line = self.line();
        if let Some(file) = file {
            let draft = file.with_added_extension(format!("{}.draft", std::process::id()));
            let written =
                fs::write(&draft, format!("{line}\n")).and_then(|()| fs::rename(&draft, file));
            written.inspect_err(|_| _ = fs::remove_file(&draft))?;
        }
        writeln!(out, "{line}")?;
        out.flush()
    }
}

/// Waits until somebody ends the program, from the keyboard or by a signal.
///
/// # Errors
///
/// If the machine does not tell of signals.
pub async fn told_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_it_is_on_one_line_and_in_a_file() {
        let urls = BTreeMap::from([("control".to_owned(), "http://127.0.0.1:1".to_owned())]);
        let announcement = Announcement { program: "sim-sts", version: "1.0.0", urls };
        let folder = std::env::temp_dir().join(format!("skift-ready-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (mut out, file) = (Vec::new(), folder.join("ready.json"));
        fs::write(&file, "of an older run").unwrap();
        announcement.say(&mut out, Some(&file)).unwrap();
        let expected = "{\"program\":\"sim-sts\",\"version\":\"1.0.0\",\
                        \"urls\":{\"control\":\"http://127.0.0.1:1\"}}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(fs::read_to_string(&file).unwrap(), expected);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

        let nowhere = folder.join("is/not/there.json");
        assert!(announcement.say(&mut Vec::new(), Some(&nowhere)).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
