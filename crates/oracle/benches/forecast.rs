//! How many small plans are reckoned in a second on one core, how long three years of one client
//! that calls hourly take, and what it costs to find who is to blame.

use std::hint::black_box;

use clock::{Span, Timestamp};
use measure::Median;
use oracle::{Act, Blame, Calls, Certificate, Forecast, Node, Plan, Rules, SystemUser};
use parties::{ClientProfile, Environment::Production, Slot};

const ROUNDS: usize = 41;
/// How many plans are reckoned in a row, to be measured together.
const PLANS: i64 = 1_000;

fn main() {
    // Each plan differs from the next in when things happen, in its profile and in its slot.
    let plans: Vec<Plan> = (0..PLANS).map(small).collect();
    let all = measure::nanoseconds(ROUNDS, 1, || {
        for plan in &plans {
            black_box(Forecast::of(black_box(plan)));
        }
    });
    let each = Median { value: all.value / PLANS as f64 };
    measure::print_nanoseconds("forecast-small-plan", each);
    measure::print("forecast-plans-per-second", Median { value: 1e9 / each.value }, "/s");

    let plan = small(7);
    let took = measure::microseconds(ROUNDS, || drop(black_box(Blame::of(&plan))));
    measure::print("blame-small-plan", took, "us");

    for profile in [ClientProfile::RestartOnSwap, ClientProfile::NoCache] {
        let plan = three_years(profile);
        let name = format!("forecast-three-years-hourly-{profile}");
        let took = measure::microseconds(ROUNDS, || drop(black_box(Forecast::of(&plan))));
        measure::print(&name, took, "us");
    }
}

const fn at(minutes: i64) -> Timestamp {
    Timestamp::from_seconds(1_900_800_000 + minutes * 60)
}

/// One system user with one node, five events, and a day of calls each minute.
fn small(number: i64) -> Plan {
    let profile = ClientProfile::ALL[(number % 4) as usize];
    let slot = Slot::ALL[(number / 4 % 2) as usize];
    swap(profile, slot, at(24 * 60), Span::from_minutes(1), at(600), at(600 + number % 240 - 120))
}

/// A client that calls hourly until its certificate ends, and swaps it an hour before.
fn three_years(profile: ClientProfile) -> Plan {
    let end = at(1095 * 24 * 60);
    let hour = Span::from_hours(1);
    swap(profile, Slot::Rolling, end + hour, hour, end, end - hour)
}

fn swap(
    profile: ClientProfile,
    slot: Slot,
    end: Timestamp,
    interval: Span,
    expires: Timestamp,
    swapped: Timestamp,
) -> Plan {
    let mut plan = Plan::new(at(0), end, Rules::default());
    let valid_from = at(0) - Span::from_days(1);
    let certificate = Certificate {
        environment: Production,
        valid_from,
        expires,
        subject: 1,
        organisation: 0,
        name: 1,
    };
    let old = plan.certificate(certificate);
    let new = plan.certificate(Certificate { expires: end + Span::from_days(1095), ..certificate });
    let system_user = plan.system_user(SystemUser::new().with(Production, old));
    let calls = Calls::every(interval, at(0));
    let node = plan.node(Node { calls, ..Node::new(profile, Production, system_user, old) });
    let before = swapped - Span::from_minutes(30);
    plan.at(before, Act::Save { system_user, slot, certificate: new });
    plan.at(before, Act::Provision { system_user, environment: Production });
    plan.at(swapped, Act::Deploy { node, certificate: new });
    plan.at(swapped + Span::from_minutes(5), Act::Restart { node });
    plan.at(swapped + Span::from_hours(1), Act::Revoke { certificate: old });
    plan
}
