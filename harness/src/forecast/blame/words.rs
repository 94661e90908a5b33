//! What would have helped, in words.

use clock::Timestamp;
use oracle::{Act, Keeps, NodeNumber, Remedy, Setting};
use parties::{Slot, Text};

use super::Words;
use crate::scenario::{Action, Client, Happening};

impl Words<'_> {
    pub(super) fn remedy(&self, remedy: &Remedy, mended: Timestamp) -> Text {
        match remedy {
            Remedy::Move(event) => {
                let event = self.translated.plan.event(*event);
                let text = self.act(&event.act);
                match event.act {
                    Act::Provision { .. } if event.at == mended => Text::new(
                        format!("{} after the save", text.en),
                        format!("{} efter at have gemt", text.da),
                    ),
                    Act::Save { .. } | Act::Remove { .. } if event.at == mended => Text::new(
                        format!("{} before provisioning", text.en),
                        format!("{}, før der provisioneres", text.da),
                    ),
                    _ => text,
                }
            }
            Remedy::Correct(event, act) => {
                self.corrected(&self.translated.plan.event(*event).act, act)
            }
            Remedy::Accept(attempt) => {
                self.in_the_right_form(&self.translated.plan.attempted(*attempt).act)
            }
            Remedy::Omit(event) => {
                let act = &self.translated.plan.event(*event).act;
                let en = self.act(act).en;
                let da = match *act {
                    Act::Remove { slot, .. } => format!("tømme pladsen {}", slot_in_danish(slot)),
                    Act::Revoke { certificate } => {
                        format!("spærre `{}`", self.certificate(certificate))
                    }
                    // The oracle leaves out nothing else.
                    _ => self.act(act).da,
                };
                Text::new(format!("not {en}"), format!("lad være med at {da}"))
            }
            Remedy::Configure(node, setting) => self.setting(*node, *setting),
            Remedy::Add(acts) if self.lacks_a_restart(acts, mended) => {
                let text = self.act(&acts[0]);
                let [en, da] = match acts[..] {
                    [Act::Restart { node }] if self.calls_by_rest(node) => [
                        "its old token and its old access token",
                        "det gamle token og det gamle adgangstoken",
                    ],
                    _ => ["its old token", "det gamle token"],
                };
                Text::new(
                    format!("{} after the swap, so that it drops {en},", text.en),
                    format!("{} efter skiftet, så {da} glemmes", text.da),
                )
            }
            Remedy::Add(acts) => {
                let mut texts: Vec<Text> = Vec::new();
                for acts in acts.chunk_by(|one, other| one.role() == other.role()) {
                    let said: Vec<Text> = acts.iter().map(|act| self.act(act)).collect();
                    let en = joined(said.iter().map(|text| &*text.en), "and");
                    let da = joined(said.iter().map(|text| &*text.da), "og");
                    let title = acts[0].role().title();
                    texts.push(if texts.is_empty() {
                        Text::new(en, da)
                    } else {
                        let (who, hvem) = (title.en, title.da);
                        Text::new(format!(", and the {who} {en},"), format!("; {hvem}: {da}"))
                    });
                }
                let en: String = texts.iter().map(|text| &*text.en).collect();
                let da: String = texts.iter().map(|text| &*text.da).collect();
                let before = |act| self.translated.plan.is_done_before(act, mended);
                if acts.iter().all(before) {
                    Text::new(format!("{en} once more"), format!("{da} en gang til"))
                } else {
                    Text::new(en, da)
                }
            }
            Remedy::IssueEarlier(number) => {
                let name = self.certificate(*number);
                match self.issue(&name).map(|entry| &entry.what) {
                    Some(Happening::Action(Action::Renew { certificate, .. })) => Text::new(
                        format!("renew `{certificate}` as `{name}`"),
                        format!("forny `{certificate}` som `{name}`"),
                    ),
                    _ => Text::new(format!("have `{name}` issued"), format!("få `{name}` udstedt")),
                }
            }
            Remedy::Renew(number) => {
                let name = self.certificate(*number);
                let mixes = |client: &Client| {
                    client.certificate.as_str() == name && oracle::mixes_keys(client.profile)
                };
                let (en, da) = if self.scenario.clients.values().any(mixes) {
                    (" with a restart", " med en genstart")
                } else {
                    ("", "")
                };
                Text::new(
                    format!(
                        "renew `{name}` and have the new certificate registered and deployed{en}"
                    ),
                    format!(
                        "forny `{name}`, og få det nye certifikat registreret og idriftsat{da}"
                    ),
                )
            }
        }
    }

    /// What was refused for its form: a key store that was uploaded.
    fn in_the_right_form(&self, act: &Act) -> Text {
        let Act::Save { slot, certificate, .. } = *act else { return self.act(act) };
        let (name, plads) = (self.certificate(certificate), slot_in_danish(slot));
        Text::new(
            format!("save the `.cer` file of `{name}` and not its key store in the {slot} slot"),
            format!("gem `.cer`-filen for `{name}` og ikke nøglelageret på pladsen {plads}"),
        )
    }

    fn act(&self, act: &Act) -> Text {
        match *act {
            Act::Save { slot, certificate, .. } => {
                let name = self.certificate(certificate);
                let plads = slot_in_danish(slot);
                Text::new(
                    format!("save `{name}` in the {slot} slot"),
                    format!("gem `{name}` på pladsen {plads}"),
                )
            }
            Act::Remove { slot, .. } => {
                let plads = slot_in_danish(slot);
                Text::new(format!("empty the {slot} slot"), format!("tøm pladsen {plads}"))
            }
            Act::Provision { environment, .. } => Text::new(
                format!("provision in {environment}"),
                format!("provisionér i {}", environment.in_danish()),
            ),
            Act::Revoke { certificate } => {
                let name = self.certificate(certificate);
                Text::new(format!("revoke `{name}`"), format!("spær `{name}`"))
            }
            Act::Deploy { node, certificate } => {
                let (name, node) = (self.certificate(certificate), self.node(node));
                Text::new(
                    format!("deploy `{name}` in {node}"),
                    format!("idriftsæt `{name}` i {node}"),
                )
            }
            Act::Install { node, certificate } => {
                let (name, node) = (self.certificate(certificate), self.node(node));
                Text::new(
                    format!("install `{name}` in {node}"),
                    format!("installér `{name}` i {node}"),
                )
            }
            Act::Restart { node } | Act::DropCache { node } => {
                let node = self.node(node);
                Text::new(format!("restart {node}"), format!("genstart {node}"))
            }
            Act::SignWith { environment, .. } => Text::new(
                format!("roll the STS of {environment} over"),
                format!("skift STS\u{2019}ens certifikat i {}", environment.in_danish()),
            ),
            Act::Pin { node, .. } => {
                let node = self.node(node);
                Text::new(
                    format!("pin the new signer in {node}"),
                    format!("lad {node} stole på det nye STS-certifikat"),
                )
            }
            Act::ChangeChain { server, environment } => Text::new(
                format!("change the TLS chain of the {server} of {environment}"),
                format!("skift TLS-kæden på {server} i {}", environment.in_danish()),
            ),
            Act::TrustChain { node } => {
                let node = self.node(node);
                Text::new(
                    format!("take the new TLS authority into the truststore of {node}"),
                    format!("læg den nye TLS-udsteders rod i truststoren i {node}"),
                )
            }
            Act::Trust { environment, .. } => Text::new(
                format!("let SMDB trust the new signer in {environment}"),
                format!("lad SMDB stole på det nye STS-certifikat i {}", environment.in_danish()),
            ),
        }
    }

    /// What should have been done, and what was done instead.
    fn corrected(&self, was: &Act, act: &Act) -> Text {
        match (*was, *act) {
            (
                Act::Save { system_user: from, slot: wrong, certificate: other },
                Act::Save { system_user, slot, certificate },
            ) => {
                let (name, other) = (self.certificate(certificate), self.certificate(other));
                let plads = slot_in_danish(slot);
                if system_user != from {
                    let (to, from) = (self.system_user(system_user), self.system_user(from));
                    Text::new(
                        format!("save `{name}` on {to} and not on {from}, and provision it there,"),
                        format!("gem `{name}` på {to} og ikke på {from}, og provisionér det der"),
                    )
                } else if slot != wrong {
                    Text::new(
                        format!("save `{name}` in the {slot} slot and not in the {wrong} one"),
                        format!(
                            "gem `{name}` på pladsen {plads} og ikke på pladsen {}",
                            slot_in_danish(wrong)
                        ),
                    )
                } else {
                    Text::new(
                        format!("save `{name}` and not `{other}` in the {slot} slot"),
                        format!("gem `{name}` og ikke `{other}` på pladsen {plads}"),
                    )
                }
            }
            (Act::Provision { environment: wrong, .. }, Act::Provision { environment, .. }) => {
                Text::new(
                    format!("provision in {environment} and not in {wrong}"),
                    format!(
                        "provisionér i {} og ikke i {}",
                        environment.in_danish(),
                        wrong.in_danish()
                    ),
                )
            }
            (Act::Revoke { certificate: other }, Act::Revoke { certificate }) => {
                let (name, other) = (self.certificate(certificate), self.certificate(other));
                Text::new(
                    format!("revoke `{name}` and not `{other}`"),
                    format!("spær `{name}` og ikke `{other}`"),
                )
            }
            (Act::Deploy { certificate: other, .. }, Act::Deploy { node, certificate }) => {
                let (name, other) = (self.certificate(certificate), self.certificate(other));
                let node = self.node(node);
                Text::new(
                    format!("deploy `{name}` and not `{other}` in {node}"),
                    format!("idriftsæt `{name}` og ikke `{other}` i {node}"),
                )
            }
            (Act::Install { certificate: other, .. }, Act::Install { node, certificate }) => {
                let (name, other) = (self.certificate(certificate), self.certificate(other));
                let node = self.node(node);
                Text::new(
                    format!("install `{name}` and not `{other}` in {node}"),
                    format!("installér `{name}` og ikke `{other}` i {node}"),
                )
            }
            (Act::Remove { slot: wrong, .. }, Act::Remove { slot, .. }) => Text::new(
                format!("empty the {slot} slot and not the {wrong} one"),
                format!(
                    "tøm pladsen {} og ikke pladsen {}",
                    slot_in_danish(slot),
                    slot_in_danish(wrong)
                ),
            ),
            // The oracle corrects no other act, and none into another kind.
            _ => self.act(act),
        }
    }

    fn setting(&self, node: NodeNumber, setting: Setting) -> Text {
        let by_rest = self.calls_by_rest(node);
        let node = self.node(node);
        match setting {
            Setting::Clock => Text::new(
                format!("set the clock of {node} right"),
                format!("stil uret på {node} rigtigt"),
            ),
            Setting::Thumbprint => Text::new(
                format!("enter thumbprints in {node} without the invisible mark"),
                format!("indtast aftryk i {node} uden det usynlige tegn"),
            ),
            Setting::Process => Text::new(
                format!("run {node} in a process of its own"),
                format!("kør {node} i sin egen proces"),
            ),
            Setting::Keeping if by_rest => Text::new(
                format!(
                    "let {node} drop a token and an access token before each of them ends, and not \
                     after fixed times,"
                ),
                format!(
                    "lad {node} smide både et token og et adgangstoken væk, før de udløber, og ikke \
                     efter faste tider"
                ),
            ),
            Setting::Keeping => Text::new(
                format!("let {node} drop a token before that ends, and not after a fixed time,"),
                format!(
                    "lad {node} smide et token væk, før det udløber, og ikke efter en fast tid"
                ),
            ),
        }
    }

    fn system_user(&self, number: oracle::SystemUserNumber) -> String {
        let named = self.translated.system_users.iter().find(|(_, other)| *other == number);
        named.map_or_else(String::new, |(id, _)| id.to_string())
    }

    /// Whether a node keeps an access token beside its token.
    fn calls_by_rest(&self, number: NodeNumber) -> bool {
        let named = self.translated.nodes.iter().find(|(.., other)| *other == number);
        let client = named.and_then(|(client, ..)| self.scenario.clients.get(client));
        client.is_some_and(|client| Keeps::of_access(client.profile).is_some())
    }

    fn node(&self, number: NodeNumber) -> String {
        let named = self.translated.nodes.iter().find(|(.., other)| *other == number);
        let Some((client, node, _)) = named else { return String::new() };
        let alone = self.scenario.clients.get(client).is_none_or(|it| it.nodes.len() == 1);
        if alone { client.to_string() } else { format!("{client}/{node}") }
    }
}

const fn slot_in_danish(slot: Slot) -> &'static str {
    match slot {
        Slot::Active => "til det aktive certifikat",
        Slot::Rolling => "til rullende skift",
    }
}

/// `a`, `a and b`, `a, b and c`.
fn joined<'t>(texts: impl DoubleEndedIterator<Item = &'t str>, and: &str) -> String {
    let mut texts = texts.rev();
    let Some(last) = texts.next() else { return String::new() };
    let before: Vec<&str> = texts.rev().collect();
    if before.is_empty() { last.to_owned() } else { format!("{} {and} {last}", before.join(", ")) }
}
