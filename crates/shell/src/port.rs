//! What each port of a service can be asked for, so that every port can tell who asks at the wrong one.
//!
//! The simulators do not know one another. Each holds in a test that all that stands here is at its own ports.

use std::fmt;

use axum::http::{Method, Uri};

/// A port at which a service is asked by others than its operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Where the STS is asked for tokens.
    Sts,
    /// Where NemLog-in publishes metadata in plain HTTP.
    NemloginMetadata,
    /// Where SMDB is called.
    Smdb,
    /// Where SMDB publishes metadata in plain HTTP.
    SmdbMetadata,
    /// Where MitID Erhverv publishes authorities and lists.
    Mitid,
}

/// Something that can be asked for.
///
/// A part of the path in braces is whatever is asked for. Behind a `?` stands what is asked for there
/// alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where.
    pub path: &'static str,
}

const METADATA: Place = get("/{environment}/metadata");
const OF_SYSTEM_USER: Place = get("/{environment}/system-users/{system_user}/metadata");

impl Port {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Sts, Self::NemloginMetadata, Self::Smdb, Self::SmdbMetadata, Self::Mitid];

    /// What it can be asked for.
    #[must_use]
    pub const fn places(self) -> &'static [Place] {
        match self {
            Self::Sts => const { &[post("/SecurityTokenService.svc"), METADATA, OF_SYSTEM_USER] },
            Self::NemloginMetadata => const { &[METADATA, OF_SYSTEM_USER] },
            Self::Smdb => {
                const {
                    &[
                        post("/SmdbService.svc"),
                        get("/SmdbService.svc?wsdl"),
                        post("/api/accesstoken/issue"),
                        post("/api/{version}/{operation}"),
                        METADATA,
                    ]
                }
            }
            Self::SmdbMetadata => const { &[METADATA] },
            Self::Mitid => {
                const {
                    &[
                        get("/{environment}/oces/root/cacert/root.cer"),
                        get("/{environment}/oces/root/crl/root.crl"),
                        get("/{environment}/oces/issuing/1/cacert/issuing.cer"),
                        get("/{environment}/oces/issuing/1/crl/issuing.crl"),
                    ]
                }
            }
        }
    }

    /// The ports that have a place at `path`, or at one that differs from it in the case of letters or
    /// in slashes too many.
    pub(crate) fn having(path: &str) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |it| it.like(path).is_some())
    }

    /// The place here that is meant by such a path.
    pub(crate) fn like(self, path: &str) -> Option<Place> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        let path = parts.fold(String::new(), |path, part| path + "/" + part);
        self.places().iter().copied().find(|it| it.is_at(&path, str::eq_ignore_ascii_case))
    }

    /// The places at just this path.
    pub(crate) fn at(self, path: &str) -> impl Iterator<Item = Place> {
        self.places().iter().copied().filter(move |it| it.is_at(path, str::eq))
    }
}

impl Place {
    /// Whether a request with this method for this URI, whose path is that of the place, is for it.
    pub(crate) fn takes(self, method: &Method, uri: &Uri) -> bool {
        let is_method = method.as_str() == self.method
            // RFC 9110, section 9.3.2.
            || method == Method::HEAD && self.method == "GET";
        is_method && (uri.query().is_some() || !self.path.contains('?'))
    }

    fn is_at(self, path: &str, is_same: fn(&str, &str) -> bool) -> bool {
        let of_place = self.path.split('?').next().unwrap_or_default();
        let is_any = |part: &str| part.starts_with('{');
        let mut parts = path.split('/');
        let fit = of_place.split('/').all(|of_place| {
            parts
                .next()
                .is_some_and(|part| is_same(of_place, part) || is_any(of_place) && !part.is_empty())
        });
        fit && parts.next().is_none()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

const fn get(path: &'static str) -> Place {
    Place { method: "GET", path }
}

const fn post(path: &'static str) -> Place {
    Place { method: "POST", path }
}
