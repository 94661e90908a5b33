//! A client that calls by REST: when it asks whom, with what, and for how long it keeps what it got.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::{Span, Timestamp};
use parties::{ClientProfile, Core};
use stage::start;
use wsc::{
    Failure, Settings, Thumbprint,
    exchange::{Action, Event, Order},
    rest::{HttpReply, Post},
};

use crate::world::{self, NEW, OLD, STS, token_for};

const BY_REST: [ClientProfile; 2] = [ClientProfile::JavaRestFixedCache, ClientProfile::DotnetRest];

/// What an access token that has ended is refused with.
pub(crate) const ENDED: &str =
    "Holder-of-key error=\"invalid_token\", error_description=\"Token was expired, or so\"";
const SCOPE: &str = "Holder-of-key error=\"insufficient_scope\", error_description=\"no\"";

/// A node that calls by REST, and what it is told over HTTP.
pub(crate) struct Node(world::Node);

fn order() -> Order {
    let body = "{\"Klientreference\":\"sag-1\"}".to_owned();
    Order { action: "/api/2025-07/IndberetForloeb".to_owned(), body }
}

/// What a node did.
#[derive(Debug, PartialEq, Eq)]
enum Did {
    Asked,
    Redeemed,
    Called,
    Failed,
}

fn after(minutes: i64) -> Timestamp {
    start() + Span::from_minutes(minutes)
}

impl Node {
    /// One that signs with [`OLD`].
    pub(crate) fn of(profile: ClientProfile) -> Self {
        Self::with(profile, Span::ZERO)
    }

    fn with(profile: ClientProfile, skew: Span) -> Self {
        let settings = Settings { skew, ..Settings::of(profile) };
        let mut node = world::Node::with(settings);
        node.deploy(&OLD);
        Self(node)
    }

    /// Begins an order: what it sends first.
    fn begin(&mut self, now: Timestamp) -> (Action, String) {
        self.0.tell(&Event::Begin(order()), now)
    }

    fn hears(&mut self, reply: &HttpReply<'_>, now: Timestamp) -> Action {
        let event = self.0.wsc.read_rest(reply);
        self.0.decide(&event, now)
    }

    /// Hears something that ends its order.
    pub(crate) fn ends(&mut self, reply: &HttpReply<'_>, now: Timestamp) -> Result<(), Failure> {
        match self.hears(reply, now) {
            Action::Done(result) => result,
            other => panic!("{other:?}"),
        }
    }

    /// Gets as far as to redeem its first token: what it sends, with which certificate.
    pub(crate) fn redeems(&mut self, now: Timestamp) -> (Post, Thumbprint) {
        let (Action::AskSts { .. }, message) = self.begin(now) else { panic!("a token is kept") };
        match self.0.receive(&token_for(&message, &STS, now), now) {
            (Action::Redeem { post, certificate, .. }, body) => {
                assert_eq!(post.body, body);
                (*post, certificate)
            }
            (other, _) => panic!("{other:?}"),
        }
    }

    /// Gets as far as its first call.
    pub(crate) fn calls(&mut self, now: Timestamp) -> Post {
        self.redeems(now);
        match self.hears_of("first", 3600, now) {
            Action::CallByRest { post, .. } => *post,
            other => panic!("{other:?}"),
        }
    }

    /// The authorization server says no.
    pub(crate) fn not_redeemed(&mut self, challenge: &str, now: Timestamp) -> Result<(), Failure> {
        self.ends(&refused(challenge), now)
    }

    /// What the service says: that it did what it was asked, or a challenge.
    pub(crate) fn returned(
        &mut self,
        answer: Result<(), &str>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        match answer {
            Ok(()) => self.ends(&HttpReply { status: 200, challenge: None, body: b"{}" }, now),
            Err(challenge) => self.ends(&refused(challenge), now),
        }
    }

    /// Has an order done by servers that give whatever is asked, with access tokens of this lifetime: what
    /// it did for that, and what it carried in the last call.
    fn has_done(&mut self, lifetime: u32, now: Timestamp) -> (Vec<Did>, String) {
        let mut did = Vec::new();
        let mut carried = String::new();
        let (mut action, mut message) = self.begin(now);
        loop {
            action = match action {
                Action::AskSts { .. } => {
                    did.push(Did::Asked);
                    let next = self.0.receive(&token_for(&message, &STS, now), now);
                    message = next.1;
                    next.0
                }
                Action::Redeem { .. } => {
                    did.push(Did::Redeemed);
                    self.hears_of(&now.to_string(), lifetime, now)
                }
                Action::CallByRest { post, .. } => {
                    did.push(Did::Called);
                    carried = post.authorization.unwrap();
                    self.hears(&HttpReply { status: 200, challenge: None, body: b"{}" }, now)
                }
                Action::Done(Ok(())) => return (did, carried),
                Action::Done(Err(_)) => {
                    did.push(Did::Failed);
                    return (did, carried);
                }
                Action::CallService { .. } => panic!("by SOAP"),
            };
        }
    }

    /// Hears of an access token with a lifetime in seconds.
    fn hears_of(&mut self, token: &str, lifetime: u32, now: Timestamp) -> Action {
        let body = issued(token, lifetime);
        self.hears(&HttpReply { status: 200, challenge: None, body: body.as_bytes() }, now)
    }
}

fn issued(token: &str, lifetime: u32) -> String {
    format!(
        "{{\"access_token\":\"{token}\",\"token_type\":\"Holder-of-key\",\"expires_in\":{lifetime}}}"
    )
}

const fn refused(challenge: &str) -> HttpReply<'_> {
    HttpReply { status: 401, challenge: Some(challenge), body: b"" }
}

#[test]
fn a_token_is_redeemed_and_the_access_token_carried() {
    for (profile, declared) in
        [(ClientProfile::DotnetRest, true), (ClientProfile::JavaRestFixedCache, false)]
    {
        let mut node = Node::of(profile);
        let (post, certificate) = node.redeems(start());
        assert_eq!(certificate, Thumbprint::of(&OLD.certificate));
        assert_eq!(post.url, "https://smdb.sim.invalid/api/accesstoken/issue");
        assert_eq!(post.content_type, "application/x-www-form-urlencoded");
        let mut fields = form_urlencoded::parse(post.body.as_bytes());
        let (name, value) = fields.next().unwrap();
        assert_eq!((&*name, fields.next()), ("saml-token", None));
        let xml = String::from_utf8(BASE64.decode(&*value).unwrap()).unwrap();
        assert!(xml.contains("<EncryptedAssertion") || xml.contains(":EncryptedAssertion"));
        assert_eq!(xml.starts_with("<?xml"), declared, "{profile:?}");

        let Action::CallByRest { post, certificate, .. } = node.hears_of("first", 60, start())
        else {
            panic!("no call")
        };
        assert_eq!(certificate, Thumbprint::of(&OLD.certificate));
        assert_eq!(post.url, "https://smdb.sim.invalid/api/2025-07/IndberetForloeb");
        assert_eq!(post.authorization.as_deref(), Some("Holder-of-key first"));
        assert_eq!(post.body, order().body);
        assert_eq!(node.returned(Ok(()), start()), Ok(()));
    }
}

/// Seven hours and 55 minutes from when they came, whatever end they have.
#[test]
fn the_rest_client_in_java_keeps_both_tokens_for_times_of_its_own() {
    use Did::{Asked, Called, Redeemed};
    for lifetime in [1, 60, 3600] {
        let mut node = Node::of(ClientProfile::JavaRestFixedCache);
        let second = Span::from_seconds(1);
        assert_eq!(node.has_done(lifetime, start()).0, [Asked, Redeemed, Called]);
        assert_eq!(node.has_done(lifetime, after(55) - second).0, [Called]);
        assert_eq!(node.has_done(lifetime, after(55)).0, [Redeemed, Called]);
        assert_eq!(node.has_done(lifetime, after(110) - second).0, [Called]);
        // The access token is kept on when the token that it came of is dropped.
        assert_eq!(node.has_done(lifetime, after(419)).0, [Redeemed, Called]);
        assert_eq!(node.has_done(lifetime, after(420)).0, [Called]);
        assert_eq!(node.has_done(lifetime, after(474)).0, [Asked, Redeemed, Called]);
    }
}

/// A minute before the end that came with it, by the length that came and not by anybody's clock.
#[test]
fn the_rest_client_in_dotnet_keeps_an_access_token_until_a_minute_before_its_end() {
    use Did::{Asked, Called, Redeemed};
    for skew in [-600, 0, 600] {
        let mut node = Node::with(ClientProfile::DotnetRest, Span::from_seconds(skew));
        assert_eq!(node.has_done(3600, start()).0, [Asked, Redeemed, Called]);
        let dropped = after(59);
        let second = Span::from_seconds(1);
        assert_eq!(node.has_done(3600, dropped - second).0, [Called], "{skew}");
        assert_eq!(node.has_done(3600, dropped).0, [Redeemed, Called], "{skew}");
        assert_eq!(node.has_done(3600, dropped + second).0, [Called], "{skew}");
    }
    // What would be dropped at once is not kept.
    let mut node = Node::of(ClientProfile::DotnetRest);
    assert_eq!(node.has_done(60, start()).0, [Asked, Redeemed, Called]);
    assert_eq!(node.has_done(61, start()).0, [Redeemed, Called]);
    assert_eq!(node.has_done(61, start()).0, [Called]);
}

/// It asks the cache that gave it the token, and gets the same one.
#[test]
fn the_rest_client_in_dotnet_tries_once_more_with_the_same_token() {
    let mut node = Node::of(ClientProfile::DotnetRest);
    let first = node.calls(start());
    let Action::CallByRest { post: second, .. } = node.hears(&refused(ENDED), start()) else {
        panic!("it gave up")
    };
    assert_eq!(*second, first);
    let failure = node.returned(Err(ENDED), start()).unwrap_err();
    assert_eq!(failure.name(), "call-refused");
    assert_eq!(
        failure.to_string(),
        "the service refused: 401 invalid_token: Token was expired, or so"
    );
    // Nothing was dropped for it, and the next order does the same.
    let (Action::CallByRest { post: third, .. }, _) = node.begin(start()) else { panic!("asks") };
    assert_eq!(*third, first);
    // What is wrong with the call, or with whom it is for, is not tried again.
    node.returned(Err(SCOPE), start()).unwrap_err();
    node.begin(start());
    let invalid = HttpReply { status: 422, challenge: None, body: b"{}" };
    let failure = node.ends(&invalid, start()).unwrap_err();
    assert_eq!(failure.to_string(), "the service refused: 422");
}

/// A token that lives too short to be kept is fetched once more, and then no more.
#[test]
fn a_call_is_tried_twice_at_most() {
    let mut node = Node::of(ClientProfile::DotnetRest);
    node.redeems(start());
    let Action::CallByRest { .. } = node.hears_of("first", 60, start()) else { panic!("no call") };
    let Action::Redeem { .. } = node.hears(&refused(ENDED), start()) else { panic!("it gave up") };
    let mut node = Node(node.0.replayed());
    let Action::CallByRest { post, .. } = node.hears_of("second", 60, start()) else {
        panic!("no call")
    };
    assert_eq!(post.authorization.as_deref(), Some("Holder-of-key second"));
    assert_eq!(node.returned(Err(ENDED), start()).unwrap_err().name(), "call-refused");
}

#[test]
fn the_rest_client_in_java_tries_nothing_twice_and_drops_nothing() {
    let mut node = Node::of(ClientProfile::JavaRestFixedCache);
    let first = node.calls(start());
    assert_eq!(node.returned(Err(ENDED), start()).unwrap_err().name(), "call-refused");
    let (Action::CallByRest { post, .. }, _) = node.begin(after(54)) else { panic!("asks") };
    assert_eq!(*post, first);
}

/// .NET shows the new certificate in TLS, and keeps what is bound to the old one.
#[test]
fn after_a_swap_the_rest_client_in_dotnet_carries_what_is_bound_to_the_old_certificate() {
    let mut node = Node::of(ClientProfile::DotnetRest);
    let first = node.calls(start());
    node.returned(Ok(()), start()).unwrap();
    node.0.deploy(&NEW);
    let (Action::CallByRest { post, certificate, holder }, _) = node.begin(start()) else {
        panic!("asks")
    };
    assert_eq!(*post, first);
    let both = (Thumbprint::of(&NEW.certificate), Thumbprint::of(&OLD.certificate));
    assert_eq!((certificate, holder), both);
    node.hears(&refused(ENDED), start());
    node.returned(Err(ENDED), start()).unwrap_err();
    // When the access token is dropped, the token that was got with the old certificate is handed in.
    let (Action::Redeem { certificate, holder, .. }, _) = node.begin(after(59)) else {
        panic!("asks")
    };
    assert_eq!((certificate, holder), both);
    assert_eq!(node.not_redeemed(ENDED, after(59)).unwrap_err().name(), "redemption-refused");
    // A restart heals it.
    node.0.done(&Event::Restart, after(60)).unwrap();
    use Did::{Asked, Called, Redeemed};
    assert_eq!(node.has_done(3600, after(60)).0, [Asked, Redeemed, Called]);
}

#[test]
fn a_swap_of_the_rest_client_in_java_loses_both_tokens() {
    let mut node = Node::of(ClientProfile::JavaRestFixedCache);
    node.calls(start());
    node.returned(Ok(()), start()).unwrap();
    node.0.deploy(&NEW);
    assert_eq!(node.0.wsc.kept_access_tokens().count(), 0);
    let (Action::AskSts { signer, .. }, _) = node.begin(start()) else { panic!("a token is kept") };
    assert_eq!(signer, Thumbprint::of(&NEW.certificate));
}

/// Two clients of a process in .NET carry each other's access tokens.
#[test]
fn the_caches_of_dotnet_belong_to_the_process_by_rest_too() {
    let mut first = Node::of(ClientProfile::DotnetRest);
    let mut second = Node::of(ClientProfile::DotnetRest);
    let carried = first.has_done(3600, start()).1;
    for json in &first.0.facts {
        second.0.wsc.overhear(&world::kept(json));
    }
    let (did, again) = second.has_done(3600, start());
    assert_eq!((did, again), (vec![Did::Called], carried));

    let (mut first, mut second) =
        (Node::of(ClientProfile::JavaRestFixedCache), Node::of(ClientProfile::JavaRestFixedCache));
    first.has_done(3600, start());
    for json in &first.0.facts {
        second.0.wsc.overhear(&world::kept(json));
    }
    assert_eq!(second.has_done(3600, start()).0[0], Did::Asked);
}

#[test]
fn facts_of_rest_give_an_equal_node_and_tell_nothing() {
    for profile in BY_REST {
        let mut node = Node::of(profile);
        for minutes in [0, 30, 58, 59, 60, 200, 420, 480, 490] {
            node.has_done(3600, after(minutes));
            let copy = node.0.replayed();
            assert_eq!(copy.wsc, node.0.wsc);
            // Kept anew, an access token is carried on.
            let mut copy = Node(copy);
            assert_eq!(copy.has_done(3600, after(minutes)).0, [Did::Called]);
        }
        let facts = node.0.facts.join("");
        let shown = format!("{:?}", node.0.wsc);
        assert!(!facts.contains("Holder-of-key") && !facts.contains("sag-1"), "{facts}");
        assert!(!shown.contains("Holder-of-key") && !shown.contains("sag-1"), "{shown}");
    }
    // Nor does what is sent, or what came.
    let mut node = Node::of(ClientProfile::DotnetRest);
    let (post, _) = node.redeems(start());
    let body = issued("first", 3600);
    let reply = HttpReply { status: 200, challenge: None, body: body.as_bytes() };
    let event = node.0.wsc.read_rest(&reply);
    let call = node.hears(&reply, start());
    let shown = format!("{post:?} {event:?} {call:?}");
    for secret in ["saml-token", "first", "sag-1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// Between now and the next change it does the same, whenever it is asked.
#[test]
fn a_node_that_calls_by_rest_names_each_of_its_changes() {
    for (profile, expected) in [
        (ClientProfile::JavaRestFixedCache, [after(55), after(420)]),
        (ClientProfile::DotnetRest, [after(59), after(479)]),
    ] {
        let mut node = Node::of(profile);
        node.has_done(3600, start());
        let mut now = start();
        let mut stops = Vec::new();
        while now < after(600) {
            let next = node.0.wsc.next_change(now).unwrap();
            let did = |at: Timestamp| Node(node.0.clone()).has_done(3600, at).0;
            let middle = now + Span::from_millis(next.since(now).millis() / 2);
            for between in [middle, next - Span::from_millis(1)] {
                assert_eq!(did(between), did(now), "{profile:?} {between}");
            }
            if did(next) != did(now) {
                stops.push(next);
            }
            now = next;
        }
        assert_eq!(stops, expected, "{profile:?}");
    }
}

/// SMDB ends an access token with a whole second, and tells how many of them are left: the end is the first one
/// at or after what was told.
#[test]
fn an_access_token_ends_with_the_second_in_which_what_was_told_ends() {
    for millis in [0, 1, 500, 999] {
        let mut node = Node::of(ClientProfile::JavaRestFixedCache);
        let now = start() + Span::from_millis(millis);
        node.has_done(600, now);
        let next = node.0.wsc.next_change(now).unwrap();
        let late = Span::from_seconds(i64::from(millis > 0));
        assert_eq!(next, start() + Span::from_minutes(10) + late, "{millis}");
    }
}

#[test]
fn an_access_token_of_another_type_is_no_use() {
    for (body, usable) in [
        (issued("t", 60), true),
        (issued("t", 60).replace("Holder-of-key", "holder-of-key"), true),
        (issued("t", 60).replace("Holder-of-key", "Bearer"), true),
        (issued("t", 60).replace("Holder-of-key", "mac"), false),
        (issued("t", 60).replace("60", "-1"), false),
        (issued("t", 60).replace("access_token", "token"), false),
        ("{}".to_owned(), false),
        (String::new(), false),
    ] {
        let mut node = Node::of(ClientProfile::DotnetRest);
        node.redeems(start());
        let reply = HttpReply { status: 200, challenge: None, body: body.as_bytes() };
        match node.hears(&reply, start()) {
            Action::CallByRest { .. } => assert!(usable, "{body}"),
            Action::Done(Err(Failure::RedemptionUnusable)) => assert!(!usable, "{body}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Whatever a server writes there: it is read, or it is not.
#[test]
fn a_challenge_is_read_as_far_as_it_goes() {
    let told = |status, challenge| {
        let mut node = Node::of(ClientProfile::JavaRestFixedCache);
        node.calls(start());
        let reply = HttpReply { status, challenge, body: b"" };
        node.ends(&reply, start()).unwrap_err().to_string()
    };
    for (challenge, expected) in [
        (Some(ENDED), "the service refused: 401 invalid_token: Token was expired, or so"),
        (Some("Holder-of-key error=\"x\""), "the service refused: 401 x"),
        (
            Some("Holder-of-key error_description=\"y\",error=\"x\""),
            "the service refused: 401 x: y",
        ),
        (Some("Holder-of-key"), "the service refused: 401"),
        (Some("Holder-of-key error=\"x"), "the service refused: 401 x"),
        (Some("\""), "the service refused: 401"),
        (Some(""), "the service refused: 401"),
        (None, "the service refused: 401"),
    ] {
        assert_eq!(told(401, challenge), expected);
    }
    let long = format!("Holder-of-key error=\"{}\"", "x".repeat(10_000));
    assert!(told(401, Some(&long)).len() < 300);
    assert_eq!(told(503, None), "the service refused: 503");
}

#[test]
fn what_comes_over_http_and_nobody_waits_for_is_told() {
    let mut node = Node::of(ClientProfile::DotnetRest);
    let reply = HttpReply { status: 200, challenge: None, body: b"{}" };
    assert_eq!(node.ends(&reply, start()), Err(Failure::UnexpectedAnswer));
    // Nor is what comes by SOAP an answer to what was asked by REST.
    node.redeems(start());
    assert_eq!(node.0.outcome("", start()), Err(Failure::UnexpectedAnswer));
}
