//! A mistake in the program: what the person gets, and what becomes of the notes.

#[cfg(target_os = "linux")]
mod threads;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output};
use std::thread;

use thanks::cli::{Format, bug};
use thanks::commands::Exit;
use thanks::domain::outbox::State;

use crate::deliver::to;
use crate::ledger::{Ledger, Order};
use crate::smtp_server::SmtpServer;

/// Plays one of the ignored tests below in a process of its own: what is told of a panic belongs to
/// the whole process.
fn played(name: &str, backtrace: &str) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", "--test-threads", "1", name])
        .env("RUST_BACKTRACE", backtrace)
        .env_remove("RUST_LIB_BACKTRACE")
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn watched(format: Format, run: impl FnOnce() -> Exit) -> ! {
    let exit = bug::watch(format, &mut std::io::stderr(), run);
    std::process::exit(exit.code().into())
}

fn broken() -> Exit {
    panic!("hunter2-canary")
}

#[test]
#[ignore = "ends its process"]
fn ends_well() {
    watched(Format::Text, || Exit::DONE)
}

#[test]
#[ignore = "ends its process"]
fn panics() {
    watched(Format::Text, broken)
}

#[test]
#[ignore = "ends its process"]
fn panics_for_a_script() {
    watched(Format::Json, broken)
}

#[test]
#[ignore = "ends its process"]
fn panics_on_a_thread() {
    watched(Format::Text, || {
        assert!(thread::spawn(broken).join().is_err());
        Exit::DONE
    })
}

struct BreaksAgain;

impl Drop for BreaksAgain {
    fn drop(&mut self) {
        panic!("while the first is cleaned up after");
    }
}

#[test]
#[ignore = "ends its process"]
fn panics_twice_on_a_thread() {
    watched(Format::Text, || {
        let work = || {
            let _later = BreaksAgain;
            broken()
        };
        assert!(thread::spawn(work).join().is_err());
        Exit::DONE
    })
}

#[test]
fn a_panic_on_any_thread_is_one_line_and_exit_70() {
    for name in ["bug::panics", "bug::panics_on_a_thread", "bug::panics_twice_on_a_thread"] {
        let output = played(name, "0");
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(70), "{said}");
        assert!(said.starts_with("error: thanks hit a bug (tests/it/bug.rs:"), "{said}");
        assert!(said.contains("please report it"), "{said}");
        assert_eq!(said.matches('\n').count(), 1, "{said}");
        assert!(!said.contains("canary"), "{said}");
    }
    let output = played("bug::ends_well", "0");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn a_script_gets_a_panic_as_json() {
    let output = played("bug::panics_for_a_script", "0");
    let said: serde_json::Value = serde_json::from_str(&stderr(&output)).unwrap();
    assert_eq!(output.status.code(), Some(70), "{said}");
    assert!(said.to_string().contains("thanks hit a bug (tests/it/bug.rs:"), "{said}");
}

#[test]
fn who_wants_a_backtrace_gets_one() {
    let said = stderr(&played("bug::panics", "1"));
    assert!(said.contains("hunter2-canary") && said.contains("0: "), "{said}");
    assert!(said.lines().last().unwrap().starts_with("error: thanks hit a bug"), "{said}");
}

/// The clock is read before each step: a panic there is a panic between any two steps.
#[test]
fn a_panic_between_any_two_steps_of_a_send_leaves_a_record_that_goes_on() {
    let mut reached = 0;
    for reading in 1..20 {
        let server = SmtpServer::builder().start();
        let mut ledger = Ledger::approved(&["jane", "omar"]);
        let panics = |now| {
            reached = reached.max(now);
            assert!(now != reading, "on purpose");
        };
        let panics = std::cell::RefCell::new(panics);
        let meanwhile = |now| (panics.borrow_mut())(now);
        let order = Order { meanwhile: Some(&meanwhile), ..Order::default() };
        let ended = catch_unwind(AssertUnwindSafe(|| ledger.send_with(&to(&server), &order).map(drop)));
        ledger.recover();
        let states = ledger.states();
        assert!(
            states.iter().all(|state| matches!(state, State::Approved | State::Unsure | State::Sent)),
            "{reading}: {states:?}"
        );
        for (state, to) in states.iter().zip(["jane@acme.example", "omar@acme.example"]) {
            server.settle();
            let arrived = server.accepted().iter().filter(|accepted| accepted.to == to).count();
            let fits = match state {
                State::Approved => arrived == 0,
                State::Sent => arrived == 1,
                _ => arrived <= 1,
            };
            assert!(fits, "{reading}: {to} is {state:?} and arrived {arrived} times");
        }
        ledger.send(&to(&server));
        let mut all: Vec<String> = server.accepted().into_iter().map(|accepted| accepted.to).collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count, "{reading}: nobody is written to twice");
        if matches!(ended, Ok(Ok(()))) {
            assert_eq!(count, 2);
        }
    }
    assert!(reached > 4, "the clock was read {reached} times");
}
