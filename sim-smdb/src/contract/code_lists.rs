//! `HentKodelister`: the code lists, each code with the days on which it may be used.

use oio_idws::MessageError;

use super::xml::{Node, Writer};
use crate::{codes::CodeList, schema::SchemaVersion};

/// Asks for the code lists of the version that the request is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLists;

impl CodeLists {
    /// The element in the body of a call.
    #[must_use]
    pub fn write(self, version: SchemaVersion) -> String {
        Writer::root("HentKodelister", version, |_| {})
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&[]).map(|()| Self)
    }
}

/// The element in the body of the answer.
#[must_use]
pub fn write_code_lists(version: SchemaVersion) -> String {
    Writer::root("HentKodelisterResponse", version, |out| {
        for list in CodeList::ALL {
            out.within("Kodeliste", |out| {
                out.field("Navn", list.name());
                for code in list.codes() {
                    out.within("Kode", |out| {
                        out.field("Vaerdi", code.code);
                        out.field("Tekst", code.text);
                        out.field("GyldigFra", code.from);
                        out.optional("GyldigTil", code.through);
                    });
                }
            });
        }
    })
}
