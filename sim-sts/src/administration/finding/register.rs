//! What is to be said about IT systems and system users.

use parties::{EntityId, ItSystemId, Role, SystemUserId, Text};

use super::{OURS, Said, both, quoted};

pub(super) fn malformed_request(what: &Text) -> Said {
    Said {
        source: OURS,
        rule: both("A request is JSON of a known shape", "En anmodning er JSON i en kendt form"),
        expected: both(
            "a request that the control port knows",
            "en anmodning, som kontrolporten kender",
        ),
        got: [what.en.clone(), what.da.clone()],
        who: Role::Operator,
        what: both("Correct the request and send it again.", "Ret anmodningen, og send den igen."),
    }
}

pub(super) fn unknown_it_system(id: &ItSystemId) -> Said {
    Said {
        source: OURS,
        rule: both(
            "A system user belongs to an IT system",
            "En systembruger hører til et it-system",
        ),
        expected: both(
            "the handle of an IT system that exists",
            "navnet på et it-system, der findes",
        ),
        got: quoted(id),
        who: Role::NemloginAdministrator,
        what: both(
            "Create the IT system first, or correct its handle.",
            "Opret it-systemet først, eller ret dets navn.",
        ),
    }
}

pub(super) fn it_system_exists(id: &ItSystemId) -> Said {
    Said {
        source: OURS,
        rule: both("Each IT system has a handle of its own", "Hvert it-system har sit eget navn"),
        expected: both("a handle that is free", "et navn, der er ledigt"),
        got: quoted(id),
        who: Role::NemloginAdministrator,
        what: both(
            "Choose another handle, or use the IT system that exists.",
            "Vælg et andet navn, eller brug det it-system, der findes.",
        ),
    }
}

pub(super) fn unknown_system_user(id: &SystemUserId) -> Said {
    Said {
        source: OURS,
        rule: both(
            "A click concerns a system user that exists",
            "Et klik gælder en systembruger, der findes",
        ),
        expected: both("the handle of a system user", "navnet på en systembruger"),
        got: quoted(id),
        who: Role::NemloginAdministrator,
        what: both(
            "Create the system user first, or correct its handle.",
            "Opret systembrugeren først, eller ret dens navn.",
        ),
    }
}

pub(super) fn system_user_exists(id: &SystemUserId) -> Said {
    Said {
        source: OURS,
        rule: both(
            "Each system user has a handle of its own",
            "Hver systembruger har sit eget navn",
        ),
        expected: both("a handle that is free", "et navn, der er ledigt"),
        got: quoted(id),
        who: Role::NemloginAdministrator,
        what: both(
            "Choose another handle, or use the system user that exists.",
            "Vælg et andet navn, eller brug den systembruger, der findes.",
        ),
    }
}

pub(super) fn entity_id_taken(entity_id: &EntityId, holder: &SystemUserId) -> Said {
    Said {
        source: OURS,
        rule: both(
            "Two system users do not share an entity id: a token names its holder by it",
            "To systembrugere deler ikke entity id: et token angiver sin indehaver med det",
        ),
        expected: both("an entity id that nobody else has", "et entity id, som ingen anden har"),
        got: {
            let ([id_en, id_da], [holder_en, holder_da]) = (quoted(entity_id), quoted(holder));
            [format!("{id_en}, which {holder_en} has"), format!("{id_da}, som {holder_da} har")]
        },
        who: Role::NemloginAdministrator,
        what: both(
            "Choose another entity id, and tell the owner of the service.",
            "Vælg et andet entity id, og giv tjenesteejeren besked.",
        ),
    }
}
