//! Replays a timing race and measures the downtime.
//!
//! How its data flows, a module for each step:
//!
//! 1. [`catalogue`] finds files; [`scenario`] reads one and says what it means, or points at the
//!    mistake;
//! 2. [`schedule`] puts what happens in order;
//! 3. [`world`] is what the parties of the race can do;
//! 4. [`mod@run`] moves time from one stop to the next and lets them;
//! 5. [`journal`] has what was seen, one line for each observation;
//! 6. [`downtime`] and [`expect`] are pure functions of it: outages, and whether they are as
//!    expected;
//! 7. [`forecast`] asks the oracle what must come of it, knowing the scenario alone, so that the two
//!    can be held against each other; it also says who is to blame;
//! 8. [`report`] shows the result and decides nothing; [`results`] has the files that a run leaves.
//!
//! Beside the way are [`story`], which tells a scenario that has not run, and [`keep`], which keeps
//! the messages of calls for who asks for them. [`mod@serve`] puts
//! the simulators behind sockets, and [`kit`] is what a client needs to call them.

pub mod catalogue;
pub mod cli;
pub mod downtime;
pub mod expect;
pub mod forecast;
pub mod journal;
pub mod keep;
pub mod kit;
mod plain;
pub mod report;
pub mod results;
pub mod run;
pub mod scenario;
pub mod schedule;
pub mod serve;
pub mod story;
mod subject;
pub mod world;
