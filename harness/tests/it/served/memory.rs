//! What `skift serve` takes of the machine's memory while it is sent what should cost the most.

use oio_idws::Binding;
use parties::Environment;
use stage::{attack::documents, http::Https};
use xml_security::Limits;

use super::{
    client::Client,
    skift::{data, places, start, system_user},
    stored, tls_authority,
};

/// How often everything is sent again: what it comes to, if it were kept, is more than may be grown.
const ROUNDS: usize = 36;
/// What one round may take beyond what serving takes, in octets.
const ROUND_MAX: u64 = 48 * 1024 * 1024;
/// What all further rounds may take beyond that, in octets: the allocator takes for each thread when it
/// first needs it, and keeps what it has.
const GROWN_MAX: u64 = 32 * 1024 * 1024;

/// Every document that grows in whoever reads it, at both services, again and again.
#[tokio::test]
async fn bombs_cost_no_memory_however_often_they_come() {
    let (data, environment) = (data("bombs"), Environment::IntegrationTest);
    let served = start(&data, &[]);
    let authority = tls_authority(&data);
    let (places, own) = (places(&served, environment), system_user(&data, environment));
    let mut client = Client::new(environment, Binding::OioIdws, places, &authority, own).await;
    assert_eq!(client.report().await, Ok(()));
    let text = |at: usize| String::from_utf8(client.messages[at].clone()).unwrap();
    let bombs = |message: &str| {
        let (_, end) = message.rsplit_once("</").unwrap();
        let body = format!("</{}:Body>", end.split_once(':').unwrap().0);
        documents(message, &body, "http://127.0.0.1:9/x", Limits::default().size)
    };
    let at_sts = bombs(&text(0))
        .map(|it| ("/SecurityTokenService.svc", "text/xml; charset=utf-8", places.sts, it));
    let at_smdb = bombs(&text(2))
        .map(|it| ("/SmdbService.svc", "application/soap+xml; charset=utf-8", places.smdb, it));
    let all = at_sts.into_iter().chain(at_smdb).collect::<Vec<_>>();
    let octets: usize = all.iter().map(|(.., bomb)| bomb.text.len()).sum();
    assert!(octets * ROUNDS > 2 * usize::try_from(GROWN_MAX).unwrap(), "{octets}");

    let Some(before) = served.memory_at_most() else { return };
    let https = Https::trusting(&authority);
    let mut at_most = Vec::new();
    for _ in 0..=ROUNDS {
        for (path, media_type, at, bomb) in &all {
            let sent = https.post(*at, "localhost", path, media_type, bomb.text.as_bytes());
            assert_eq!(sent.await.unwrap().status, 500, "{}", bomb.name);
        }
        at_most.push(served.memory_at_most().unwrap());
    }
    let [first, .., last] = at_most[..] else { unreachable!("there are several rounds") };
    assert!(first - before < ROUND_MAX, "{before} and then {at_most:?}");
    assert!(last - first < GROWN_MAX, "{before} and then {at_most:?}");
    // And it serves.
    assert_eq!(client.report().await, Ok(()));
    assert_eq!(stored(served.at("smdb-control"), environment).await, 2);
}
