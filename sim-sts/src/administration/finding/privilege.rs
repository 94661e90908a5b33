//! What is to be said about privileges and powers of attorney.

use parties::{Cvr, Role};

use super::{GUIDE, OURS, Said, both, quoted};
use crate::administration::{PowerOfAttorney, Privilege};

pub(super) fn privilege_requested_already(privilege: &Privilege) -> Said {
    Said {
        source: OURS,
        rule: both("A privilege is requested once", "Der ansøges kun én gang om et privilegium"),
        expected: both(
            "a privilege that is neither requested nor approved",
            "et privilegium, der hverken er ansøgt om eller godkendt",
        ),
        got: named(privilege),
        who: Role::ServiceOwner,
        what: both(
            "Decide on the request; if it is approved, there is nothing to do.",
            "Tag stilling til ansøgningen; er den godkendt, er der ingenting at gøre.",
        ),
    }
}

pub(super) fn privilege_not_requested(privilege: &Privilege) -> Said {
    Said {
        source: GUIDE,
        rule: both(
            "A privilege is requested, and then approved by the owner of the service",
            "Der ansøges om et privilegium, og derefter godkender tjenesteejeren det",
        ),
        expected: both("a request that waits for a decision", "en ansøgning, der venter på svar"),
        got: named(privilege),
        who: Role::NemloginAdministrator,
        what: both(
            "Request the privilege first; if it is approved already, there is nothing to do.",
            "Ansøg om privilegiet først; er det allerede godkendt, er der ingenting at gøre.",
        ),
    }
}

pub(super) fn privilege_not_held(privilege: &Privilege) -> Said {
    Said {
        source: OURS,
        rule: both(
            "Only what was requested or approved can be withdrawn",
            "Kun det, der er ansøgt om eller godkendt, kan trækkes tilbage",
        ),
        expected: both(
            "a privilege that the system user has, or waits for",
            "et privilegium, som systembrugeren har eller venter på",
        ),
        got: named(privilege),
        who: Role::NemloginAdministrator,
        what: both(
            "Look at the privileges of the system user.",
            "Se systembrugerens privilegier igennem.",
        ),
    }
}

// The guide: powers of attorney are looked after in MitID Erhverv.
pub(super) fn power_of_attorney_to_oneself(cvr: &Cvr) -> Said {
    Said {
        source: OURS,
        rule: both(
            "A power of attorney is given to another organisation",
            "En fuldmagt gives til en anden organisation",
        ),
        expected: both("two CVR numbers", "to forskellige CVR-numre"),
        got: [format!("CVR {cvr} twice"), format!("CVR {cvr} to gange")],
        who: Role::MitidAdministrator,
        what: both(
            "Name the organisation that is to act.",
            "Angiv den organisation, der skal handle for den anden.",
        ),
    }
}

pub(super) fn power_of_attorney_exists(power: &PowerOfAttorney) -> Said {
    Said {
        source: OURS,
        rule: both("A power of attorney is given once", "En fuldmagt gives én gang"),
        expected: both("one that is not in force", "en, der ikke gælder i forvejen"),
        got: power_named(power),
        who: Role::MitidAdministrator,
        what: both("Nothing: it is in force.", "Ingenting: fuldmagten gælder allerede."),
    }
}

pub(super) fn no_power_of_attorney(power: &PowerOfAttorney) -> Said {
    Said {
        source: OURS,
        rule: both(
            "Only a power of attorney that was given can be withdrawn",
            "Kun en fuldmagt, der er givet, kan tilbagekaldes",
        ),
        expected: both("one that is in force", "en, der gælder"),
        got: power_named(power),
        who: Role::MitidAdministrator,
        what: both(
            "Compare organisations, environment and privilege with what was given.",
            "Sammenlign organisationer, miljø og privilegium med det, der blev givet.",
        ),
    }
}

fn named(Privilege { environment, audience, uri }: &Privilege) -> [String; 2] {
    let ([uri_en, uri_da], [audience_en, audience_da]) = (quoted(uri), quoted(audience));
    [
        format!("{uri_en} at {audience_en} ({environment})"),
        format!("{uri_da} hos {audience_da} i {}", environment.in_danish()),
    ]
}

fn power_named(power: &PowerOfAttorney) -> [String; 2] {
    let PowerOfAttorney { grantor, attorney, privilege } = power;
    let [en, da] = named(privilege);
    [
        format!("from {grantor} to {attorney} for {en}"),
        format!("fuldmagten fra CVR {grantor} til CVR {attorney} til privilegiet {da}"),
    ]
}
