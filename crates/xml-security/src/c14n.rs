//! Canonical XML: the one spelling of an element that a signature is made over.
//!
//! Canonical XML 1.0 (inclusive) and Exclusive XML Canonicalization 1.0, both without comments, of
//! an element with everything inside it, less at most one descendant (the signature that an
//! enveloped signature leaves out). The element is written from its source: the prefixes are the
//! ones that were used, also where two are bound to one namespace.

mod escape;

use roxmltree::{Attribute, Node, NodeId};

pub use escape::{escape_attribute, escape_text};

use crate::{trust::Readable, uris, xml::Element};

/// How an element is made canonical.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Canonicalization {
    /// Canonical XML 1.0: with every namespace in scope, and with the `xml:` attributes of the
    /// ancestors.
    Inclusive,
    /// Exclusive XML Canonicalization 1.0: with the namespaces that are used where they are used.
    Exclusive {
        /// The `PrefixList` of `InclusiveNamespaces`: prefixes that are treated as the inclusive
        /// form does. `#default` is the default namespace. An empty list is no list.
        prefixes: Vec<String>,
    },
}

impl Canonicalization {
    /// The exclusive form without a `PrefixList`.
    #[must_use]
    pub const fn exclusive() -> Self {
        Self::Exclusive { prefixes: Vec::new() }
    }
}

/// The canonical form of `element`, in UTF-8. Of a [`Verified`](crate::Verified) element, what was
/// signed.
///
/// Exclusive form can be larger than its source, as it repeats declarations; within
/// [`Limits`](crate::Limits) by some 10 MB at most. Verification has a smaller budget.
pub fn canonicalize<'d>(element: impl Readable<'d>, method: &Canonicalization) -> Vec<u8> {
    let mut out = Vec::new();
    let view = element.view();
    let subset = Subset { element: view.element, without: view.removed };
    write(subset, method, Apex::AsIs, &mut out, &mut Budget::unlimited())
        .expect("an unlimited budget is never used up");
    out
}

/// An element with everything inside it, less one descendant.
#[derive(Clone, Copy)]
pub(crate) struct Subset<'d> {
    pub(crate) element: Element<'d>,
    pub(crate) without: Option<NodeId>,
}

/// What is done about the default namespace on the outermost element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Apex {
    /// What the method says.
    AsIs,
    /// The default namespace is always declared, as `xmlns=""` if there is none
    /// (WS-Security 1.1, section 8.3, on STR-Transform).
    WithDefault,
}

/// The work that may still be done on canonical forms. One message cannot make us do more, however
/// many references it has and however much larger than its source a canonical form is.
///
/// Counted are bytes written, and declarations and inherited attributes looked at: each namespace
/// that an element uses is looked for among the declarations written, each `xml:` attribute above it
/// among those it already has.
pub(crate) struct Budget(u64);

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuchWork;

impl Budget {
    pub(crate) const fn unlimited() -> Self {
        Self(u64::MAX)
    }

    /// For one message: 16 times the largest that is read, and hundreds of times a real one.
    pub(crate) const fn one_message() -> Self {
        Self(4 * 1024 * 1024)
    }

    fn charge(&mut self, work: usize) -> Result<(), TooMuchWork> {
        self.0 = self.0.checked_sub(work as u64).ok_or(TooMuchWork)?;
        Ok(())
    }
}

/// Writes the canonical form of `subset` to `out`.
pub(crate) fn write(
    subset: Subset<'_>,
    method: &Canonicalization,
    apex: Apex,
    out: &mut Vec<u8>,
    budget: &mut Budget,
) -> Result<(), TooMuchWork> {
    let node = subset.element.node();
    let mut writer = Writer {
        source: node.document().input_text(),
        method,
        out,
        budget,
        rendered: Vec::with_capacity(16),
        attributes: Vec::with_capacity(8),
    };
    writer.subtree(node, subset.without, apex)
}

struct Writer<'d, 'w> {
    source: &'d str,
    method: &'w Canonicalization,
    out: &'w mut Vec<u8>,
    budget: &'w mut Budget,
    /// The declarations written on the open elements, innermost last.
    rendered: Vec<(&'d str, &'d str)>,
    /// Of the element being written; kept for its memory.
    attributes: Vec<Attribute<'d, 'd>>,
}

/// An element whose end tag is still to be written.
struct Open<'d> {
    node: NodeId,
    name: &'d str,
    /// How many declarations were written before it.
    rendered: usize,
}

impl<'d> Writer<'d, '_> {
    fn subtree(
        &mut self,
        top: Node<'d, 'd>,
        without: Option<NodeId>,
        apex: Apex,
    ) -> Result<(), TooMuchWork> {
        let mut open: Vec<Open<'d>> = Vec::with_capacity(16);
        let mut nodes = top.descendants();
        while let Some(node) = nodes.next() {
            if Some(node.id()) == without {
                // The descendants of a node follow it.
                if let Some(inside @ 1..) = node.descendants().len().checked_sub(1) {
                    nodes.nth(inside - 1);
                }
                continue;
            }
            let parent = node.parent().map(|parent| parent.id());
            while let Some(last) = open.pop_if(|last| Some(last.node) != parent) {
                self.close(&last);
            }
            if node.is_element() {
                let first = open.is_empty();
                let started = self.start_tag(node, if first { Some(apex) } else { None })?;
                open.push(started);
            } else if node.is_text() {
                let before = self.out.len();
                escape::text(node.text().unwrap_or(""), self.out);
                self.budget.charge(self.out.len() - before)?;
            }
        }
        while let Some(last) = open.pop() {
            self.close(&last);
        }
        Ok(())
    }

    fn close(&mut self, last: &Open<'d>) {
        self.put(&["</", last.name, ">"]);
        self.rendered.truncate(last.rendered);
    }

    /// Writes the start tag of `node`, which is the outermost element if `apex` is given.
    fn start_tag(
        &mut self,
        node: Node<'d, 'd>,
        apex: Option<Apex>,
    ) -> Result<Open<'d>, TooMuchWork> {
        let before = self.out.len();
        let rendered = self.rendered.len();
        let (prefix, name) = self.qualified_name(node);
        self.put(&["<", name]);

        self.attributes.clear();
        self.attributes.extend(node.attributes());
        match self.method {
            Canonicalization::Inclusive => {
                if apex.is_some() || declares(node) {
                    self.render_in_scope(node, |_| true)?;
                }
                if apex.is_some() {
                    self.inherit_xml_attributes(node)?;
                }
            }
            Canonicalization::Exclusive { prefixes } => {
                self.render(prefix, node.tag_name().namespace().unwrap_or(""))?;
                for index in 0..self.attributes.len() {
                    let attribute = self.attributes[index];
                    if let Some(namespace) = attribute.namespace()
                        && namespace != uris::XML
                    {
                        self.render(self.prefix(attribute), namespace)?;
                    }
                }
                if !prefixes.is_empty() && (apex.is_some() || declares(node)) {
                    self.budget.charge(prefixes.len() * node.namespaces().len())?;
                    self.render_in_scope(node, |prefix| {
                        let prefix = if prefix.is_empty() { "#default" } else { prefix };
                        prefixes.iter().any(|listed| listed == prefix)
                    })?;
                }
            }
        }
        self.rendered[rendered..].sort_unstable_by_key(|(prefix, _)| *prefix);
        if apex == Some(Apex::WithDefault) {
            self.put_default(node);
        }
        for index in rendered..self.rendered.len() {
            let (prefix, namespace) = self.rendered[index];
            self.put_declaration(prefix, namespace);
        }
        self.put_attributes();
        self.put(&[">"]);
        self.budget.charge(self.out.len() - before)?;
        Ok(Open { node: node.id(), name, rendered })
    }

    /// Takes up the declaration of `prefix`, unless the nearest one written says the same.
    fn render(&mut self, prefix: &'d str, namespace: &'d str) -> Result<(), TooMuchWork> {
        self.budget.charge(self.rendered.len())?;
        let nearest = self.rendered.iter().rev().find(|(p, _)| *p == prefix);
        let said = match nearest {
            Some((_, said)) => *said == namespace,
            // What was never declared need not be undeclared.
            None => namespace.is_empty(),
        };
        if !said {
            self.rendered.push((prefix, namespace));
        }
        Ok(())
    }

    fn render_in_scope(
        &mut self,
        node: Node<'d, 'd>,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), TooMuchWork> {
        self.budget.charge(node.namespaces().len())?;
        for namespace in node.namespaces() {
            let prefix = namespace.name().unwrap_or("");
            if wanted(prefix) {
                self.render(prefix, namespace.uri())?;
            }
        }
        Ok(())
    }

    /// Makes sure that the declarations of the outermost element start with the default namespace's.
    fn put_default(&mut self, node: Node<'d, 'd>) {
        if self.rendered.first().is_some_and(|(prefix, _)| prefix.is_empty()) {
            return;
        }
        let namespace = node.default_namespace().unwrap_or("");
        self.rendered.insert(0, ("", namespace));
    }

    /// Canonical XML 1.0, section 2.4: the outermost element takes over the `xml:` attributes of its
    /// ancestors that it does not have itself, each from the nearest.
    fn inherit_xml_attributes(&mut self, node: Node<'d, 'd>) -> Result<(), TooMuchWork> {
        for ancestor in node.ancestors().skip(1) {
            for attribute in ancestor.attributes() {
                if attribute.namespace() != Some(uris::XML) {
                    continue;
                }
                self.budget.charge(self.attributes.len())?;
                let known = |a: &Attribute<'_, '_>| {
                    a.namespace() == Some(uris::XML) && a.name() == attribute.name()
                };
                if !self.attributes.iter().any(known) {
                    self.attributes.push(attribute);
                }
            }
        }
        Ok(())
    }

    fn put_attributes(&mut self) {
        // No namespace sorts before every other.
        self.attributes.sort_unstable_by(|a, b| {
            a.namespace().cmp(&b.namespace()).then_with(|| a.name().cmp(b.name()))
        });
        for index in 0..self.attributes.len() {
            let attribute = self.attributes[index];
            if attribute.namespace().is_some() {
                self.put(&[" ", self.prefix(attribute), ":", attribute.name(), "=\""]);
            } else {
                self.put(&[" ", attribute.name(), "=\""]);
            }
            escape::attribute(attribute.value(), self.out);
            self.put(&["\""]);
        }
    }

    fn put_declaration(&mut self, prefix: &str, namespace: &str) {
        if prefix.is_empty() {
            self.put(&[" xmlns=\""]);
        } else {
            self.put(&[" xmlns:", prefix, "=\""]);
        }
        escape::attribute(namespace, self.out);
        self.put(&["\""]);
    }

    fn put(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.extend_from_slice(part.as_bytes());
        }
    }

    /// The prefix and the whole name of an element as its start tag spells them; the tree keeps
    /// neither.
    fn qualified_name(&self, node: Node<'d, 'd>) -> (&'d str, &'d str) {
        let tag = &self.source[node.range().start + 1..];
        let end = tag.find([' ', '>', '/', '\t', '\n', '\r']).unwrap_or(tag.len());
        let name = &tag[..end];
        (name.split_once(':').map_or("", |(prefix, _)| prefix), name)
    }

    /// The prefix of an attribute that has one.
    fn prefix(&self, attribute: Attribute<'d, 'd>) -> &'d str {
        let source = &self.source[attribute.range().start..];
        source.split_once(':').map_or("", |(prefix, _)| prefix)
    }
}

/// Whether other namespaces are in scope at `node` than at its parent.
fn declares(node: Node<'_, '_>) -> bool {
    let Some(parent) = node.parent() else { return true };
    let (here, above) = (node.namespaces(), parent.namespaces());
    // The tree keeps each distinct declaration once, so the same one has the same address.
    here.len() != above.len() || here.zip(above).any(|(a, b)| !std::ptr::eq(a, b))
}

#[cfg(test)]
mod tests;
