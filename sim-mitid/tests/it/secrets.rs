//! What nobody may read where it is kept: codes, passwords, tokens, keys.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::{Core, Diagnose};
use sim_mitid::{
    Lesson, Request,
    order::{Identification, Method, Proof},
    profile::NewProfile,
    request::Encoding,
};
use stage::start;

use crate::world::{EMAIL, STAGE, TEST, World, new_profile};

/// A profile is made, its address validated, a certificate ordered by code and downloaded, after a
/// wrong code.
#[test]
fn no_secret_is_in_a_fact_in_debug_or_in_a_diagnosis() {
    let mut world = World::new();
    let new = NewProfile { email: Some(EMAIL.to_owned()), ..new_profile(TEST) };
    let profile = world.profile(new, start()).unwrap();
    let letters = world.mailbox(EMAIL, start());
    let token = crate::world::token(&letters);
    let validate = Request::ValidateEmail { profile, token: token.clone() };
    world.ask(&validate, start()).unwrap();

    let order = (Identification::OneTimeCode, Method::Browser);
    let (reference, code) = world.order_under(profile, order, start()).unwrap();
    let code = code.unwrap();
    let (terms, encoding) = (true, Encoding::Portal);
    let mut shown = vec![format!("{letters:?}{validate:?}{code:?}{token:?}")];
    let wrong_code = code.reveal().replace('-', "").chars().rev().collect::<String>();
    let mut password = String::new();
    for code in [wrong_code.clone().into(), code.clone()] {
        let (reference, proof) = (reference.clone(), Proof::OneTimeCode(code));
        let download = Request::Download { reference, proof, terms, encoding };
        for _ in world.mitid.needs(&download, start()) {
            world.mitid.learn(Lesson::KeyPair(STAGE.key(0)));
        }
        shown.push(format!("{download:?}{:?}", world.mitid.diagnose(&download, start())));
        shown.push(format!("{:?}", world.mitid));
        let answer = world.ask(&download, start());
        shown.push(format!("{answer:?}"));
        if let Ok(sim_mitid::Answer::Downloaded(download)) = answer {
            password = download.password.reveal().to_owned();
        }
    }
    assert_eq!(password.len(), 12);
    shown.push(world.facts.join("\n"));
    shown.push(format!("{world:?}"));
    let key = STAGE.key(0).pkcs8();
    let pkcs8 = BASE64.encode(&key[..]);
    for secret in [
        code.reveal().as_str(),
        &code.reveal().replace('-', ""),
        &wrong_code,
        token.reveal(),
        &password,
        &pkcs8[1_200..1_300], // beyond the modulus, which is in the certificate
    ] {
        for text in &shown {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

/// A mistake that is repeated to whoever made it must not repeat a code.
#[test]
fn a_request_that_cannot_be_read_is_not_repeated() {
    let world = World::new();
    for misplaced in [
        r#"{"download":{"reference":"00000000-0000-4000-8000-000000000000","proof":"7K2QF","terms":true}}"#,
        r#"{"download":{"reference":"00000000-0000-4000-8000-000000000000","proof":{"one-time-code":"7K2QF"},"terms":"7K2QF"}}"#,
        r#"{"issue":{"reference":"00000000-0000-4000-8000-000000000000","code":["7K2QF"],"request":""}}"#,
        r#"{"7K2QF":{}}"#,
        r#""7K2QF"#,
    ] {
        let request = world.mitid.read(misplaced.as_bytes());
        let Request::Unreadable(rejection) = request else { panic!("{request:?}") };
        let (text, finding) = (rejection.to_string(), format!("{:?}", rejection.finding()));
        assert!(!text.contains("7K2QF") && !finding.contains("7K2QF"), "{text}");
    }
}
