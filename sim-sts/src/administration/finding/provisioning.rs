//! What is to be said about slots, and about bringing them into force.

use parties::{Environment, Role, Slot, SystemUserId};
use pki::ChainRefusal;

use super::{GUIDE, OURS, Said, both, quoted};
use crate::{
    administration::rejection::ground,
    rejection::{CertificateName, named, untrusted},
};

pub(super) fn slot_empty(system_user: &SystemUserId, slot: Slot) -> Said {
    let [en, da] = quoted(system_user);
    Said {
        source: OURS,
        rule: both(
            "Only what is there can be removed",
            "Kun et certifikat, der er gemt, kan fjernes",
        ),
        expected: both("a slot with a certificate", "en plads med et certifikat"),
        got: [
            format!("the empty {slot} slot of {en}"),
            format!("den tomme plads til {} for {da}", slot_in_danish(slot)),
        ],
        who: Role::NemloginAdministrator,
        what: both(
            "Look at what is saved; another administrator may have removed it.",
            "Se, hvad der er gemt; en anden administrator kan have fjernet det.",
        ),
    }
}

pub(super) fn environment_not_offered(environment: Environment) -> Said {
    Said {
        source: OURS,
        rule: both("An environment has an STS", "Et miljø har en STS"),
        expected: both("an environment that is simulated here", "et miljø, som simulatoren har"),
        got: [environment.to_string(), environment.in_danish().to_owned()],
        who: Role::Operator,
        what: both(
            "Start the simulator with that environment.",
            "Start simulatoren med det miljø.",
        ),
    }
}

pub(super) fn nothing_saved(id: &SystemUserId) -> Said {
    let [en, da] = quoted(id);
    Said {
        source: GUIDE,
        rule: both(
            "Provisioning brings into force what is saved",
            "Provisionering sætter det gemte i kraft",
        ),
        expected: both("a draft with a certificate", "tekniske oplysninger med et certifikat"),
        got: [format!("empty slots for {en}"), format!("ingen gemte certifikater for {da}")],
        who: Role::NemloginAdministrator,
        what: both("Save a certificate, then provision.", "Gem et certifikat, og provisionér så."),
    }
}

pub(super) fn other_environment(
    slot: Slot,
    certificate: &CertificateName,
    environment: Environment,
    refusal: &ChainRefusal,
) -> Said {
    let danish = environment.in_danish();
    Said {
        source: [
            "our choice: RULES 2.3.1.4.3 at the click",
            "vores valg: RULES 2.3.1.4.3 ved klikket",
        ],
        rule: both(
            "A certificate comes into force only in the environment whose authority issued it",
            "Et certifikat kan kun sættes i kraft i det miljø, som det er udstedt i",
        ),
        expected: [
            format!("a certificate for {environment}"),
            format!("et certifikat til {danish}"),
        ],
        got: [
            format!("{certificate} in the {slot} slot: {}", ground(refusal)),
            format!(
                "{} på pladsen til {}: {}",
                named(certificate),
                slot_in_danish(slot),
                untrusted(refusal)
            ),
        ],
        who: Role::NemloginAdministrator,
        what: [
            format!(
                "Save the certificate for {environment} and provision again, or provision to the other environment."
            ),
            format!(
                "Gem certifikatet til {danish}, og provisionér igen, eller provisionér til det andet miljø."
            ),
        ],
    }
}

pub(crate) const fn slot_in_danish(slot: Slot) -> &'static str {
    match slot {
        Slot::Active => "det aktive certifikat",
        Slot::Rolling => "certifikatet til rullende skift",
    }
}
