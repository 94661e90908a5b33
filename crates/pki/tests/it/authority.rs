//! An authority, taken up again from what was kept of it.

use parties::Environment;
use pki::{Authority, Certificate, NotOneHierarchy, Path, PrivateKey};

use crate::world::*;

const TEST: Environment = Environment::IntegrationTest;

fn restored(
    environment: Environment,
    root: (PrivateKey, &Certificate),
    issuing: (PrivateKey, &Certificate),
) -> Result<Authority, NotOneHierarchy> {
    let (root, issuing) = ((root.0, root.1.clone()), (issuing.0, issuing.1.clone()));
    Authority::restored(environment, root, issuing)
}

#[test]
fn an_authority_goes_on_where_it_was_left() {
    let founded = authority(TEST);
    let (root, issuing) = (founded.root(), founded.issuing());
    let again = restored(TEST, (root_key(), root), (issuing_key(), issuing)).unwrap();
    assert_eq!((again.root(), again.issuing()), (root, issuing));
    assert_eq!(again.environment(), TEST);
    assert_eq!(again.addresses(), founded.addresses());
    // What it issues from now on is trusted by who trusts what was kept.
    let path = Path::build(&leaf(&again), &founded.anchors()).unwrap();
    assert!(path.judge(start(), None).is_ok());
}

#[test]
fn what_does_not_belong_together_is_no_authority() {
    let founded = authority(TEST);
    // Founded anew with the same keys: other signatures, and sound by itself.
    let other = authority_at(Environment::Production, start());
    let (root, issuing) = (founded.root(), founded.issuing());
    for (expected, got) in [
        (
            NotOneHierarchy::Environment,
            restored(TEST, (root_key(), other.root()), (issuing_key(), issuing)),
        ),
        (NotOneHierarchy::Root, restored(TEST, (leaf_key(), root), (issuing_key(), issuing))),
        (NotOneHierarchy::Issuing, restored(TEST, (root_key(), root), (leaf_key(), issuing))),
        (NotOneHierarchy::Signature, {
            let leaf = leaf_for(&founded, issuing_key().public());
            restored(TEST, (root_key(), root), (issuing_key(), &leaf))
        }),
    ] {
        assert_eq!(got.unwrap_err(), expected);
        assert!(!expected.to_string().is_empty());
    }
}
