//! A request that came to a path where nothing is, or with a method that nobody takes there: its client
//! has the wrong address. The answer stays as it is, and beside it the truth is told.

use axum::{
    http::{Method, StatusCode, Uri},
    response::Response,
};
use parties::{Excerpt, Finding, Role, Text};

use crate::{
    TRACE_HEADER,
    port::{Place, Port},
};

/// Such a request.
#[derive(Debug, Clone)]
pub(crate) struct Astray {
    port: Port,
    why: Why,
    path: String,
    /// Method and path, as far as they may be repeated.
    asked: Excerpt,
}

/// What is wrong with it.
#[derive(Debug, Clone)]
enum Why {
    /// Nothing is at its path.
    Path,
    /// It is asked for with another method, or with a query.
    Method(Vec<Place>),
}

/// What operators ask for, and who watches a service: at the control port. Whoever tries it here as well
/// is no client.
const OF_OPERATORS: [&str; 4] = ["/health", "/ready", "/version", "/metrics"];
const BELOW_OF_OPERATORS: &str = "/__admin";

const UNKNOWN_PATH: &str = "unknown-path";
const WRONG_METHOD: &str = "wrong-method";

impl Astray {
    /// The names of all of them.
    pub(crate) const NAMES: [&str; 2] = [UNKNOWN_PATH, WRONG_METHOD];

    /// A request at `port`, if this answer says that it was one. What was written down already has a
    /// name; and what is asked for as it should be and not there is told in the answer.
    pub(crate) fn of(port: Port, method: &Method, uri: &Uri, answer: &Response) -> Option<Self> {
        let (status, path) = (answer.status(), uri.path());
        let is_nowhere = matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
        let is_of_operators = OF_OPERATORS.contains(&path) || path.starts_with(BELOW_OF_OPERATORS);
        if !is_nowhere || is_of_operators || answer.headers().contains_key(TRACE_HEADER) {
            return None;
        }
        let there: Vec<_> = port.at(path).collect();
        if there.iter().any(|it| it.takes(method, uri)) {
            return None;
        }
        let why = if there.is_empty() { Why::Path } else { Why::Method(there) };
        let asked = Excerpt::of(&format!("{method} {path}"));
        Some(Self { port, why, path: path.to_owned(), asked })
    }

    /// The name by which a journal knows it.
    pub(crate) const fn name(&self) -> &'static str {
        match self.why {
            Why::Path => UNKNOWN_PATH,
            Why::Method(_) => WRONG_METHOD,
        }
    }

    /// The truth about it.
    pub(crate) fn finding(&self) -> Finding {
        let (rule, expected, what) = match &self.why {
            Why::Path => (
                Text::new(
                    "RFC 9110, section 4.2.3: a path counts letter for letter; upper and lower case differ, and each slash \
                     counts",
                    "RFC 9110, afsnit 4.2.3: en sti gælder bogstav for bogstav; der er forskel på store og små \
                     bogstaver, og hver skråstreg tæller",
                ),
                self.port.places(),
                self.what_of_path(),
            ),
            Why::Method(there) => (
                Text::new(
                    "RFC 9110, section 15.5.6: at a path certain methods are taken",
                    "RFC 9110, afsnit 15.5.6: på en sti tages der imod bestemte metoder",
                ),
                there.as_slice(),
                Text::new(
                    "Let your client ask as expected here. If it does, see what lies between: a redirect may make a \
                     GET of a POST.",
                    "Lad din klient spørge som forventet her. Gør den det, så se, hvad der ligger imellem: en \
                     omdirigering kan gøre et POST til et GET.",
                ),
            ),
        };
        Finding {
            cause: self.name().to_owned(),
            rule,
            expected: at_this_port(expected),
            got: self.got(),
            who: Role::Vendor,
            what,
        }
    }

    /// The other ports at which it may have been meant.
    fn elsewhere(&self) -> Vec<Port> {
        match self.port.like(&self.path) {
            Some(_) => Vec::new(),
            None => Port::having(&self.path).collect(),
        }
    }

    fn got(&self) -> Text {
        let Text { en, da } = self.asked.text();
        let [mut en, mut da] = [en, da].map(|it| format!("`{it}`"));
        let ports = self.elsewhere();
        if !ports.is_empty() {
            let Text { en: of_en, da: of_da } = names(&ports);
            en.push_str(&format!(", which belongs to {of_en}"));
            da.push_str(&format!(", som hører til {of_da}"));
        }
        Text::new(en, da)
    }

    fn what_of_path(&self) -> Text {
        let ports = self.elsewhere();
        if !ports.is_empty() {
            let Text { en, da } = names(&ports);
            return Text::new(
                format!(
                    "Let your client send it to {en}. Its address stands in the line of JSON that a program writes \
                     when it starts, and in the kit of `skift serve`."
                ),
                format!(
                    "Lad din klient sende det til {da}. Adressen står i den JSON-linje, som et program skriver ved \
                     start, og i kittet fra `skift serve`."
                ),
            );
        }
        match self.port.like(&self.path) {
            Some(Place { path, .. }) => Text::new(
                format!("Write the path in your client's address just so: `{path}`."),
                format!("Skriv stien i din klients adresse nøjagtig sådan: `{path}`."),
            ),
            None => Text::new(
                "Write one of these paths in your client's address, behind the host and the port.",
                "Skriv en af disse stier i din klients adresse, efter vært og port.",
            ),
        }
    }
}

fn at_this_port(places: &[Place]) -> Text {
    let places: Vec<_> = places.iter().map(|it| format!("`{it}`")).collect();
    let places = places.join(", ");
    Text::new(format!("at this port: {places}"), format!("på denne port: {places}"))
}

fn names(ports: &[Port]) -> Text {
    let names: Vec<_> = ports.iter().map(|it| name(*it)).collect();
    let joined = |of: fn(&Text) -> &str, or: &str| {
        names.iter().map(of).collect::<Vec<_>>().join(&format!(" {or} "))
    };
    Text::new(joined(|it| &it.en, "or"), joined(|it| &it.da, "eller"))
}

fn name(port: Port) -> Text {
    let [en, da] = match port {
        Port::Sts => ["the port of the STS", "STS'ens port"],
        Port::NemloginMetadata => [
            "the port where NemLog-in publishes metadata",
            "porten, hvor NemLog-in offentliggør metadata",
        ],
        Port::Smdb => ["the port of SMDB", "SMDB's port"],
        Port::SmdbMetadata => {
            ["the port where SMDB publishes metadata", "porten, hvor SMDB offentliggør metadata"]
        }
        Port::Mitid => {
            ["the port where MitID Erhverv publishes", "porten, hvor MitID Erhverv offentliggør"]
        }
    };
    Text::new(en, da)
}
