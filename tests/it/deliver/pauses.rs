//! How long a server wants to be left alone goes with what is told of the note.

use super::{to, with};
use crate::ledger::Ledger;
use crate::smtp_server::{At, Fault};
use thanks::domain::outbox::State;
use thanks::domain::retry::Pause;

#[test]
fn the_pause_that_an_answer_asks_for_is_told_with_the_note() {
    for (at, answer, pause) in [
        (At::Banner, "421 4.3.2 busy", Pause::Busy),
        (At::Auth, "454 4.7.28 unusual rate", Pause::Hour),
        (At::Mail, "421 closing", Pause::Busy),
        (At::Mail, "550 5.4.5 daily limit exceeded", Pause::Day),
        (At::Rcpt, "452 4.5.3 too many recipients", Pause::Hour),
        (At::Data, "451 4.3.0 later", Pause::None),
        (At::Dot, "421 4.3.2 closing down", Pause::Busy),
        (At::Dot, "451 4.5.3 too many", Pause::Hour),
        (At::Dot, "550 5.4.5 daily limit exceeded", Pause::Day),
        (At::Dot, "451 4.3.0 later", Pause::None),
    ] {
        let server = with(at, Fault::Reply(answer)).start();
        let mut ledger = Ledger::approved(&["jane"]);
        let outcome = ledger.send(&to(&server)).outcomes.remove(0);
        assert_eq!((outcome.state, outcome.pause), (State::Approved, pause), "{at:?} {answer}");
    }
}

#[test]
fn a_server_that_takes_nobody_is_left_alone_by_every_note() {
    let server = with(At::Banner, Fault::Reply("421 4.3.2 busy")).start();
    let delivery = Ledger::approved(&["jane", "omar"]).send(&to(&server));
    let pauses: Vec<Pause> = delivery.outcomes.iter().map(|outcome| outcome.pause).collect();
    assert_eq!(pauses, [Pause::Busy, Pause::Busy]);
}
