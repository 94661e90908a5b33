//! A listener stops without cutting anybody off.

use std::time::Duration;

use axum::{Router, routing::post};
use shell::{Bounds, Listener};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::watch};

use crate::stage::{Served, one_answer, request, rest_of};

#[tokio::test]
async fn who_is_being_answered_has_the_answer_and_who_is_idle_goes() {
    let (begun, mut is_begun) = watch::channel(false);
    let (go, gone) = watch::channel(false);
    let wait = move || {
        let mut gone = gone.clone();
        begun.send_replace(true);
        async move {
            gone.wait_for(|gone| *gone).await.unwrap();
            "at last"
        }
    };
    let router = Router::new().route("/", post(wait));
    let served = Served::start_with(router, None, Bounds::default()).await;
    let address = served.address;
    let mut idle = served.connect().await;
    let mut asking = served.connect().await;
    asking.write_all(request(0, "").as_bytes()).await.unwrap();
    is_begun.wait_for(|begun| *begun).await.unwrap();
    let done = served.stop();
    assert_eq!(rest_of(&mut idle).await, "");
    assert!(!done.is_finished());
    go.send(true).unwrap();
    assert!(one_answer(&mut asking).await.ends_with("at last"));
    done.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody new is taken");
}

#[tokio::test]
async fn who_takes_too_long_is_not_waited_for() {
    let router = Router::new().route("/", post(std::future::pending::<()>));
    let bounds = Bounds { grace: Duration::ZERO, ..Bounds::default() };
    let served = Served::start_with(router, None, bounds).await;
    let mut asking = served.connect().await;
    asking.write_all(request(0, "").as_bytes()).await.unwrap();
    served.stop().await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let served = Served::start(None, Bounds::default()).await;
    let error = Listener::bind(served.address, None, Bounds::default()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with(&format!("cannot listen at {}: ", served.address)), "{text}");
}
