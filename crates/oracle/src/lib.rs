//! What a plan will come to: downtime reckoned from the plan alone.
//!
//! A [`Plan`] says who has which certificate, who clicks what and when, and how clients behave. A
//! [`Forecast`] says when each node is down, to the millisecond, why, which of its calls fail, and
//! when it asks for tokens. Nothing runs: there is no message, no key and no simulator here, and
//! nothing to learn from one, since this crate knows `clock` and `parties` alone. So when a run
//! measures the same as the forecast says, two independent pieces of work agree.
//!
//! [`Blame`] says what should have been done at another time, or done at all, and by whom; a [`Swap`]
//! has the same instants in closed form, and says when it would have done no harm.
//!
//! ```
//! use clock::{Span, Timestamp};
//! use oracle::{Act, Blame, Calls, Certificate, Forecast, Node, Plan, Rules, SystemUser};
//! use parties::{ClientProfile, Environment::Production, Role, Slot, Step};
//!
//! // The old certificate is refused from +2h on. The new one is provisioned for a rolling swap,
//! // and the vendor deploys it an hour too early.
//! let start: Timestamp = "2030-03-01T08:00:00Z".parse()?;
//! let at = |hours| start + Span::from_hours(hours);
//! let mut plan = Plan::new(start, at(4), Rules::default());
//! let old = plan.certificate(Certificate {
//!     environment: Production,
//!     valid_from: start - Span::from_days(1000),
//!     expires: at(2),
//!     subject: 1,
//!     organisation: 0,
//!     name: 1,
//! });
//! let new = plan.certificate(Certificate {
//!     environment: Production,
//!     valid_from: start,
//!     expires: start + Span::from_days(1095),
//!     subject: 1,
//!     organisation: 0,
//!     name: 1,
//! });
//! let system_user = plan.system_user(SystemUser::new().with(Production, old));
//! let node = plan.node(Node {
//!     calls: Calls::every(Span::from_minutes(1), start),
//!     ..Node::new(ClientProfile::NoCache, Production, system_user, old)
//! });
//! plan.at(start, Act::Save { system_user, slot: Slot::Rolling, certificate: new });
//! plan.at(start, Act::Provision { system_user, environment: Production });
//! plan.at(at(1), Act::Deploy { node, certificate: new });
//!
//! let forecast = Forecast::of(&plan);
//! let [outage] = forecast.node(node).outages.as_slice() else { panic!("one outage") };
//! assert_eq!((outage.from, outage.until), (at(1), Some(at(2))));
//! assert_eq!(outage.step(), Step::One);
//! assert_eq!(outage.missed_calls, 60);
//!
//! let blame = Blame::of(&plan).ok_or("something would have helped")?;
//! assert_eq!((blame.role, blame.mended, blame.left), (Role::Vendor, at(2), Span::ZERO));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! - `plan` and `event`: what goes in; `rules`: what STS, SMDB and kinds of clients do; `calls`: when a
//!   node calls.
//! - `acceptance`: what an STS accepts when, from the `clicks`. The rules of saving are in
//!   `administration`, those of the rolling swap in `registration`, and nowhere else.
//! - `walk`: nodes from change to change; `caller`: one of them, and `cache`, what it keeps. The rules of a
//!   call are there and nowhere else. `signers`: with what an STS signs, and what SMDB trusts; `chains`: who
//!   vouches for servers in TLS.
//! - `forecast`: what comes out; `cause`: why calls fail; `interval`: outages of several nodes.
//! - `swap`: the same in closed form, for one swap.
//! - `blame`: what would have helped, found by trying.

mod acceptance;
mod administration;
mod blame;
mod cache;
mod caller;
mod calls;
mod cause;
mod chains;
mod clicks;
mod event;
mod forecast;
mod interval;
mod plan;
mod registration;
mod rules;
mod signers;
mod swap;
mod walk;

pub use blame::{Blame, Remedy, Setting, Window};
pub use calls::Calls;
pub use cause::Cause;
pub use event::{Act, Event};
pub use forecast::{Forecast, NodeForecast, Outage, Segment};
pub use interval::Interval;
pub use plan::{
    AttemptNumber, Certificate, CertificateNumber, EventNumber, Node, NodeNumber, Plan, SystemUser,
    SystemUserNumber,
};
pub use rules::{FindBy, HolderCheck, Keeps, LookUp, Rules, mixes_keys};
pub use signers::Signer;
pub use swap::{Policy, SafeWindow, Swap, Tokens, Turn, stale};
