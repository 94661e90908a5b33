//! What a client calls SMDB with, by SOAP or by REST.

use clock::Timestamp;
use entropy::Entropy;
use parties::Cvr;
use sim_smdb::{
    contract::{Notation, Operation, Submission},
    course::{Course, Reference},
    cpr::Cpr,
    date::Date,
    rest,
    schema::SchemaVersion,
};
use wsc::{exchange::Order, habits::Calls};

/// A submission about a citizen who does not exist, with a reference of its own. The course has ended,
/// so that the next one about the same citizen is none too many.
pub(super) fn order(authority: &Cvr, calls: Calls, now: Timestamp, entropy: &mut Entropy) -> Order {
    let schemas = SchemaVersion::calendar();
    let version = schemas.at(now).copied().unwrap_or(SchemaVersion::LATEST);
    let citizen = Cpr::parse("6101800049").expect("a made-up number");
    let submission = Submission {
        reference: reference(entropy),
        version: 1,
        authority: authority.clone(),
        course: Course::of_one_day(citizen, Date::of(now)),
    };
    let operation = Operation::Report;
    match calls {
        Calls::Soap => Order { action: operation.action(version), body: submission.write(version) },
        Calls::Rest { .. } => {
            Order { action: rest::path(version, operation), body: submission.write(Notation::Json) }
        }
    }
}

/// A reference of its own. SMDB takes none that could hold a personal number, and a UUID in a few
/// thousand has digits like that: then another is drawn.
fn reference(entropy: &mut Entropy) -> Reference {
    loop {
        if let Ok(reference) = entropy.uuid().to_string().parse() {
            return reference;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_that_is_no_reference_is_drawn_again() {
        let seeded = || Entropy::seeded(1, "client", "fagsystem/a");
        let (mut uuids, mut references) = (seeded(), seeded());
        let is_reference = |uuid: &String| uuid.parse::<Reference>().is_ok();
        let drawn: Vec<_> = (0..20_000).map(|_| uuids.uuid().to_string()).collect();
        let taken: Vec<_> = drawn.iter().filter(|uuid| is_reference(uuid)).collect();
        assert!(taken.len() < drawn.len(), "some UUID is no reference");
        for uuid in taken {
            assert_eq!(reference(&mut references).to_string(), *uuid);
        }
    }
}
