//! Attacks on SMDB by REST over TLS, on the form with a token and on calls with an access token: what each is
//! answered, what the diagnosis says of it, and how the service is afterwards.

use std::time::Duration;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64_URL},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use oio_idws::{Credential, assertion::Assertion};
use pki::PrivateKey;
use serde_json::{Value, json};
use shell::Bounds;
use sim_smdb::{
    contract::Operation,
    rest::{CALL_PATH, TOKEN_PATH},
};
use stage::{
    Forgery,
    attack::{Attack, documents, wrapped_assertions},
    http::Reply,
    machine, tampered,
};
use tokio::{net::TcpListener, time::timeout};

use super::{FORM, Served, token_in, with_access};
use crate::{
    rest::door::{form, form_of, json as submitted, path},
    world::{HOLDER, SMDB, STRANGER, STS, World, after, assertion, signed, submission, token},
};

/// A request that should be refused: who makes it, and what.
struct Attempt {
    name: String,
    own: Option<&'static Credential>,
    path: String,
    head: String,
    body: String,
    /// What it must come to.
    refused: Refused,
}

/// The cause, the status, and what `WWW-Authenticate` says (OIO IDWS REST 1.0, and the texts of the
/// reference service in .NET).
type Refused = (&'static str, u16, &'static str);

const NO_TOKEN: Refused = ("not-a-token", 401, "Token could not be parsed");
const UNREADABLE: Refused = ("token-unreadable", 401, "Token could not be parsed");
const MALFORMED_TOKEN: Refused = ("token-malformed", UNREADABLE.1, UNREADABLE.2);
const INVALID: Refused = ("token-invalid", 401, "The Token could not be validated");
const UNKNOWN: Refused = ("unknown-issuer", 401, "Issuer certificate '");
const NO_CERTIFICATE: Refused = (
    "certificate-missing",
    401,
    "A valid certificate must be presented when presenting a Holder-of-key token",
);
const ANOTHER_HOLDER: Refused = (
    "another-holder",
    401,
    "X509Certificate used as SubjectConfirmationData did not match the provided client certificate",
);
const ANOTHER_CERTIFICATE: Refused = ("another-certificate", NO_CERTIFICATE.1, NO_CERTIFICATE.2);
const NO_ACCESS: Refused = ("access-token-invalid", 401, "The Token could not be validated");
const NO_SCHEME: Refused = ("scheme-not-valid", 401, "Authentication scheme was not valid");
const MALFORMED: Refused = ("malformed-request", 400, "");
const NO_OPERATION: Refused = ("unknown-operation", 404, "");

fn redeeming(
    name: impl Into<String>,
    own: &'static Credential,
    token: &str,
    refused: Refused,
) -> Attempt {
    let (name, path, head) = (name.into(), TOKEN_PATH.to_owned(), FORM.to_owned());
    Attempt { name, own: Some(own), path, head, body: form(token), refused }
}

fn calling(name: &str, access: &str, body: &str, refused: Refused) -> Attempt {
    Attempt {
        name: name.to_owned(),
        own: Some(&HOLDER),
        path: path(Operation::Report),
        head: with_access(access),
        body: body.to_owned(),
        refused,
    }
}

/// The assertion as it is, but for whose key proves it.
fn anothers(assertion: &str) -> String {
    let [holder, stranger] = [&HOLDER, &STRANGER].map(|it| BASE64.encode(it.certificate.der()));
    tampered(assertion, &holder, &stranger)
}

/// What the STS signed, wrapped, or with a document in it that is dear to read; encrypted for SMDB, as
/// anybody can, and in the clear, as REST takes it too.
fn altered_tokens(address: &str) -> Vec<Attempt> {
    let whole = assertion().write(&STS).unwrap();
    let same = |refused| [refused, refused];
    let wrapped = wrapped_assertions(&whole, anothers).into_iter().zip([
        same(INVALID),
        same(INVALID),
        [MALFORMED_TOKEN, NO_TOKEN],
        same(UNKNOWN),
        same(INVALID),
        same(INVALID),
        same(INVALID),
        same(INVALID),
    ]);
    let costly = documents(&whole, "</Subject>", address, 120_000);
    let costly = costly.map(|it| (it, [MALFORMED_TOKEN, NO_TOKEN]));
    // Encoded, and encoded once more, each must still be small enough to be read.
    let both = wrapped.chain(costly).flat_map(|(Attack { name, text }, [hidden, clear])| {
        let encrypted = token(&text, &SMDB.certificate);
        [
            redeeming(format!("{name}, encrypted"), &STRANGER, &encrypted, hidden),
            redeeming(format!("{name}, in the clear"), &STRANGER, &text, clear),
        ]
    });
    let both: Vec<_> = both.collect();
    assert!(both.iter().all(|it| it.body.len() <= Bounds::default().body));
    both
}

fn at_redemption(recorded: &str) -> Vec<Attempt> {
    let whole = assertion().write(&STS).unwrap();
    let audience = "https://saml.other.sim.invalid".parse().unwrap();
    let expired =
        Assertion { not_on_or_after: after("-1s"), not_before: after("-8h"), ..assertion() };
    let early = Assertion { not_before: after("1s"), ..assertion() };
    let elsewhere = signed(&Assertion { audience, ..assertion() });
    let by = |own: Option<&'static Credential>, name: &str, refused| Attempt {
        own,
        body: recorded.to_owned(),
        ..redeeming(name, &HOLDER, "", refused)
    };
    let bare = Forgery::of(&whole).bare();
    let own = assertion().write(&HOLDER).unwrap();
    let two = [form_of(&BASE64.encode(&own)), recorded.to_owned()].join("&");
    vec![
        by(Some(&STRANGER), "the same form again, from somebody else", ANOTHER_HOLDER),
        by(None, "the same form again, without a certificate", NO_CERTIFICATE),
        redeeming("no signature", &HOLDER, &token(&bare, &SMDB.certificate), UNKNOWN),
        redeeming("the holder's signature", &HOLDER, &token(&own, &SMDB.certificate), UNKNOWN),
        redeeming("another's key in it", &STRANGER, &anothers(&whole), INVALID),
        redeeming(
            "for another service",
            &HOLDER,
            &elsewhere,
            ("wrong-audience", 401, "Audience was not known"),
        ),
        redeeming(
            "expired a second ago",
            &HOLDER,
            &signed(&expired),
            ("token-expired", 401, "The Token is expired"),
        ),
        redeeming(
            "valid in a second",
            &HOLDER,
            &signed(&early),
            ("token-not-yet-valid", 401, "The Token could not be validated"),
        ),
        redeeming(
            "a comment in a signed value",
            &HOLDER,
            &tampered(&whole, ">90000001<", ">9000<!-- -->0001<"),
            INVALID,
        ),
        redeeming(
            "encrypted for somebody else",
            &HOLDER,
            &token(&whole, &STRANGER.certificate),
            UNREADABLE,
        ),
        redeeming("nothing", &HOLDER, "", ("token-missing", 401, "saml-token was missing")),
        Attempt { body: two, ..redeeming("a token of one's own first", &HOLDER, "", UNKNOWN) },
        Attempt {
            body: form_of("%"),
            ..redeeming(
                "no base64",
                &HOLDER,
                "",
                ("token-not-base64", 401, "saml-token must be in base64"),
            )
        },
        Attempt {
            head: "Content-Type: application/json\r\n".to_owned(),
            ..by(
                Some(&HOLDER),
                "a form that says it is none",
                (
                    "not-a-form",
                    401,
                    "Content type 'application/x-www-form-urlencoded' is required.",
                ),
            )
        },
    ]
}

/// A JWT that says what this one says, changed, with another key or in another way.
fn forged(
    access: &str,
    algorithm: Algorithm,
    key: &EncodingKey,
    change: impl FnOnce(&mut Value),
) -> String {
    let claims = BASE64_URL.decode(access.split('.').nth(1).unwrap()).unwrap();
    let mut claims = serde_json::from_slice(&claims).unwrap();
    change(&mut claims);
    let header = Header { typ: Some("at+jwt".to_owned()), ..Header::new(algorithm) };
    encode(&header, &claims, key).unwrap()
}

fn rsa(key: &PrivateKey) -> EncodingKey {
    EncodingKey::from_rsa_der(&key.pkcs1())
}

fn at_access_token(access: &str, ended: &str) -> Vec<Attempt> {
    let body = submitted(&submission("sag-1"));
    let [header, claims, signature] =
        <[&str; 3]>::try_from(access.split('.').collect::<Vec<_>>()).unwrap();
    let none = BASE64_URL.encode(json!({"alg": "none", "typ": "at+jwt"}).to_string());
    let public = EncodingKey::from_secret(SMDB.certificate.public_key().spki());
    let rich = |it: &mut Value| it["cvr"] = json!("90000002");
    let moved = forged(access, Algorithm::RS256, &rsa(&STRANGER.key), rich);
    let moved = moved.split('.').nth(1).unwrap();
    let by = |own, name: &str, refused| Attempt { own, ..calling(name, access, &body, refused) };
    let headed = |name: &str, head: String, refused| Attempt {
        head,
        ..calling(name, access, &body, refused)
    };
    let token = |name: &str, token: &str| calling(name, token, &body, NO_ACCESS);
    vec![
        by(Some(&STRANGER), "another's access token", ANOTHER_CERTIFICATE),
        by(None, "an access token without a certificate", NO_CERTIFICATE),
        token("alg=none", &format!("{none}.{claims}.")),
        token("alg=none, with the signature", &format!("{none}.{claims}.{signature}")),
        token("no signature", &format!("{header}.{claims}.")),
        token("other claims", &format!("{header}.{moved}.{signature}")),
        token("another's key", &forged(access, Algorithm::RS256, &rsa(&STRANGER.key), |_| ())),
        token("one's own key", &forged(access, Algorithm::RS256, &rsa(&HOLDER.key), |_| ())),
        token("the public key as a secret", &forged(access, Algorithm::HS256, &public, |_| ())),
        token("a token of the STS", &BASE64_URL.encode(signed(&assertion()))),
        token("a token without end", &"e.".repeat(10_000)),
        calling(
            "expired a second ago",
            ended,
            &body,
            ("access-token-expired", 401, "Token was expired"),
        ),
        headed("no access token", String::new(), NO_SCHEME),
        headed("another scheme", format!("Authorization: Bearer {access}\r\n"), NO_SCHEME),
    ]
}

/// Bodies that grow in whoever reads them; each small enough to be read.
fn at_json(access: &str) -> Vec<Attempt> {
    let whole = submitted(&submission("sag-1"));
    let with = |fields: String| whole.replacen('{', &format!("{{{fields}"), 1);
    let fields = |count: usize| (0..count).map(|n| format!("\"a{n}\":1,")).collect::<String>();
    let deep = |open: &str, close: &str| [open.repeat(60_000), close.repeat(60_000)].concat();
    let deeply =
        |depth: usize| with(format!("\"x\":{}1{},", "{\"x\":".repeat(depth), "}".repeat(depth)));
    [
        ("lists in lists", deep("[", "]")),
        ("lists without end", "[".repeat(200_000)),
        ("objects in objects", "{\"a\":".repeat(40_000)),
        ("objects in a field, twenty deep", deeply(20)),
        ("objects in a field, two thousand deep", deeply(2_000)),
        ("fields by the thousand", with(fields(15_000))),
        ("one field a thousand times", with("\"Version\":1,".repeat(1_000))),
        ("a list of a hundred thousand", with(format!("\"x\":[{}1],", "1,".repeat(100_000)))),
        ("a number of a hundred thousand digits", with(format!("\"x\":{},", "9".repeat(100_000)))),
        ("a number beyond all", with("\"x\":1e999999999,".to_owned())),
        (
            "a text of two hundred thousand signs",
            with(format!("\"x\":\"{}\",", "x".repeat(200_000))),
        ),
        ("half a surrogate", with("\"x\":\"\\ud800\",".to_owned())),
        ("two values", format!("{whole}{whole}")),
    ]
    .into_iter()
    .map(|(name, body)| calling(name, access, &body, MALFORMED))
    .collect()
}

/// Paths that look like one of SMDB's to somebody who reads them in another way.
fn at_path(access: &str) -> Vec<Attempt> {
    let body = submitted(&submission("sag-1"));
    [
        "/api/2025-07/%50ing",
        "/api/2025-07/Ping%00",
        "/api/2025-07/ping",
        "/api/2025-07/Ping;x=1",
        "/api/2025-07/..%2Faccesstoken%2Fissue",
        "/api/2025-07%2f/Ping",
        "/api/../Ping",
        "/api/accesstoken/Issue",
        "/api/accesstoken/issue%20",
        "/api/9999-99/Ping",
    ]
    .into_iter()
    .map(|path| Attempt { path: path.to_owned(), ..calling(path, access, &body, NO_OPERATION) })
    .collect()
}

impl Served {
    async fn attempt(&self, it: &Attempt) -> Reply {
        self.post(it.own, &it.path, &it.head, &it.body).await
    }

    /// What is wrong with the answer to an attack; nothing, if it is the right one.
    async fn objects(&self, it: &Attempt) -> Option<String> {
        let reply = self.attempt(it).await;
        let trace = reply.header("x-skift-trace").unwrap_or_default();
        let entry = trace.parse().ok().and_then(|trace| self.journal.traced(trace));
        let (outcome, decisive) = match &entry {
            None => ("", None),
            Some(entry) => (entry.outcome, entry.diagnosis.decisive().map(|it| &*it.cause)),
        };
        let (cause, status, told) = it.refused;
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        let described = format!("error_description=\"{told}");
        let right = (outcome, decisive, reply.status) == (cause, Some(cause), status)
            && (if told.is_empty() {
                challenge.is_empty()
            } else {
                challenge.contains(&described)
            });
        (!right)
            .then(|| format!("{}: {outcome} {decisive:?} {} {challenge}", it.name, reply.status))
    }

    async fn is_sound(&self) {
        let access = token_in(&self.redeem(Some(&HOLDER), &assertion()).await);
        let body = submitted(&submission("sag-1"));
        let reply = self.call(&HOLDER, Operation::Report, &access, &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[tokio::test]
async fn no_attack_by_rest_gets_through() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/x", elsewhere.local_addr().unwrap());
    let old = Assertion { not_before: after("-8h"), ..assertion() };
    served.clock.set(after("-1h1s"));
    let ended = token_in(&served.redeem(Some(&HOLDER), &old).await);
    served.clock.set(after("0s"));
    let recorded = form(&signed(&assertion()));
    let reply = served.post(Some(&HOLDER), TOKEN_PATH, FORM, &recorded).await;
    let access = token_in(&reply);

    let all = [
        altered_tokens(&address),
        at_redemption(&recorded),
        at_access_token(&access, &ended),
        at_json(&access),
        at_path(&access),
    ];
    let mut wrong = Vec::new();
    for attempt in all.iter().flatten() {
        wrong.extend(served.objects(attempt).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(timeout(Duration::ZERO, elsewhere.accept()).await.is_err(), "nothing was fetched");
    served.is_sound().await;
    // What another's token was forged into would have been taken, if the STS had signed it.
    let own = Assertion { holder: STRANGER.certificate.clone(), ..assertion() };
    assert_eq!(served.redeem(Some(&STRANGER), &own).await.status, 200);
}

/// What is no path of SMDB's at all is nobody's matter, and what is too long nobody reads.
#[tokio::test]
async fn what_never_comes_as_far_as_smdb_is_refused_in_plain_http() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let access = token_in(&served.redeem(Some(&HOLDER), &assertion()).await);
    let before = served.journal.newest(10, None).len();
    let large = format!("\"{}\"", "x".repeat(300_000));
    let ping = path(Operation::Ping);
    for (path, body, status) in [
        ("/api/2025-07/Ping/", "{}", 404),
        ("//api/2025-07/Ping", "{}", 404),
        ("/api/2025-07/../2025-07/Ping", "{}", 404),
        ("/API/2025-07/Ping", "{}", 404),
        ("/api/accesstoken/issue/", "{}", 404),
        ("/api/accesstoken%2Fissue", "{}", 404),
        ("/api", "{}", 404),
        (&*ping, &*large, 413),
    ] {
        let reply = served.post(Some(&HOLDER), path, &with_access(&access), body).await;
        assert_eq!(reply.status, status, "{path}");
    }
    let long = format!("X: {}\r\n{}", "x".repeat(100_000), with_access(&access));
    assert_eq!(served.post(Some(&HOLDER), &ping, &long, "{}").await.status, 431);
    assert_eq!(served.journal.newest(10, None).len(), before);
    served.is_sound().await;
}

/// A hundred megabytes, in forms and in JSON as large as may be.
#[tokio::test]
async fn what_is_refused_by_rest_is_not_kept() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let Some(mut growth) = machine::Growth::begin() else { return };
    let access = token_in(&served.redeem(Some(&HOLDER), &assertion()).await);
    let [form, json] = [form_of(&"A".repeat(240_000)), "[".repeat(250_000)];
    for _ in 0..4 {
        for _ in 0..50 {
            let reply = served.post(Some(&HOLDER), TOKEN_PATH, FORM, &form).await;
            assert_eq!((reply.status, served.last()), (401, (TOKEN_PATH, "not-a-token")));
            let reply = served.call(&HOLDER, Operation::Report, &access, &json).await;
            assert_eq!((reply.status, served.last()), (400, (CALL_PATH, "malformed-request")));
        }
        growth.round();
    }
    assert!(growth.of_a_round() < 12 * 1024 * 1024, "{growth:?}");
    served.is_sound().await;
}
