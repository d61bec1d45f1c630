//! Many senders at once over one record, some of them killed; `tests/proof` has a larger crowd.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::{acme, draft};
use crate::sandbox::Sandbox;
use crate::smtp_server::{At, Fault, SmtpServer};

const NOTES: usize = 12;
const SENDERS: usize = 8;

/// Applications with one shown note each.
fn crowd(sandbox: &Sandbox) {
    for n in 0..NOTES {
        let (company, to) = (format!("Firm{n}"), format!("Ann Lee{n} <ann{n}@firm{n}.example>"));
        let told = ["--role", "Engineer", "--ended", "15:45", "--zone", "America/New_York"];
        let args =
            [&["add", "--company", &company, "--with", &to, "--topic", "the plan"][..], &told].concat();
        let _ = sandbox.run(&args).talks_somehow().text();
    }
    draft(sandbox);
}

fn sender(sandbox: &Sandbox) -> Child {
    let mut command = sandbox.command(&["send", "--yes"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn is_running(sender: &mut Child) -> bool {
    sender.try_wait().unwrap().is_none()
}

/// How often each recipient was written to.
fn arrivals(server: &SmtpServer) -> BTreeMap<String, usize> {
    let mut arrivals = BTreeMap::new();
    for accepted in server.accepted() {
        *arrivals.entry(accepted.to).or_insert(0) += 1;
    }
    arrivals
}

fn states(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let status = sandbox.run(&["status", "--json"]).json();
    let notes = status["notes"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    notes.iter().map(|note| (text(&note["to"]), text(&note["state"]))).collect()
}

#[test]
fn eight_senders_at_once_send_each_note_exactly_once() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    crowd(&sandbox);
    let senders: Vec<Child> = (0..SENDERS).map(|_| sender(&sandbox)).collect();
    for sender in senders {
        let output = sender.wait_with_output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1 | 75)), "{code:?}\n{}", String::from_utf8_lossy(&output.stdout));
    }
    let arrivals = arrivals(&server);
    assert_eq!(arrivals.len(), NOTES);
    assert!(arrivals.values().all(|count| *count == 1), "{arrivals:?}");
    assert!(states(&sandbox).values().all(|state| state == "sent"));
}

#[test]
fn killed_senders_leave_nothing_that_is_sent_twice() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    crowd(&sandbox);
    for round in 0..4 {
        let mut senders: Vec<Child> = (0..SENDERS).map(|_| sender(&sandbox)).collect();
        // In the middle of a run, wherever it is between two arrivals.
        let enough = server.accepted().len() + 1 + round % 4;
        while server.accepted().len() < enough && senders.iter_mut().any(is_running) {
            crate::pause(Duration::from_millis(1));
        }
        // Mostly all of them, since only one of them sends at a time; in the end every other one.
        let every = if round < 2 { 1 } else { 2 };
        for sender in senders.iter_mut().step_by(every) {
            let _ = sender.kill();
        }
        for mut sender in senders {
            let _ = sender.wait().unwrap();
        }
    }
    server.settle();
    let _ = sender(&sandbox).wait().unwrap();
    let arrivals = arrivals(&server);
    let states = states(&sandbox);
    assert_eq!(states.len(), NOTES);
    for (to, state) in states {
        let count = arrivals.get(&to).copied().unwrap_or(0);
        let allowed = match state.as_str() {
            "sent" => count == 1,
            "unsure" => count <= 1,
            _ => false,
        };
        assert!(allowed, "{to} is {state} and arrived {count} times");
    }
}

#[test]
fn while_a_receipt_is_awaited_nobody_else_takes_the_note() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let holder = sender(&sandbox);
    server.wait_for(At::Dot);
    sandbox.run(&["send", "--yes"]).exits(75).prints("waiting  acme/jane, another command is sending it\n");
    sandbox.run(&["schedule", "run", "--no-input"]).prints("");
    assert_eq!(states(&sandbox)["jane@acme.example"], "sending");
    server.let_go();
    assert!(holder.wait_with_output().unwrap().status.success());
    assert_eq!(arrivals(&server).len(), 1);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_note_that_another_machine_has_in_hand_is_left_to_it() {
    let mut sandbox = Sandbox::new();
    let silent = SmtpServer::builder().fault(At::Banner, Fault::Hang).start();
    sandbox.use_server(&silent);
    acme(&sandbox);
    draft(&sandbox);
    let mut dead = sender(&sandbox);
    silent.wait_for(At::Banner);
    dead.kill().unwrap();
    let _ = dead.wait().unwrap();
    let server = sandbox.with_server();
    let here = sandbox.folder().join("user");
    sandbox.set("HOME", sandbox.folder().join("elsewhere").to_str().unwrap());
    sandbox
        .run(&["send", "--yes"])
        .exits(3)
        .talks("\nhint: `thanks send` on that machine settles it\n")
        .prints("waiting  acme/jane, another machine has it in hand; this one leaves it alone\n");
    assert_eq!(server.connections(), 0);
    sandbox.set("HOME", here.to_str().unwrap());
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(arrivals(&server).len(), 1);
}
