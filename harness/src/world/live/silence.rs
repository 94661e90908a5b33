//! Where no answer came: how long one is waited for, and what is known of why there is none. None of it is
//! the scenario's doing.

use std::{error::Error, iter::successors, time::Duration};

use parties::{Diagnosis, Finding, Party, Role, Step, Text};
use tokio::time::timeout;

use crate::world::{CallOutcome, clients::diagnosed};

/// More than any answer takes on this machine, the answer about it at the control port included.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

const NO_ANSWER: &str = "no-answer";
const NOT_VALID: &str = "server-certificate-not-valid";

/// Waits for an exchange, and not for ever.
pub(super) async fn within<T>(
    patience: Duration,
    exchange: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let late = |_| format!("nothing had come after {} s", patience.as_secs_f32());
    timeout(patience, exchange).await.map_err(late)?
}

/// An error with all that it comes of: what a client says of one is often that there is one.
pub(super) fn told(error: &(dyn Error + 'static)) -> String {
    let causes = successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A call to which there was no answer, or none about which the truth could be had.
pub(super) fn no_answer(step: Step, party: Party, why: &str) -> CallOutcome {
    let finding = Finding {
        cause: NO_ANSWER.to_owned(),
        rule: Text::new(
            "A service that listens answers, and its control port says what it answered for.",
            "En tjeneste, der lytter, svarer, og dens kontrolport siger, hvad der ligger bag svaret.",
        ),
        expected: Text::new(
            "an answer over HTTPS, and what is known of it",
            "et svar over HTTPS og det, man ved om det",
        ),
        got: Text::same(why),
        who: Role::Operator,
        what: Text::new(
            "See whether this machine lets the program listen and connect on loopback, and run it again: \
             the scenario says nothing of this.",
            "Se, om maskinen lader programmet lytte og forbinde på loopback, og kør det igen: scenariet \
             siger intet om dette.",
        ),
    };
    diagnosed(step, NO_ANSWER, party, Diagnosis::new(vec![finding]))
}

/// A call that the client broke off, since the server showed a certificate in TLS that is not good for it.
pub(super) fn not_valid(step: Step, why: &str) -> CallOutcome {
    let finding = Finding {
        cause: NOT_VALID.to_owned(),
        rule: Text::new(
            "A server shows a certificate in TLS that has its name in it and is in its dates.",
            "En server viser i TLS et certifikat, der indeholder dens navn og er inden for sine datoer.",
        ),
        expected: Text::new(
            "a certificate for `localhost` that is valid by the clock of this machine",
            "et certifikat til `localhost`, der er gyldigt efter denne maskines ur",
        ),
        got: Text::same(why),
        who: Role::Operator,
        what: Text::new(
            "See whether the clock of this machine is right, since TLS goes by that and not by the time of \
             the run, and run it again: the scenario says nothing of this.",
            "Se, om maskinens ur går rigtigt, for TLS retter sig efter det og ikke efter kørslens tid, og kør \
             det igen: scenariet siger intet om dette.",
        ),
    };
    diagnosed(step, NOT_VALID, Party::Client, Diagnosis::new(vec![finding]))
}

#[cfg(test)]
mod tests {
    use std::{future::pending, io};

    use super::*;

    #[tokio::test]
    async fn an_exchange_is_not_waited_for_for_ever() {
        let never = pending::<Result<(), String>>();
        let late = within(Duration::from_millis(1), never).await;
        assert_eq!(late, Err("nothing had come after 0.001 s".to_owned()));
        let soon = async { Ok::<_, String>(7) };
        assert_eq!(within(PATIENCE, soon).await, Ok(7));
    }

    #[test]
    fn what_went_wrong_is_told_to_its_root() {
        #[derive(Debug, thiserror::Error)]
        #[error("client error (Connect)")]
        struct Outer(#[source] io::Error);
        let outer = Outer(io::Error::other("no route to it"));
        assert_eq!(told(&outer), "client error (Connect): no route to it");
        let outcome = no_answer(Step::Three, Party::Smdb, &told(&outer));
        let failure = outcome.failure().unwrap();
        assert_eq!((failure.cause.as_str(), failure.party), ("no-answer", Party::Smdb));
        let finding = failure.diagnosis.as_ref().unwrap().decisive().unwrap();
        assert_eq!(finding.got, Text::same("client error (Connect): no route to it"));
    }

    #[test]
    fn a_certificate_that_is_not_valid_is_told_as_what_it_is() {
        let outcome = not_valid(Step::One, "certificate expired");
        let failure = outcome.failure().unwrap();
        assert_eq!((failure.step, failure.party), (Step::One, Party::Client));
        let finding = failure.diagnosis.as_ref().unwrap().decisive().unwrap();
        assert_eq!(
            (&*finding.cause, finding.who),
            ("server-certificate-not-valid", Role::Operator)
        );
        assert_eq!(finding.got, Text::same("certificate expired"));
    }
}
