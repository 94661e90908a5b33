//! The messages of one call: who sent what to whom, with which certificate, and what came of it.

use std::fmt::{self, Write};

use parties::Party;

use super::instant;
use crate::{
    keep::file_name,
    report::{ScenarioReport, markup::text},
    scenario::CertificateName,
    world::{Content, Message},
};

/// Tells of `messages`, each with a link to its file in `folder` if they are kept.
pub(super) fn write(
    html: &mut String,
    report: &ScenarioReport,
    messages: &[&Message],
    folder: Option<&str>,
) -> fmt::Result {
    html.push_str("<ol class=\"messages\">");
    for (index, message) in messages.iter().enumerate() {
        write!(html, "<li><b>{} \u{2192} {}</b> ", party(message.from), party(message.to))?;
        write_content(html, report, &message.content)?;
        let is_kept = !matches!(
            message.content,
            Content::RevocationListRequest | Content::RevocationList { .. }
        );
        if let Some(folder) = folder.filter(|_| is_kept) {
            let before = messages[..index].iter().filter(|it| it.name == message.name).count();
            let file = file_name(&message.name, before);
            write!(html, " <a href=\"{folder}/{file}\">{file}</a>")?;
        }
        html.push_str("</li>");
    }
    html.push_str("</ol>");
    Ok(())
}

const fn party(party: Party) -> &'static str {
    match party {
        Party::Mitid => "MitID Erhverv",
        Party::Sts => "STS",
        Party::Smdb => "SMDB",
        Party::Client => "client",
    }
}

fn write_content(html: &mut String, report: &ScenarioReport, content: &Content) -> fmt::Result {
    match content {
        Content::TokenRequest { signer } => {
            write!(html, "a token, please; signed with {}", name(signer.as_ref()))
        }
        Content::Token { holder, until, .. } => {
            write!(html, "a token for {} that ends ", name(holder.as_ref()))?;
            instant(html, report, *until)
        }
        Content::Call { signer, holder, until } => {
            write!(html, "a call; signed with {}", name(signer.as_ref()))?;
            write_binding(html, "token", signer.as_ref(), holder.as_ref())?;
            write_end(html, report, "token", *until)
        }
        Content::Redemption { shown, holder, until } => {
            write!(html, "an access token, please, for a token; {} in TLS", name(shown.as_ref()))?;
            write_binding(html, "token", shown.as_ref(), holder.as_ref())?;
            write_end(html, report, "token", *until)
        }
        Content::AccessToken { holder, until, .. } => {
            write!(html, "an access token for {} that ends ", name(holder.as_ref()))?;
            instant(html, report, *until)
        }
        Content::CallByRest { shown, holder, until } => {
            write!(html, "a call by REST; {} in TLS", name(shown.as_ref()))?;
            write_binding(html, "access token", shown.as_ref(), holder.as_ref())?;
            write_end(html, report, "access token", *until)
        }
        Content::Receipt => write!(html, "a receipt"),
        Content::Fault { cause } => {
            write!(html, "a fault: <strong>{}</strong>", text(cause.replace('-', " ")))
        }
        Content::RevocationListRequest => write!(html, "the revocation list, please"),
        Content::RevocationList { next_update } => {
            html.push_str("the revocation list; the next is due ");
            instant(html, report, *next_update)
        }
    }
}

/// What the token is bound to, if that is another certificate than the one whose key was proved. Where nobody
/// knows it, since there is no token that can be read, nothing is claimed of it.
fn write_binding(
    html: &mut String,
    token: &str,
    proved: Option<&CertificateName>,
    holder: Option<&CertificateName>,
) -> fmt::Result {
    match holder {
        Some(_) if proved != holder => {
            write!(html, ", but its {token} is bound to {}", name(holder))
        }
        Some(_) | None => Ok(()),
    }
}

fn write_end(
    html: &mut String,
    report: &ScenarioReport,
    token: &str,
    until: Option<clock::Timestamp>,
) -> fmt::Result {
    let Some(until) = until else { return Ok(()) };
    write!(html, "; its {token} ends ")?;
    instant(html, report, until)
}

fn name(certificate: Option<&CertificateName>) -> String {
    certificate.map_or_else(
        || "a certificate that the file does not name".to_owned(),
        |certificate| format!("<b>{}</b>", text(certificate)),
    )
}
