//! What clients do alike or apart: one value for each profile, and no rule elsewhere that asks
//! which client it is.

use clock::Span;
use oio_idws::{Layout, framework::Framework};
use parties::ClientProfile;
use serde::{Deserialize, Serialize};

/// The habits of a client. Every difference between two clients is a field here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// Whether it keeps its token, for how long, and who else uses it.
    pub keeps: Keeps,
    /// How it takes up another certificate.
    pub swap: Swap,
    /// With which key it signs a call.
    pub signs_with: SigningKey,
    /// Which certificates a look-up at its start considers.
    pub finds: Validity,
    /// What a look-up that finds several certificates does.
    pub several: Several,
    /// What an invisible mark in front of a thumbprint does to the look-up.
    pub mark: LeadingMark,
    /// Whether the pinned certificate of the STS must be valid at the start.
    pub pinned: Validity,
    /// How it writes its messages.
    pub layout: Layout,
    /// In which namespace it writes the header of Liberty's binding, where it is set to that.
    pub framework: Framework,
    /// By what it calls the service.
    pub calls: Calls,
    /// When an answer of the STS counts as current.
    pub sts_answer: Freshness,
    /// When an answer of the service counts as current.
    pub service_answer: Freshness,
}

/// Whether a token is kept after the call that it was got for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// No: each call asks anew.
    Nothing,
    /// Yes: by the client's own clock, until `margin` before the end that the STS gave it.
    Until {
        /// How long before its end it is dropped.
        margin: Span,
        /// What it is found by, and so who shares it.
        under: KeptUnder,
    },
    /// Yes: for so long from when it came, whatever end the STS gave it.
    For {
        /// How long.
        span: Span,
        /// What it is found by, and so who shares it.
        under: KeptUnder,
    },
}

/// By what a service is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// By SOAP, each call signed and with the token in it.
    Soap,
    /// By REST: the token is redeemed for an access token, and calls carry that. The client proves the
    /// key of its present certificate in TLS.
    Rest {
        /// Whether it keeps its access token, for how long, and who else uses it.
        keeps: Keeps,
        /// Whether it calls once more when the access token is refused: with what it keeps then, which
        /// is the same one.
        tries_again: bool,
    },
}

/// What a kept token is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptUnder {
    /// The client object: nobody else finds it.
    Client,
    /// The service that it is for: every client in the process finds it, whomever it acts for.
    Service,
    /// The service, and on whose behalf it is called.
    ServiceAndTenant,
}

/// How another certificate is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Swap {
    /// The process ends and starts again: what it kept in memory is lost.
    Restart,
    /// The running process makes a new client object: what it kept stays.
    InProcess,
}

/// The key that signs a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKey {
    /// The one that the token is bound to: it is kept with the token.
    OfTheToken,
    /// The one of the certificate that the client has at the time.
    Present,
}

/// Whether a look-up passes over certificates that are not valid by the client's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// It does: one that has expired is as good as not there.
    ValidOnly,
    /// It does not look at the dates.
    Any,
}

/// What a look-up that finds several certificates does. The order is that of the key store, in which
/// they were put in; a real one has none that anybody promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Several {
    /// It fails: WCF's own look-up takes exactly one.
    Error,
    /// It takes the first one.
    First,
    /// It takes the last one.
    Last,
}

/// What U+200E, the mark that Windows' certificate dialog puts in front of a thumbprint that is
/// copied from it, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadingMark {
    /// It is read as a part of the thumbprint, which then names no certificate.
    Spoils,
    /// It is passed over.
    Skipped,
}

/// When an answer counts as current, by the client's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// For how long after its end it is still taken.
    pub after_end: Span,
    /// How long ago it may have been made, if that is looked at.
    pub age_max: Option<Span>,
    /// How far in the future it may have been made, if that is looked at.
    pub ahead_max: Option<Span>,
}

/// How the .NET client judges the STS: by the end alone, with no tolerance.
const END_ALONE: Freshness = Freshness { after_end: Span::ZERO, age_max: None, ahead_max: None };

/// How WCF judges a service: a skew of five minutes both ways, and a life of five minutes. What is
/// just that old, or just that far ahead, it refuses.
const WCF: Freshness = Freshness {
    after_end: Span::from_minutes(5),
    age_max: Some(Span::from_millis(10 * 60_000 - 1)),
    ahead_max: Some(Span::from_millis(5 * 60_000 - 1)),
};

/// How WSS4J judges anybody: at most 300 s old, and at most 60 s ahead.
const WSS4J: Freshness = Freshness {
    after_end: Span::ZERO,
    age_max: Some(Span::from_seconds(300)),
    ahead_max: Some(Span::from_seconds(60)),
};

/// The .NET client as it is delivered; the others are told by how they differ.
const DOTNET: Habits = Habits {
    keeps: Keeps::Until { margin: Span::from_seconds(60), under: KeptUnder::Service },
    swap: Swap::InProcess,
    signs_with: SigningKey::OfTheToken,
    finds: Validity::ValidOnly,
    several: Several::Error,
    mark: LeadingMark::Spoils,
    pinned: Validity::ValidOnly,
    layout: Layout::DotNet,
    framework: Framework::Sb,
    calls: Calls::Soap,
    sts_answer: END_ALONE,
    service_answer: WCF,
};

/// The SOAP client in Java, with CXF.
const CXF: Habits = Habits {
    keeps: Keeps::Until { margin: Span::from_seconds(10), under: KeptUnder::Client },
    swap: Swap::Restart,
    signs_with: SigningKey::Present,
    finds: Validity::Any,
    several: Several::Error,
    mark: LeadingMark::Spoils,
    pinned: Validity::Any,
    layout: Layout::Cxf,
    framework: Framework::Sb,
    calls: Calls::Soap,
    sts_answer: WSS4J,
    service_answer: WSS4J,
};

impl Habits {
    /// The habits that a profile stands for.
    #[must_use]
    pub const fn of(profile: ClientProfile) -> Self {
        match profile {
            ClientProfile::NoCache => {
                Self { keeps: Keeps::Nothing, signs_with: SigningKey::Present, ..DOTNET }
            }
            ClientProfile::RestartOnSwap => CXF,
            ClientProfile::JavaRestFixedCache => Self {
                keeps: Keeps::For { span: Span::from_hours(7), under: KeptUnder::Client },
                calls: Calls::Rest {
                    keeps: Keeps::For { span: Span::from_minutes(55), under: KeptUnder::Client },
                    tries_again: false,
                },
                ..CXF
            },
            ClientProfile::DotnetCacheByEndpoint => DOTNET,
            ClientProfile::CoreNewKeyOldToken => Self {
                keeps: Keeps::Until {
                    margin: Span::from_seconds(60),
                    under: KeptUnder::ServiceAndTenant,
                },
                signs_with: SigningKey::Present,
                mark: LeadingMark::Skipped,
                framework: Framework::Sb2006,
                ..DOTNET
            },
            ClientProfile::DotnetRest => Self {
                signs_with: SigningKey::Present,
                calls: Calls::Rest { keeps: DOTNET.keeps, tries_again: true },
                ..DOTNET
            },
        }
    }

    /// Whether a call by REST is tried once more.
    pub(crate) const fn tries_again(&self) -> bool {
        match self.calls {
            Calls::Soap => false,
            Calls::Rest { tries_again, .. } => tries_again,
        }
    }

    /// The same habits with another margin, which clients let their users set; nothing changes for
    /// one that keeps nothing, or does not look at the end of a token. It is that of tokens: an access
    /// token is kept as it was.
    #[must_use]
    pub const fn with_margin(self, margin: Span) -> Self {
        match self.keeps {
            Keeps::Nothing | Keeps::For { .. } => self,
            Keeps::Until { under, .. } => Self { keeps: Keeps::Until { margin, under }, ..self },
        }
    }
}
