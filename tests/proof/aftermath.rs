//! What must hold after anything that may happen to a sender, and after the next run.

use std::collections::BTreeMap;

use crate::home::{Home, Known, Look, Ran};
use crate::it::smtp_server::SmtpServer;
use crate::table::Fate;

/// How often each recipient was written to.
pub type Arrivals = BTreeMap<String, usize>;

/// What the server has taken, once every conversation has ended; with what another one had.
pub fn arrivals(server: &SmtpServer, before: &Arrivals) -> Arrivals {
    server.settle();
    let mut arrivals = before.clone();
    for accepted in server.accepted() {
        *arrivals.entry(accepted.to).or_insert(0) += 1;
    }
    arrivals
}

/// Looks at what was left, sends again as its owner would, and sends once more to see that nothing
/// goes then.
pub fn examine(home: &Home, server: &SmtpServer, before: &Arrivals, expected: usize) -> Fate {
    let mut fate = Fate::default();
    let (left, had) = (home.look(), arrivals(server, before));
    fate.broken.extend(contradictions(&left, &had, expected));
    let rerun = home.run(&["send", "--yes"]);
    let (then, has) = (home.look(), arrivals(server, before));
    settled(&mut fate, &left, &then, &has, &rerun, expected);
    fate.broken.extend(other_bytes(&then, server));
    let last = home.run(&["send", "--yes"]);
    if arrivals(server, before) != has || home.look().states() != then.states() {
        fate.broken.push(format!("a run after the recovery did something: {}{}", last.stdout, last.stderr));
    }
    fate
}

/// Where record, journal and server contradict each other at the moment after.
pub fn contradictions(left: &Look, had: &Arrivals, expected: usize) -> Vec<String> {
    let mut broken = Vec::new();
    if let Some(damage) = &left.damage {
        broken.push(format!("the database is damaged: {damage}"));
    }
    if left.notes.len() != expected {
        broken.push(format!("{} notes of {expected} are left", left.notes.len()));
    }
    for note in &left.notes {
        let arrived = had.get(&note.to).copied().unwrap_or(0);
        let lines = left.journal.get(&note.message_id).copied().unwrap_or(0);
        let id = &note.id;
        if arrived > 1 {
            broken.push(format!("{id} arrived {arrived} times"));
        }
        match note.state.as_str() {
            "drafted" | "approved" | "claimed" if arrived > 0 => {
                broken.push(format!("{id} is {} and has arrived", note.state));
            }
            "sent" if arrived != 1 => broken.push(format!("{id} is sent and arrived {arrived} times")),
            _ => {}
        }
        if lines > note.journaled {
            broken.push(format!("{id}: the journal has {lines} lines, the record {}", note.journaled));
        }
        if arrived > 0 && lines == 0 {
            broken.push(format!("{id} has arrived and is not in the journal"));
        }
    }
    broken
}

/// After the next run each note has arrived exactly once and is recorded so, or its owner is told
/// that it is in doubt.
pub fn settled(fate: &mut Fate, left: &Look, then: &Look, has: &Arrivals, rerun: &Ran, expected: usize) {
    if then.notes.len() != expected {
        fate.broken.push(format!("after the next run {} notes of {expected} are there", then.notes.len()));
    }
    let mut in_doubt = false;
    for note in &then.notes {
        let arrived = has.get(&note.to).copied().unwrap_or(0);
        let before = left.notes.iter().find(|known| known.id == note.id).map(|known| known.state.as_str());
        match (note.state.as_str(), arrived) {
            ("sent", 1) if before == Some("sent") => fate.sent += 1,
            ("sent", 1) => fate.again += 1,
            ("unsure", 0 | 1) => {
                in_doubt = true;
                fate.doubt += 1;
                fate.doubt_arrived += arrived;
                if !is_told(note, rerun) {
                    fate.broken.push(format!("{} is in doubt and nobody is told: {rerun:?}", note.id));
                }
            }
            (state, arrived) => {
                fate.broken.push(format!(
                    "{}: after the next run it is {state} and arrived {arrived} times ({:?}: {}{})",
                    note.id,
                    rerun.code(),
                    rerun.stdout,
                    rerun.stderr
                ));
            }
        }
    }
    let right = if in_doubt { 3 } else { 0 };
    if rerun.code() != Some(right) {
        fate.broken
            .push(format!("the next run exits with {:?}, not {right}: {}", rerun.status, rerun.stderr));
    }
}

fn is_told(note: &Known, rerun: &Ran) -> bool {
    rerun.stdout.contains(&note.id) || rerun.stderr.contains(&note.id)
}

/// What arrived is what was recorded, byte for byte.
fn other_bytes(then: &Look, server: &SmtpServer) -> Vec<String> {
    let mut broken = Vec::new();
    for accepted in server.accepted() {
        let note = then.notes.iter().find(|note| note.to == accepted.to);
        if note.and_then(|note| note.wire.as_ref()) != Some(&accepted.data) {
            broken.push(format!("what arrived for {} is not what the record has", accepted.to));
        }
    }
    broken
}
