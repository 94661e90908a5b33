//! `HentKodelister`: the code lists, each code with the days on which it may be used.

use oio_idws::MessageError;

use super::fields::{Node, Notation, Writer};
use crate::codes::CodeList;

/// Asks for the code lists of the version that the request is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLists;

impl CodeLists {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(self, notation: impl Into<Notation>) -> String {
        Writer::root("HentKodelister", notation, |_| {})
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&[]).map(|()| Self)
    }
}

/// What stands in the body of the answer.
#[must_use]
pub fn write_code_lists(notation: impl Into<Notation>) -> String {
    Writer::root("HentKodelisterResponse", notation, |out| {
        out.each("Kodeliste", CodeList::ALL, |out, list| {
            out.field("Navn", list.name());
            out.each("Kode", list.codes(), |out, code| {
                out.field("Vaerdi", code.code);
                out.field("Tekst", code.text);
                out.field("GyldigFra", code.from);
                out.optional("GyldigTil", code.through);
            });
        });
    })
}
