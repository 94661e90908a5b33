//! The named habits of real clients.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a client keeps its token and takes up a new certificate.
///
/// A profile is a model of a kind of client: confirm it against the real one before a claim about
/// that one is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientProfile {
    /// It asks for a token at every call, and signs with the certificate it has then.
    NoCache,
    /// It reads its key store when it starts, so that a swap is a restart, which loses the token
    /// it kept: Java with CXF.
    RestartOnSwap,
    /// It swaps by a restart too, calls by REST, and keeps a token and an access token each for a time
    /// of its own, whatever they say: the REST client in Java.
    JavaRestFixedCache,
    /// It swaps while it runs, and keeps the token together with the key that it is bound to: the
    /// reference client in .NET, whose cache knows services and not certificates.
    DotnetCacheByEndpoint,
    /// It swaps while it runs, keeps the token, and signs with the new key all the same: KOMBIT's
    /// client for .NET Core.
    CoreNewKeyOldToken,
    /// It swaps while it runs, calls by REST, and keeps both tokens, while it proves the new key in TLS:
    /// the REST client in .NET, whose caches know services and not certificates.
    DotnetRest,
}

impl ClientProfile {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NoCache,
        Self::RestartOnSwap,
        Self::JavaRestFixedCache,
        Self::DotnetCacheByEndpoint,
        Self::CoreNewKeyOldToken,
        Self::DotnetRest,
    ];

    /// The name that files and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoCache => "no-cache",
            Self::RestartOnSwap => "restart-on-swap",
            Self::JavaRestFixedCache => "java-rest-fixed-cache",
            Self::DotnetCacheByEndpoint => "dotnet-cache-by-endpoint",
            Self::CoreNewKeyOldToken => "core-new-key-old-token",
            Self::DotnetRest => "dotnet-rest",
        }
    }
}

impl fmt::Display for ClientProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
