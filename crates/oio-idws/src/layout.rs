//! Whose way of laying a message out is followed.

/// Whose way of laying a message out is followed: order, prefixes, ids and how the parts are
/// canonicalised. What the message says, and to whom it is good, is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Layout {
    /// The .NET reference client: namespaces on the envelope, `Signature` without a prefix.
    #[default]
    DotNet,
    /// Apache CXF, as the Java reference client uses it: namespaces where they are used,
    /// `ds:Signature`, a `PrefixList` on what is canonicalised.
    Cxf,
}

impl Layout {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DotNet, Self::Cxf];
}
