//! What is published, as somebody fetches it.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use clock::Clock;
use parties::Environment;
use pki::{Addresses, RevocationList};
use shell::{Place, Port, Shared, address_below};
use sim_mitid::http::{Publication, router};
use stage::start;
use tower::ServiceExt;

use crate::world::{TEST, World};

async fn fetch(world: &World, host: &str, path: &str) -> (StatusCode, String, Vec<u8>) {
    let mitid = Shared::new(world.mitid.clone());
    let publication = Publication { mitid, clock: Clock::frozen(start()) };
    let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
    let response = router(Arc::new(publication)).oneshot(request).await.unwrap();
    let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, kind, body.to_vec())
}

#[tokio::test]
async fn a_revocation_stands_in_the_list_at_the_address_of_the_certificate() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    let [address] = certificate.crl_urls() else { panic!("it names one list") };
    let path = address.strip_prefix("http://ca1.test.sim.invalid").unwrap();
    let lists = async |world: &World| {
        let (status, kind, body) = fetch(world, "ca1.test.sim.invalid", path).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/pkix-crl"));
        RevocationList::from_der(&body).unwrap().revoked(certificate.serial()).is_some()
    };
    assert!(!lists(&world).await);
    world.revoke(*certificate.serial(), start()).unwrap();
    assert!(lists(&world).await);

    // And below the environment's name on any host; another environment has another list.
    for (environment, is_revoked) in [(TEST, true), (Environment::Production, false)] {
        let issuing_list = Addresses::of(environment).issuing_list;
        let below = address_below("http://localhost:8080/", environment, &issuing_list);
        let path = below.strip_prefix("http://localhost:8080").unwrap();
        let (status, _, body) = fetch(&world, "localhost:8080", path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let list = RevocationList::from_der(&body).unwrap();
        assert_eq!(list.revoked(certificate.serial()).is_some(), is_revoked, "{path}");
    }
}

#[tokio::test]
async fn the_authorities_are_published_with_their_lists() {
    let world = World::new();
    for environment in Environment::ALL {
        let addresses = Addresses::of(environment);
        let authority = world.mitid.authority(environment).unwrap();
        let get = async |address: &str| {
            let path = address_below("", environment, address);
            let (status, kind, body) = fetch(&world, "127.0.0.1", &path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            (kind, body)
        };
        let certificate = |der: &[u8]| ("application/pkix-cert".to_owned(), der.to_vec());
        assert_eq!(get(&addresses.root_certificate).await, certificate(authority.root().der()));
        let issuing = get(&addresses.issuing_certificate).await;
        assert_eq!(issuing, certificate(authority.issuing().der()));
        let (_, list) = get(&addresses.root_list).await;
        let list = RevocationList::from_der(&list).unwrap();
        assert!(list.revoked(authority.issuing().serial()).is_none());
    }
}

/// What clients are told that the port has.
#[tokio::test]
async fn all_that_its_port_is_said_to_have_is_there() {
    let world = World::new();
    for Place { method, path } in Port::Mitid.places() {
        let path = path.replace("{environment}", TEST.name());
        let (status, ..) = fetch(&world, "127.0.0.1", &path).await;
        assert_eq!((*method, status), ("GET", StatusCode::OK), "{path}");
    }
    assert_eq!(Port::Mitid.places().len(), 4, "a certificate and a list of each authority");
}

#[tokio::test]
async fn who_asks_for_something_else_is_told_what_there_is() {
    let world = World::new();
    for (host, path) in [
        ("localhost", "/"),
        ("localhost", "/oces/issuing/1/crl/issuing.crl"),
        ("ca1.sim.invalid", "/oces/issuing/2/crl/issuing.crl"),
        ("ca1.sim.invalid.evil.invalid", "/oces/root/crl/root.crl"),
    ] {
        let (status, kind, body) = fetch(&world, host, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{host} {path}");
        assert!(kind.starts_with("text/plain"));
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains("\n/integration-test/oces/issuing/1/crl/issuing.crl\n"), "{text}");
    }
}
