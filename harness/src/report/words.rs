//! What reports say alike: who, what, how many.

use super::ScenarioReport;
use crate::scenario::{Action, ClientName, NodeName, UploadedFile};

/// The client, and which of its nodes if it has several.
pub(super) fn who(report: &ScenarioReport, client: &ClientName, node: &NodeName) -> String {
    let nodes = report.nodes.iter().filter(|one| one.client == *client).count();
    if nodes > 1 { format!("{client}/{node}") } else { client.to_string() }
}

/// The noun for so many.
pub(super) fn plural(count: u64, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// What a person does, as it stands behind "to": "renew certificate old".
pub(super) fn infinitive(action: &Action) -> String {
    match action {
        Action::Renew { certificate, .. } => format!("renew certificate {certificate}"),
        Action::Order { r#as, .. } => format!("order certificate {as}"),
        Action::Revoke { certificate, .. } => format!("revoke certificate {certificate}"),
        Action::Save { certificate, slot, file: UploadedFile::P12, .. } => {
            format!("save the key store of certificate {certificate} in the {slot} slot")
        }
        Action::Save { certificate, slot, file: UploadedFile::Cer, .. } => {
            format!("save certificate {certificate} in the {slot} slot")
        }
        Action::Remove { slot, .. } => format!("empty the {slot} slot"),
        Action::Provision { environment, .. } => format!("provision in {environment}"),
        Action::RollOver { environment } => format!("roll the STS of {environment} over"),
        Action::TrustSigner { environment } => format!("trust the new signer in {environment}"),
        Action::PinSigner { client, .. } => format!("pin the new signer in {client}"),
        Action::ChangeChain { server, environment } => {
            format!("change the TLS chain of the {server} of {environment}")
        }
        Action::TrustChain { client, .. } => format!("trust the new TLS authority in {client}"),
        Action::Deploy { client, certificate, .. } => {
            format!("deploy certificate {certificate} in {client}")
        }
        Action::Install { client, certificate, .. } => {
            format!("install certificate {certificate} in {client}")
        }
        Action::Restart { client, .. } => format!("restart {client}"),
    }
}
