//! The promise, measured: the program is killed, given errors, robbed of its power, crowded, stopped
//! and copied, used in several windows at once, and must never send a note twice nor lose one silently. Run by
//! `cargo test --locked --features proof --test proof`, which samples one position in five;
//! `-- --all` tries every one, `-- kills` one part, `-- kills --only plain/sendto/3` one position.
#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod aftermath;
mod copied;
mod crowd;
mod errors;
mod home;
mod kills;
mod plan;
mod power;
mod scene;
mod stopped;
mod table;
mod timers;
mod trace;
mod windows;

/// The tests' own server.
#[path = "../it"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod it {
    pub mod sandbox {
        pub mod screen;
    }
    pub mod smtp_server;
}

use std::process::ExitCode;

use plan::Plan;
use table::Row;

/// A part of the proof: its name, whether it needs strace, and what runs it.
type Part = (&'static str, Needs, fn(&Plan) -> Vec<Row>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Strace,
    Nothing,
}

const PARTS: &[Part] = &[
    ("kills", Needs::Strace, kills::run),
    ("errors", Needs::Strace, errors::run),
    ("power", Needs::Strace, power::run),
    ("crowd", Needs::Nothing, crowd::run),
    ("stopped", Needs::Nothing, stopped::run),
    ("timers", Needs::Nothing, timers::run),
    ("copied", Needs::Nothing, copied::run),
    ("windows", Needs::Nothing, windows::run),
];

fn main() -> ExitCode {
    let plan = match Plan::read(std::env::args().skip(1), PARTS.iter().map(|(name, ..)| *name)) {
        Ok(plan) => plan,
        Err(usage) => {
            println!("{usage}");
            return ExitCode::from(2);
        }
    };
    println!("seed {}, {}", plan.seed, plan.extent());
    table::print_titles();
    let has_strace = trace::is_there();
    let mut rows = Vec::new();
    let mut failed = false;
    for (name, needs, run) in PARTS.iter().filter(|(name, ..)| plan.wants(name)) {
        if *needs == Needs::Strace && !has_strace {
            println!("{name}: not run, needs strace");
            failed |= plan.in_ci;
            continue;
        }
        let some = run(&plan).into_iter().filter(|row| row.tried > 0 || !plan.is_one_position());
        let first = rows.len();
        rows.extend(some);
        // A long run tells how far it is.
        table::print(&rows[first..]);
    }
    failed |= plan.is_one_position() && rows.is_empty();
    table::explain(&rows);
    failed |= rows.iter().any(Row::is_broken);
    ExitCode::from(u8::from(failed))
}
