//! The rules of the world: what STS and SMDB do, and in what kinds of clients differ.

use clock::Span;
use parties::ClientProfile;

/// What is the same for everybody in one plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// `d`: how long after the click a provisioning takes effect.
    pub activation_delay: Span,
    /// `m`: an STS turns to the rolling certificate only at whole multiples of this, counted from
    /// 1970; at once where it is zero.
    pub look_interval: Span,
    /// A revocation of the certificate in force, once the STS sees it, brings the rolling one into
    /// force as its expiry would.
    pub rolling_on_revocation: bool,
    /// A provisioned rolling certificate is accepted beside the active one: a what-if.
    pub overlap: bool,
    /// A certificate that another system user has can be saved all the same; who provisions it
    /// last has it.
    pub may_take_from_others: bool,
    /// An STS finds a system user by the subject of what it has in force, and not by the very
    /// certificate: a renewal then passes unregistered.
    pub finds_by_subject: bool,
    /// A draft with a certificate of the other environment is not provisioned; where this is not
    /// checked, it comes into force and is refused for what it is.
    pub provisioning_checks_environment: bool,
    /// How long after it is issued a new certificate begins. When certificates begin stands in the plan;
    /// this is for blame, which issues them at other times.
    pub certificates_begin_after: Span,
    /// `Ls`: how long after a revocation an STS sees it.
    pub sts_revocation_lag: Span,
    /// `Lm`: how long after a revocation SMDB sees it.
    pub smdb_revocation_lag: Span,
    /// What SMDB makes of the certificate inside a live token.
    pub holder_check: HolderCheck,
    /// `T`: how long a token lives: by REST for whole seconds, since what comes of a part of one hangs on when
    /// in a second a call is made.
    pub token_lifetime: Span,
    /// For how long SMDB says that an access token lives; an hour at most, and no longer than the token that
    /// it is given for.
    pub access_token_lifetime: Span,
    /// How far a message's time may be from the true time, either way; none where nobody looks.
    pub timestamp_tolerance: Option<Span>,
}

impl Default for Rules {
    /// As DST's guide has it; where it is silent, as `docs/FIDELITY.md` says.
    fn default() -> Self {
        Self {
            activation_delay: Span::ZERO,
            look_interval: Span::ZERO,
            rolling_on_revocation: false,
            overlap: false,
            may_take_from_others: false,
            finds_by_subject: false,
            provisioning_checks_environment: true,
            certificates_begin_after: Span::ZERO,
            sts_revocation_lag: Span::from_hours(1),
            smdb_revocation_lag: Span::from_hours(1),
            holder_check: HolderCheck::Ignored,
            token_lifetime: Span::from_hours(8),
            access_token_lifetime: ACCESS_TOKEN_LIFE_MAX,
            timestamp_tolerance: Some(Span::from_minutes(5)),
        }
    }
}

/// The longest that an access token lives (OIO IDWS REST 1.0).
const ACCESS_TOKEN_LIFE_MAX: Span = Span::from_hours(1);

impl Rules {
    /// How long an access token lives, if its token does.
    pub(crate) fn access_token_life(&self) -> Span {
        self.access_token_lifetime.min(ACCESS_TOKEN_LIFE_MAX)
    }
}

/// What SMDB makes of the holder's certificate inside a token, at each call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum HolderCheck {
    /// Nothing: the token speaks for it.
    #[default]
    Ignored,
    /// It must not have expired.
    Validity,
    /// It must neither have expired nor be known as revoked.
    ValidityAndRevocation,
}

/// How long a client keeps a token, or an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keeps {
    /// It asks for one at every call.
    Never,
    /// `k`: until so long before the end that the STS gave it, by the client's own clock.
    UntilBeforeEnd(Span),
    /// `f`: for so long, whatever the token says (the REST client in Java); a clock that is off
    /// does not change it.
    For(Span),
}

impl Keeps {
    /// What this kind of client does by itself: margins of 60 s (.NET) and 10 s (Java with CXF), or
    /// seven hours (Java's REST client).
    #[must_use]
    pub const fn of(profile: ClientProfile) -> Self {
        match profile {
            ClientProfile::NoCache => Self::Never,
            ClientProfile::RestartOnSwap => Self::UntilBeforeEnd(Span::from_seconds(10)),
            ClientProfile::JavaRestFixedCache => Self::For(Span::from_hours(7)),
            ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::CoreNewKeyOldToken
            | ClientProfile::DotnetRest => Self::UntilBeforeEnd(Span::from_seconds(60)),
        }
    }

    /// How long this kind of client keeps an access token, if it calls by REST: until 60 s before its end
    /// (.NET), or for 55 minutes (Java).
    #[must_use]
    pub const fn of_access(profile: ClientProfile) -> Option<Self> {
        match profile {
            ClientProfile::NoCache
            | ClientProfile::RestartOnSwap
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::CoreNewKeyOldToken => None,
            ClientProfile::JavaRestFixedCache => Some(Self::For(Span::from_minutes(55))),
            ClientProfile::DotnetRest => Some(Self::UntilBeforeEnd(Span::from_seconds(60))),
        }
    }

    /// `u`: how long after its issue a token is kept; nothing or less means never.
    #[must_use]
    pub fn keeps_for(self, token_lifetime: Span, skew: Span) -> Span {
        match self {
            Self::Never => Span::ZERO,
            Self::UntilBeforeEnd(margin) => token_lifetime - margin - skew,
            Self::For(span) => span,
        }
    }
}

/// Whether this kind of client proves the key of its present certificate with what it keeps, whatever that is
/// bound to: it must lose what it keeps when it swaps.
#[must_use]
pub const fn mixes_keys(profile: ClientProfile) -> bool {
    match profile {
        ClientProfile::NoCache
        | ClientProfile::RestartOnSwap
        | ClientProfile::JavaRestFixedCache
        | ClientProfile::DotnetCacheByEndpoint => false,
        ClientProfile::CoreNewKeyOldToken | ClientProfile::DotnetRest => true,
    }
}

/// How a client finds its certificate in its key store whenever it takes one up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookUp {
    /// What its configuration names the certificate by.
    pub find_by: FindBy,
    /// It finds only what is valid by its own clock.
    pub valid_only: bool,
    /// An invisible mark in front of a thumbprint is passed over.
    pub passes_over_marks: bool,
}

impl LookUp {
    /// As this kind of client looks it up, by thumbprint.
    #[must_use]
    pub const fn of(profile: ClientProfile) -> Self {
        let (valid_only, passes_over_marks) = match profile {
            ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache => (false, false),
            ClientProfile::NoCache
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::DotnetRest => (true, false),
            ClientProfile::CoreNewKeyOldToken => (true, true),
        };
        Self { find_by: FindBy::Thumbprint, valid_only, passes_over_marks }
    }
}

/// What a client's configuration names its certificate by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum FindBy {
    /// Its thumbprint, which no other certificate has.
    #[default]
    Thumbprint,
    /// Its thumbprint as Windows' dialog gives it, with an invisible mark in front: from the first
    /// swap on, since what a client began with was configured right.
    CopiedThumbprint,
    /// What its subject is called, which that of a renewed certificate is as well.
    SubjectName,
}
