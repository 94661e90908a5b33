//! What the simulated clock refuses, and the machine's would not: somebody has moved the one, and others
//! go by the other.

use clock::{Clock, Span, Timestamp};
use parties::{Diagnosis, Finding, Role, Text};
use pki::RevocationList;

/// A diagnosis, as `diagnose` makes it of an instant. Where it holds against a message that it is out of
/// time, which `is_untimely` knows by its cause, and the message is in time by the machine's clock, it
/// says so, and who must act is not the vendor: the client's clock is right then.
pub(crate) fn diagnosed(
    clock: &Clock,
    now: Timestamp,
    is_untimely: impl Fn(&str) -> bool,
    diagnose: impl Fn(Timestamp) -> Diagnosis,
) -> Diagnosis {
    let diagnosis = diagnose(now);
    let Some(apart) = Apart::of(clock, now) else { return diagnosis };
    let holds = |of: &Diagnosis| of.findings().iter().any(|it| is_untimely(&it.cause));
    if !holds(&diagnosis) || holds(&diagnose(now - apart.ahead)) {
        return diagnosis;
    }
    explained(&diagnosis, is_untimely, |it| apart.of_message(it))
}

/// A revocation list that was fetched just now and is not the one that was needed.
#[derive(Debug)]
pub(crate) struct Unhelpful {
    list: RevocationList,
    now: Timestamp,
    /// How the clock stands to the machine's, if the list is in force by that one alone. Services that
    /// share a clock do not come here: the authority makes the list by the clock that judges it.
    apart: Option<Apart>,
}

impl Unhelpful {
    /// Such a list, where `clock` shows `now`.
    pub(crate) fn new(list: RevocationList, clock: &Clock, now: Timestamp) -> Self {
        let by_machine = |apart: &Apart| list.is_in_force(now - apart.ahead);
        let apart = Apart::of(clock, now).filter(|it| !list.is_in_force(now) && by_machine(it));
        Self { list, now, apart }
    }

    /// What is remarked of it.
    pub(crate) fn remark(&self) -> String {
        let begun = "the revocation list was fetched, but does not help:";
        let (from, until) = (self.list.this_update(), self.list.next_update());
        match &self.apart {
            Some(apart) => format!(
                "{begun} it is in force from {from} until {until} and it is {} here, as this program's clock stands {} \
                 this machine's",
                self.now,
                apart.words()[0]
            ),
            None if !self.list.is_in_force(self.now) => format!(
                "{begun} it is in force from {from} until {until} and it is {} here",
                self.now
            ),
            None => format!("{begun} it is of another authority than the one known here, or older"),
        }
    }

    /// The same diagnosis, which says of the list, where that is why, that it is in force by the machine's
    /// clock. `is_unknown` knows by its cause that no list was in force.
    pub(crate) fn explain(&self, diagnosis: Diagnosis, is_unknown: fn(&str) -> bool) -> Diagnosis {
        match &self.apart {
            Some(apart) => explained(&diagnosis, is_unknown, |it| apart.of_list(it, &self.list)),
            None => diagnosis,
        }
    }
}

/// How far a clock stands ahead of the machine's, or behind: a second at least.
#[derive(Debug)]
struct Apart {
    ahead: Span,
}

impl Apart {
    fn of(clock: &Clock, now: Timestamp) -> Option<Self> {
        let ahead = clock.ahead(now);
        (whole_seconds(ahead) != Span::from_seconds(0)).then_some(Self { ahead })
    }

    /// In English and Danish, before whose clock it is.
    fn words(&self) -> [String; 2] {
        let ahead = self.ahead;
        let apart = whole_seconds(if ahead.is_negative() { -ahead } else { ahead });
        let [en, da] = if ahead.is_negative() {
            ["behind", "bagud i forhold til"]
        } else {
            ["ahead of", "foran"]
        };
        [format!("{apart} {en}"), format!("{apart} {da}")]
    }

    fn of_message(&self, finding: Finding) -> Finding {
        let [en, da] = self.words();
        let Text { en: got_en, da: got_da } = finding.got;
        Finding {
            got: Text::new(
                format!(
                    "{got_en}. skift's own clock stands {en} this machine's, by which the message is in time"
                ),
                format!(
                    "{got_da}. skifts eget ur er {da} denne maskines, og efter maskinens ur kommer beskeden i tide"
                ),
            ),
            who: Role::Operator,
            // What stands still, or has a pace of its own, would else be as wrong a little later.
            what: Text::new(
                "Leave the client's clock alone: let skift's run as the machine's does (POST /__admin/clock/scale with \
                 `{\"factor\": 1}`), and then set it to the present (POST /__admin/clock/set). Programs that were \
                 started one by one, without `--start-time`: reset the clock of each instead (POST /__admin/clock/reset), \
                 since `set` leaves them apart by moments. Or let the past come to skift, as \u{201c}Past an expiry\u{201d} in docs/POINT-YOUR-CLIENT.md says.",
                "Lad klientens ur være: lad skifts gå som maskinens (POST /__admin/clock/scale med `{\"factor\": 1}`), og \
                 stil det derefter til nu (POST /__admin/clock/set). Er programmerne startet hver for sig uden \
                 `--start-time`, så nulstil i stedet uret i hvert af dem (POST /__admin/clock/reset), for `set` lader \
                 dem afvige en smule fra hinanden. Eller lad fortiden komme til skift, som afsnittet \u{201c}Past an expiry\u{201d} i docs/POINT-YOUR-CLIENT.md siger.",
            ),
            ..finding
        }
    }

    fn of_list(&self, finding: Finding, list: &RevocationList) -> Finding {
        let [en, da] = self.words();
        let (from, until) = (list.this_update(), list.next_update());
        Finding {
            got: Text::new(
                format!(
                    "the list that was fetched just now, which is in force from {from} until {until}: by this machine's \
                     clock, and not by this program's, which stands {en} it"
                ),
                format!(
                    "listen, der netop blev hentet, og som gælder fra {from} til {until}: efter denne maskines ur, og \
                     ikke efter programmets eget, som er {da} det"
                ),
            ),
            who: Role::Operator,
            what: Text::new(
                "Let the clocks of all programs show the same: one that was started alone has a clock of its own. At each \
                 control port stop the clock with one and the same `at` (POST /__admin/clock/freeze). If the clocks are to \
                 run, then start a program that was given `--start-time` again without it, let each clock run as when its \
                 program started (POST /__admin/clock/reset), and after that move each by the same length (POST \
                 /__admin/clock/advance).",
                "Lad urene i alle programmer vise det samme: et program, der er startet alene, har sit eget ur. Stop uret \
                 ved hver kontrolport med samme `at` (POST /__admin/clock/freeze). Skal urene gå, så start et program, \
                 der fik `--start-time`, igen uden, lad hvert ur gå, som det gjorde, da programmet startede (POST \
                 /__admin/clock/reset), og stil derefter hvert ur lige langt frem (POST /__admin/clock/advance).",
            ),
            ..finding
        }
    }
}

/// The same diagnosis, but for the findings of these causes.
fn explained(
    diagnosis: &Diagnosis,
    is_one: impl Fn(&str) -> bool,
    explain: impl Fn(Finding) -> Finding,
) -> Diagnosis {
    let findings = diagnosis.findings().iter().cloned();
    Diagnosis::new(findings.map(|it| if is_one(&it.cause) { explain(it) } else { it }).collect())
}

/// What nobody has to read to the millisecond.
const fn whole_seconds(span: Span) -> Span {
    Span::from_seconds(span.millis() / 1_000)
}

#[cfg(test)]
mod tests {
    use clock::Mode;

    use super::*;

    fn refusal(cause: &str) -> Finding {
        let text = || Text::same("said");
        let cause = cause.to_owned();
        Finding {
            cause,
            rule: text(),
            expected: text(),
            got: text(),
            who: Role::Vendor,
            what: text(),
        }
    }

    /// What is said of a message that is good for five minutes from `made` on, where `clock` counts.
    fn of(clock: &Clock, made: Timestamp) -> Diagnosis {
        let late = |at: Timestamp| at < made || at >= made + Span::from_minutes(5);
        let findings =
            |at| if late(at) { vec![refusal("late"), refusal("other")] } else { Vec::new() };
        diagnosed(clock, clock.now(), |it| it == "late", |at| Diagnosis::new(findings(at)))
    }

    #[test]
    fn who_moved_the_clock_is_told_in_both_directions() {
        for (by, en, da) in [
            (Span::from_days(1_095), "1095d ahead of this machine's", "1095d foran denne"),
            (Span::from_days(-2), "2d behind this machine's", "2d bagud i forhold til denne"),
        ] {
            let clock = Clock::offset(by);
            let diagnosis = of(&clock, clock.now() - by);
            let [late, other] = diagnosis.findings() else { panic!("{diagnosis:?}") };
            assert!(late.got.en.contains(en) && late.got.da.contains(da), "{late:?}");
            assert_eq!((late.who, &late.expected), (Role::Operator, &Text::same("said")));
            assert_eq!(*other, refusal("other"));
        }
        let clock = Clock::real();
        clock.freeze();
        clock.advance(Span::from_hours(1));
        let diagnosis = of(&clock, clock.now() - Span::from_hours(1));
        assert!(diagnosis.findings()[0].got.en.contains("1h ahead of"), "{diagnosis:?}");
    }

    /// However it runs, and not for a moment alone.
    #[test]
    fn who_moved_the_clock_is_told_what_lasts() {
        let present = Clock::real().now();
        let hour_ahead = present + Span::from_hours(1);
        for clock in [
            Clock::offset(Span::from_hours(1)),
            Clock::frozen(hour_ahead),
            Clock::paced(hour_ahead, 60.0),
        ] {
            let diagnosis = of(&clock, present);
            let what = &diagnosis.findings()[0].what;
            for text in [&what.en, &what.da] {
                let acts = text.find("/clock/scale").zip(text.find("/clock/set"));
                assert!(acts.is_some_and(|(scale, set)| scale < set), "{text}");
                assert!(text.contains("{\"factor\": 1}"), "{text}");
            }
            // What those two do (`control::clock`).
            clock.pace(1.0);
            clock.set(present);
            let Mode::Paced { start, factor, .. } = clock.mode() else { panic!("{clock:?}") };
            assert_eq!((start, factor.to_bits()), (present, 1.0_f64.to_bits()));
        }
    }

    #[test]
    fn a_message_that_is_late_by_both_clocks_is_the_clients() {
        let plain = Diagnosis::new(vec![refusal("late"), refusal("other")]);
        let clock = Clock::offset(Span::from_days(1_095));
        assert_eq!(of(&clock, clock.now() - Span::from_hours(1)), plain);
        let clock = Clock::real();
        assert_eq!(of(&clock, clock.now() - Span::from_hours(1)), plain);
        assert_eq!(of(&clock, clock.now()), Diagnosis::default());
    }
}
