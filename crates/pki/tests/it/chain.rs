//! Which certificates are trusted, when, and why others are not.

use parties::Environment;
use pki::Path;

use crate::world;

#[test]
fn a_certificate_by_the_profile_is_trusted() {
    for environment in Environment::ALL {
        let authority = world::authority(environment);
        let leaf = world::leaf(&authority);
        let path = Path::build(&leaf, &authority.anchors()).unwrap();
        path.judge(world::start(), None).unwrap();
    }
}
