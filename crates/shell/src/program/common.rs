//! What every program that serves can be set to.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clock::{Clock, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use super::{Host, Program, StartError, tell};
use crate::{
    BaseUrl, Bounds, Folder, Listener, Lock, Remote, Tls, Traffic,
    control::{self, Control, ControlError, Service, Token, instant},
    folder::named,
};

/// What every program that serves can be set to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Common {
    /// The folder where keys, certificates and what is registered are kept
    #[schemars(with = "String")]
    pub data: PathBuf,
    /// A file that is written when the program is ready, with the same line as on standard output
    #[schemars(with = "Option<String>")]
    pub ready_file: Option<PathBuf>,
    /// What the clock shows at the start (RFC 3339); the machine's time if nothing is said, as it
    /// is not kept
    #[schemars(with = "Option<String>")]
    pub start_time: Option<StartTime>,
    /// The name by which clients reach this machine
    #[schemars(with = "String")]
    pub host: Host,
    /// The token of the control port, needed where it listens for others than this machine
    #[schemars(with = "Option<String>")]
    pub control_token: Option<Token>,
    /// How many milliseconds to wait at most before asking another program again that did not
    /// answer
    pub retry_ms: u64,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            data: PathBuf::from(".skift"),
            ready_file: None,
            start_time: None,
            host: Host::default(),
            control_token: None,
            retry_ms: 500,
        }
    }
}

impl Common {
    /// A clock that runs with the machine, from what is set.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let clock = Clock::real();
        if let Some(StartTime(start)) = self.start_time {
            clock.set(start);
        }
        clock
    }

    /// Says so where the clock shows less than the latest of what `program` has kept: what is kept
    /// of an hour that has not come looks odd.
    pub fn mind_the_clock(program: &Program, kept_until: Option<Timestamp>, now: Timestamp) {
        if let Some(last) = kept_until.filter(|last| *last > now) {
            tell(format!(
                "{}: the clock begins at {now}, as it is not kept; what is kept goes on until {last}: start with \
                 `--start-time {last}` to go on there, or move the clock at the control port",
                program.name
            ));
        }
    }

    /// The folder of everything that is kept.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn folder(&self) -> Result<Folder, StartError> {
        Folder::open(&self.data).map_err(|error| {
            let what = if self.data.is_file() { "it is a file, and no folder" } else { "no folder" };
            StartError::Unusable(format!(
                "{error}: {what} for what is kept; name one that the program may make and write in (`data`)"
            ))
        })
    }

    /// Keeps others away from a folder of a program that begins to serve. Its ready file goes:
    /// whoever waits for it is not to find that of an older run; and that of a program which is
    /// still there stays.
    ///
    /// # Errors
    ///
    /// If another program has the folder, or the file cannot be removed.
    pub fn lock(&self, folder: &Folder) -> Result<Lock, StartError> {
        let lock = folder.lock()?;
        if let Some(file) = &self.ready_file
            && let Err(error) = fs::remove_file(file)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(named(file, &error).into());
        }
        Ok(lock)
    }

    /// Looks whether a ready file could be written: whoever starts the program acts on what it
    /// says, and shall not before it fails.
    ///
    /// # Errors
    ///
    /// If there is no folder for it.
    pub fn look_for_ready_file(&self) -> Result<(), StartError> {
        let folder = self.ready_file.as_deref().and_then(Path::parent);
        let missing = folder.filter(|it| !it.as_os_str().is_empty() && !it.is_dir());
        missing.map_or(Ok(()), |folder| {
            let folder = folder.display();
            Err(StartError::Unusable(format!(
                "{folder}: no folder, and the ready file would be there; make it, or set another file (`ready-file`)"
            )))
        })
    }

    /// How long to wait at most before another try. Not at all would be to ask without end.
    #[must_use]
    pub fn retry(&self) -> Duration {
        Duration::from_millis(self.retry_ms.max(10))
    }

    /// Another program's control port at `url`, whose token is that of ours if none is said.
    #[must_use]
    pub fn remote(&self, url: BaseUrl, token: Option<Token>) -> Remote {
        Remote::new(url, token.or_else(|| self.control_token.clone()))
    }

    /// The names of this machine: the one that is set, and those that every machine has.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.host.name().to_owned()];
        for name in ["localhost", "127.0.0.1", "::1"] {
            if !names.iter().any(|it| it.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Where clients reach what listens at `address`.
    #[must_use]
    pub fn url(&self, scheme: &str, address: SocketAddr) -> String {
        format!("{scheme}://{}:{}", self.host, address.port())
    }

    /// Listens at `address`, which `setting` says.
    ///
    /// # Errors
    ///
    /// If the machine does not let it.
    pub async fn listen(
        setting: &'static str,
        address: SocketAddr,
        tls: Option<Tls>,
        traffic: &Traffic,
    ) -> Result<Listener, StartError> {
        let bound = Listener::bind(address, tls, Bounds::default()).await;
        let listener =
            bound.map_err(|source| StartError::Listen { setting: setting.to_owned(), source })?;
        Ok(listener.counting(traffic.clone()))
    }

    /// A control port at `address`, which `setting` says.
    ///
    /// # Errors
    ///
    /// If the machine does not let it, or it would be open to everybody.
    pub async fn control(
        &self,
        setting: &'static str,
        address: SocketAddr,
        service: &Service,
    ) -> Result<Control, StartError> {
        let (token, hosts) = (self.control_token.clone(), vec![self.host.name().to_owned()]);
        let settings = control::Settings { address, token, hosts };
        let setting = setting.to_owned();
        Control::bind(settings, service).await.map_err(|error| match error {
            ControlError::Bind(source) => StartError::Listen { setting, source },
            why @ ControlError::Open { .. } => StartError::Setting { setting, why },
        })
    }
}

/// What the clock shows at the start: an instant within the years that a clock here may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartTime(Timestamp);

impl<'de> Deserialize<'de> for StartTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        instant(&text)
            .map(Self)
            .map_err(|problem| de::Error::custom(format!("`{text}`: {problem}")))
    }
}

/// Where this machine reaches what listens at `address`: one that stands for all addresses is none
/// to connect to.
#[must_use]
pub fn from_here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file sets.
    fn set(file: &str) -> Result<Common, String> {
        toml::from_str(file).map_err(|error: toml::de::Error| error.message().to_owned())
    }

    #[test]
    fn a_clock_begins_where_it_is_told_to() {
        let at = |text: &str| set(&format!("start-time = {text:?}"));
        let start: Timestamp = "2030-03-01T08:00:00Z".parse().unwrap();
        let now = at("2030-03-01T09:00:00+01:00").unwrap().clock().now();
        assert!(now >= start && now < start + clock::Span::from_hours(1), "{now}");
        for text in ["tomorrow", "2030-03-01", "1999-01-01T00:00:00Z"] {
            let error = at(text).unwrap_err();
            assert!(error.starts_with(&format!("`{text}`: ")), "{error}");
        }
    }

    #[test]
    fn a_token_is_shown_by_nothing() {
        let common = set("control-token = \"correct horse battery\"").unwrap();
        let shown = format!("{common:?}");
        assert!(shown.contains("control_token: Some") && !shown.contains("horse"), "{shown}");
        for (wrong, hidden) in [("\"too short\"", "too short"), ("1234567890123456", "1234567")] {
            let error = set(&format!("control-token = {wrong}")).unwrap_err();
            assert!(error.contains("16 characters") && !error.contains(hidden), "{error}");
        }
    }

    #[test]
    fn a_machine_has_the_name_that_is_set_and_those_of_every_machine() {
        let named = |host: &str| set(&format!("host = {host:?}")).unwrap();
        assert_eq!(named("localhost").names(), ["localhost", "127.0.0.1", "::1"]);
        assert_eq!(named("sim-sts").names(), ["sim-sts", "localhost", "127.0.0.1", "::1"]);
        let address = "0.0.0.0:8443".parse().unwrap();
        assert_eq!(named("sim-sts").url("https", address), "https://sim-sts:8443");
        assert_eq!(named("::1").url("https", address), "https://[::1]:8443");
        assert_eq!(from_here(address).to_string(), "127.0.0.1:8443");
        assert_eq!(from_here("[::]:1".parse().unwrap()).to_string(), "[::1]:1");
        assert_eq!(from_here("192.0.2.1:1".parse().unwrap()).to_string(), "192.0.2.1:1");
    }

    #[test]
    fn a_folder_that_cannot_be_is_told_with_its_setting() {
        let file = std::env::temp_dir().join(format!("skift-no-folder-{}", std::process::id()));
        fs::write(&file, "").unwrap();
        for (data, expected) in [(file.clone(), "it is a file"), (file.join("a"), "no folder")] {
            let said = Common { data, ..Common::default() }.folder().unwrap_err().to_string();
            assert!(said.contains(expected) && said.contains("(`data`)"), "{said}");
        }
        fs::remove_file(file).unwrap();
    }

    /// Whoever is turned away leaves the file of the program that is there.
    #[test]
    fn a_ready_file_goes_with_the_lock_alone() {
        let data = std::env::temp_dir().join(format!("skift-common-{}", std::process::id()));
        let ready_file = data.join("ready.json");
        let common = Common {
            data: data.clone(),
            ready_file: Some(ready_file.clone()),
            ..Common::default()
        };
        let folder = common.folder().unwrap();
        fs::write(&ready_file, "of an older run").unwrap();
        let lock = common.lock(&folder).unwrap();
        assert!(!ready_file.exists());
        fs::write(&ready_file, "of this run").unwrap();
        assert!(common.lock(&folder).is_err());
        assert!(ready_file.exists());
        common.look_for_ready_file().unwrap();
        let nowhere = Common { ready_file: Some(ready_file.join("a")), ..common };
        let said = nowhere.look_for_ready_file().unwrap_err().to_string();
        assert!(said.contains("ready.json: no folder") && said.contains("`ready-file`"), "{said}");
        drop(lock);
        fs::remove_dir_all(data).unwrap();
    }
}
