//! The harness from the outside: runs in a world of given answers, and the program itself.

#![expect(clippy::unwrap_used, reason = "what a test cannot do, it fails for")]

mod blame;
mod calls;
mod forecast;
mod guide;
mod head;
mod keep;
mod kit;
mod live;
mod mistakes;
mod model;
mod profiles;
mod program;
mod races;
mod rest;
mod results;
mod rules;
mod schedule;
mod schema;
mod served;
mod standing;
mod stops;
mod suite;
mod tenants;
mod vectors;
mod verbs;
