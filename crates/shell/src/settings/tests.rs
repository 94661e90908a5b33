//! Which of several settings holds, and what is said of a wrong one.

use std::net::SocketAddr;

use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Own {
    /// Where it listens.
    #[schemars(with = "String")]
    listen: SocketAddr,
    /// How many at once.
    connections: usize,
    /// Whether it says nothing.
    quiet: bool,
    /// How fast time goes.
    factor: f64,
    /// Who may ask.
    token: Option<String>,
}

impl Default for Own {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { listen, connections: 10, quiet: false, factor: 1.0, token: None }
    }
}

fn of(line: &[&str], environment: &[(&str, &str)]) -> Result<Own, SettingsError> {
    let line = ["own"].iter().chain(line).map(OsString::from);
    let environment = environment.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    settings(Command::new("own"), line, environment, "OWN_")
}

/// A file for one test, which is gone with it.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("skift-settings-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_flag_holds_before_the_environment_and_that_before_the_file() {
    assert_eq!(of(&[], &[]).unwrap(), Own::default());
    let file = File::new("order", "connections = 1\nquiet = true\nfactor = 2.5\ntoken = \"file\"");
    let named = [("OWN_CONFIG", file.path()), ("OWN_CONNECTIONS", "2"), ("OWN_TOKEN", "variable")];
    let set = of(&["--token", "flag"], &named).unwrap();
    let expected = Own {
        connections: 2,
        quiet: true,
        factor: 2.5,
        token: Some("flag".to_owned()),
        ..Own::default()
    };
    assert_eq!(set, expected);
    // The file that a flag names, and not the one of the environment.
    let other = File::new("other", "connections = 3");
    let set = of(&["--config", other.path()], &[("OWN_CONFIG", file.path())]).unwrap();
    assert_eq!(set, Own { connections: 3, ..Own::default() });
}

#[test]
fn text_means_what_its_key_has() {
    let set = of(
        &["--quiet", "--listen", "[::1]:8443", "--factor=3"],
        &[("OWN_TOKEN", "42"), ("OWN_CONNECTIONS", ""), ("OTHER_CONNECTIONS", "7")],
    );
    let expected = Own {
        quiet: true,
        listen: "[::1]:8443".parse().unwrap(),
        factor: 3.0,
        token: Some("42".to_owned()),
        ..Own::default()
    };
    assert_eq!(set.unwrap(), expected);
    assert!(!of(&["--quiet", "false"], &[("OWN_QUIET", "true")]).unwrap().quiet);
}

#[test]
fn what_is_not_known_is_told_with_the_nearest_name() {
    let check = |line: &[&str], environment: &[(&str, &str)], expected: &str| {
        let error = of(line, environment).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let file = File::new("unknown", "conections = 1");
    let path = file.path();
    check(
        &["--config", path],
        &[],
        &format!("{path} sets `conections`, which is no setting; is `connections` meant?"),
    );
    let unknown = "the environment sets `OWN_TOKN`, which is no setting; is `OWN_TOKEN` meant?";
    check(&[], &[("OWN_TOKN", "x")], unknown);
    check(&[], &[("OWN_DATABASE", "x")], "`OWN_DATABASE`, which is no setting; --help shows all");
    check(&["--conections", "1"], &[], "'--connections'");
}

#[test]
fn a_value_that_cannot_be_is_told_with_its_place() {
    let check = |line: &[&str], environment: &[(&str, &str)], expected: &str| {
        let error = of(line, environment).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let wrong = "to something that it cannot be: write a whole number";
    for many in ["many", "-1", "1.5"] {
        let flag = format!("--connections={many}");
        check(&[&flag], &[], &format!("the command line sets `connections` {wrong}"));
        let set = format!("the environment sets `OWN_CONNECTIONS` {wrong}");
        check(&[], &[("OWN_CONNECTIONS", many)], &set);
    }
    for (name, value, expected) in [
        ("OWN_LISTEN", "localhost", "write an address and a port, such as `127.0.0.1:8443`"),
        ("OWN_LISTEN", "127.0.0.1:80000", "write an address and a port, such as `127.0.0.1:8443`"),
        ("OWN_QUIET", "yes", "write `true` or `false`"),
        ("OWN_FACTOR", "fast", "write a number"),
    ] {
        check(
            &[],
            &[(name, value)],
            &format!("`{name}` to something that it cannot be: {expected}"),
        );
    }
    let file = File::new("kind", "token = 3");
    check(&["--config", file.path()], &[], "`token` to something that it cannot be: write a text");
    // Also where a flag sets it too: nobody is to find out later.
    check(&["--connections", "1"], &[("OWN_CONNECTIONS", "many")], "the environment");
    let file = File::new("syntax", "connections = \n");
    check(&["--config", file.path()], &[], "are not understood at line 1: ");
    // What stands there may be a token.
    let file = File::new("secret", "connections = 1\ntoken = \"correct horse\n");
    check(&["--config", file.path()], &[], "are not understood at line 2: ");
    let error = of(&["--config", file.path()], &[]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("horse"), "{error:?}");
    check(&["--config", "/nowhere/at/all"], &[], "the settings in /nowhere/at/all cannot be read");
}

/// What several programs have in common is a type of its own; its keys stand beside the others.
#[test]
fn keys_of_a_type_within_are_keys_too() {
    #[derive(Debug, Default, Deserialize, JsonSchema)]
    #[serde(default, rename_all = "kebab-case")]
    struct Outer {
        #[serde(flatten)]
        own: Own,
        /// What else there is.
        one_more: Option<u16>,
    }
    let line = ["outer", "--connections", "7", "--one-more=8", "--quiet"].map(OsString::from);
    let environment = [("OWN_TOKEN".into(), "42".into())];
    let set: Outer = settings(Command::new("outer"), line, environment, "OWN_").unwrap();
    let expected =
        Own { connections: 7, quiet: true, token: Some("42".to_owned()), ..Own::default() };
    assert_eq!((set.own, set.one_more), (expected, Some(8)));
    let environment = [("OWN_CONECTIONS".into(), "42".into())];
    let unknown = settings::<Outer>(Command::new("outer"), [], environment, "OWN_").unwrap_err();
    assert!(unknown.to_string().contains("is `OWN_CONNECTIONS` meant?"), "{unknown}");
}

/// Somebody else's variable may be anything.
#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_told_if_it_is_ours() {
    use std::os::unix::ffi::OsStringExt as _;
    let no_text = || OsString::from_vec(vec![b'a', 0xff]);
    let of =
        |name: &str| settings::<Own>(Command::new("own"), [], [(name.into(), no_text())], "OWN_");
    assert_eq!(of("OTHER_TOKEN").unwrap(), Own::default());
    let error = of("OWN_TOKEN").unwrap_err().to_string();
    assert_eq!(error, "the environment sets `OWN_TOKEN` to something that is no text (not UTF-8)");
    let nameless = [(no_text(), "x".into())];
    assert!(settings::<Own>(Command::new("own"), [], nameless, "OWN_").is_ok());
}

#[test]
fn help_names_everything_that_can_be_set_and_what_it_is_by_itself() {
    let error = of(&["--help"], &[]).unwrap_err();
    let SettingsError::CommandLine(help) = error else { panic!("{error}") };
    let help = help.to_string();
    for line in [
        "--listen <LISTEN>",
        "Where it listens [default: 127.0.0.1:0] [OWN_LISTEN]",
        "How many at once [default: 10] [OWN_CONNECTIONS]",
        "Whether it says nothing [default: false] [OWN_QUIET]",
        "Who may ask [OWN_TOKEN]",
        "--config <FILE>",
    ] {
        assert!(help.contains(line), "{help}");
    }
}
