//! The operations that SMDB offers, and what they take and give. **Ours** from end to end: Danmarks
//! Statistik's own contract is not public, and the namespace says so.
//!
//! Each operation has a module with both sides of it: what a client writes and a service reads, and
//! what the service answers. `document/literal`, names in Danish as the real ones would have them.

mod annul;
mod code_lists;
mod course;
mod error_list;
mod fault;
mod fetch;
mod fields;
mod json;
mod ping;
mod report;
mod search;
mod status;

use std::fmt;

use oio_idws::MessageError;
use xml_security::{Verified, xml::Element};

pub use annul::Annul;
pub use code_lists::{CodeLists, write_code_lists};
pub use error_list::{ErrorList, ErrorLists, Listed};
pub use fault::SmdbFault;
pub use fetch::{Fetch, Fetched};
pub use fields::Notation;
pub use ping::{Ping, Pong};
pub use report::{Receipt, ReceivedSubmission, Status, Submission};
pub use search::{Found, PAGE_SIZE_MAX, Search, SearchResult, Subject};
pub use status::{GetStatus, StatusReport, Which};

use self::{fields::Node, json::Object};
use crate::schema::SchemaVersion;

/// SMDB's entity id: the audience of its tokens.
pub const ENTITY_ID: &str = "https://saml.smdb.sim.invalid";
/// SMDB's address: the `wsa:To` of calls.
pub const ADDRESS: &str = "https://smdb.sim.invalid/SmdbService.svc";

/// The privilege to submit as an authority (*indberetter i myndighed*).
pub const SUBMIT_PRIVILEGE: &str = "https://smdb.sim.invalid/privilege/indberet-myndighed";
/// The privilege to fetch.
pub const FETCH_PRIVILEGE: &str = "https://smdb.sim.invalid/privilege/hent";
/// Every privilege to submit: as an authority, as its health staff, as a treatment provider. Any of
/// them will do.
pub const SUBMIT_PRIVILEGES: [&str; 3] = [
    SUBMIT_PRIVILEGE,
    "https://smdb.sim.invalid/privilege/indberet-sundhedsfaglig",
    "https://smdb.sim.invalid/privilege/indberet-tilbud",
];

/// What can be asked of SMDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum Operation {
    /// Whether SMDB is there, and what it makes of the token.
    Ping,
    /// To submit a whole course, anew or in a later version (*IndberetForloeb*).
    Report,
    /// To annul a course (*AnnullerForloeb*).
    Annul,
    /// To fetch a course as it is stored (*HentForloeb*).
    Fetch,
    /// To search for courses (*SoegForloeb*).
    Search,
    /// To ask what became of a submission (*HentStatus*).
    Status,
    /// To fetch the list of errors and warnings (*HentFejlliste*, the *valideringsliste*).
    ErrorList,
    /// To fetch the code lists (*HentKodelister*).
    CodeLists,
}

impl Operation {
    /// Every operation.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name: that of the element in the body.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ping => "Ping",
            Self::Report => "IndberetForloeb",
            Self::Annul => "AnnullerForloeb",
            Self::Fetch => "HentForloeb",
            Self::Search => "SoegForloeb",
            Self::Status => "HentStatus",
            Self::ErrorList => "HentFejlliste",
            Self::CodeLists => "HentKodelister",
        }
    }

    /// Its `wsa:Action` in a version of the schema.
    #[must_use]
    pub fn action(self, version: SchemaVersion) -> String {
        format!("{}/SmdbService/{}", version.namespace(), self.name())
    }

    /// The `wsa:Action` of its answer.
    #[must_use]
    pub fn answer_action(self, version: SchemaVersion) -> String {
        format!("{}Response", self.action(version))
    }

    /// The `wsa:Action` of the fault that the contract declares, as WCF names it.
    #[must_use]
    pub fn fault_action(self, version: SchemaVersion) -> String {
        format!("{}SmdbFaultFault", self.action(version))
    }

    /// What it is for, in Danish, for those who read the description.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ping => "Svarer, om tjenesten er der, og hvad den læser i tokenet.",
            Self::Report => "Indberetter et helt forløb, første gang eller i en senere version.",
            Self::Annul => "Annullerer et forløb, der aldrig skulle have været indberettet.",
            Self::Fetch => "Henter et forløb, som det er gemt.",
            Self::Search => "Søger blandt myndighedens egne forløb, side for side.",
            Self::Status => "Fortæller, hvad der er blevet af en indberetning.",
            Self::ErrorList => "Henter fejl og advarsler for en periode.",
            Self::CodeLists => "Henter kodelisterne med de dage, hvor hver kode må bruges.",
        }
    }

    /// The privileges of which one is needed; none where any valid token will do.
    #[must_use]
    pub const fn privileges(self) -> &'static [&'static str] {
        match self {
            Self::Ping | Self::CodeLists => &[],
            Self::Report | Self::Annul => &SUBMIT_PRIVILEGES,
            Self::Fetch | Self::Search | Self::Status | Self::ErrorList => &[FETCH_PRIVILEGE],
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the body of a call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// See [`Operation::Ping`].
    Ping(Ping),
    /// See [`Operation::Report`].
    Report(Box<ReceivedSubmission>),
    /// See [`Operation::Annul`].
    Annul(Annul),
    /// See [`Operation::Fetch`].
    Fetch(Fetch),
    /// See [`Operation::Search`].
    Search(Search),
    /// See [`Operation::Status`].
    Status(GetStatus),
    /// See [`Operation::ErrorList`].
    ErrorList(ErrorList),
    /// See [`Operation::CodeLists`].
    CodeLists(CodeLists),
}

/// The body of a call as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The version of the schema that it is written in.
    pub version: SchemaVersion,
    /// The operation that its element names.
    pub operation: Operation,
    /// What is asked for, or why it cannot be read.
    pub command: Result<Command, MessageError>,
}

/// A body that names no operation of any version. Its names are cut, and hold no values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the body holds no operation of this service")]
pub struct NoOperation;

impl Body {
    /// Reads the signed body of a call.
    ///
    /// # Errors
    ///
    /// If it holds no operation. What is wrong inside one stands in [`Body::command`]; it never holds
    /// what a field says: any of them may hold a personal number, if only by mistake.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, NoOperation> {
        let mut children = body.children();
        let (Some(element), None) = (children.next(), children.next()) else {
            return Err(NoOperation);
        };
        let version = SchemaVersion::of_namespace(element.namespace()).ok_or(NoOperation)?;
        let operation = Operation::ALL
            .iter()
            .copied()
            .find(|operation| operation.name() == element.local_name())
            .ok_or(NoOperation)?;
        let command = Command::read(operation, &Node::new(element, version));
        Ok(Self { version, operation, command })
    }

    /// Reads the JSON of a call to an operation in a version of the schema. What is wrong with it stands
    /// in [`Body::command`], without what it says.
    #[must_use]
    pub fn read_json(operation: Operation, version: SchemaVersion, bytes: &[u8]) -> Self {
        let name = operation.name();
        let object = Object::read(bytes).ok_or_else(|| fields::not("a JSON object", name));
        let command = object.and_then(|object| {
            let node = Node::Json { object: &object, name: name.to_owned() };
            Command::read(operation, &node)
        });
        Self { version, operation, command }
    }
}

impl Command {
    fn read(operation: Operation, node: &Node<'_>) -> Result<Self, MessageError> {
        match operation {
            Operation::Ping => Ping::read(node).map(Self::Ping),
            Operation::Report => {
                ReceivedSubmission::read(node).map(|it| Self::Report(Box::new(it)))
            }
            Operation::Annul => Annul::read(node).map(Self::Annul),
            Operation::Fetch => Fetch::read(node).map(Self::Fetch),
            Operation::Search => Search::read(node).map(Self::Search),
            Operation::Status => GetStatus::read(node).map(Self::Status),
            Operation::ErrorList => ErrorList::read(node).map(Self::ErrorList),
            Operation::CodeLists => CodeLists::read(node).map(Self::CodeLists),
        }
    }
}
