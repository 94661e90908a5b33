//! The program `sim-smdb`, started before anybody else is there: it says where it is and what it waits for.

use stage::alone::Alone;

const PROGRAM: Alone = Alone {
    program: env!("CARGO_BIN_EXE_sim-smdb"),
    folder: env!("CARGO_TARGET_TMPDIR"),
    others: ["mitid", "mitid-control", "sts"],
    path: "/SmdbService.svc",
    content_type: "application/soap+xml; charset=utf-8",
    host: "smdb.sim.invalid",
};

#[tokio::test]
async fn it_says_what_it_waits_for_and_takes_no_calls_meanwhile() {
    PROGRAM.check_waits().await;
}

#[test]
fn an_address_of_another_program_is_plain_and_bare() {
    PROGRAM.check_settings();
}
