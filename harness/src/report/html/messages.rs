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
        Content::Call { signer, holder, until } if signer == holder => {
            write!(html, "a call; signed with {}", name(signer.as_ref()))?;
            write_end(html, report, *until)
        }
        Content::Call { signer, holder, until } => {
            write!(
                html,
                "a call; signed with {}, but its token is bound to {}",
                name(signer.as_ref()),
                name(holder.as_ref())
            )?;
            write_end(html, report, *until)
        }
        Content::Redemption { shown, holder, until } => {
            html.push_str("an access token, please, for a token");
            write_shown(html, shown.as_ref(), holder.as_ref())?;
            write_end(html, report, *until)
        }
        Content::AccessToken { holder, until, .. } => {
            write!(html, "an access token for {} that ends ", name(holder.as_ref()))?;
            instant(html, report, *until)
        }
        Content::CallByRest { shown, holder, until } => {
            html.push_str("a call by REST");
            write_shown(html, shown.as_ref(), holder.as_ref())?;
            write_end(html, report, *until)
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

/// What is shown in TLS, and what the token is bound to if that is another one.
fn write_shown(
    html: &mut String,
    shown: Option<&CertificateName>,
    holder: Option<&CertificateName>,
) -> fmt::Result {
    write!(html, "; {} in TLS", name(shown))?;
    if shown == holder {
        return Ok(());
    }
    write!(html, ", but its token is bound to {}", name(holder))
}

fn write_end(
    html: &mut String,
    report: &ScenarioReport,
    until: Option<clock::Timestamp>,
) -> fmt::Result {
    let Some(until) = until else { return Ok(()) };
    html.push_str("; its token ends ");
    instant(html, report, until)
}

fn name(certificate: Option<&CertificateName>) -> String {
    certificate.map_or_else(
        || "a certificate that the file does not name".to_owned(),
        |certificate| format!("<b>{}</b>", text(certificate)),
    )
}
