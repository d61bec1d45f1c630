//! What a panic comes to, on whatever thread: one line and exit code 70. What was under way is left
//! to the next start, as after a kill.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process;
use std::sync::OnceLock;

use super::{Format, output};
use crate::commands::Exit;
use crate::domain::problem::{Kind, Problem};

/// Where the first panic of the process happened.
static PLACE: OnceLock<String> = OnceLock::new();

thread_local! {
    static HAS_PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the program, and tells of a panic when it is over: nothing may be printed while a receipt
/// is awaited. The message of a panic is left out, since it may hold what is private; with
/// RUST_BACKTRACE it is printed where it happens.
pub fn watch(format: Format, err: &mut dyn Write, run: impl FnOnce() -> Exit) -> Exit {
    panic::set_hook(Box::new(move |panicked| {
        let place = panicked.location().map(ToString::to_string);
        let _ = PLACE.set(place.unwrap_or_default());
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            let _ = writeln!(io::stderr(), "{panicked}\n{trace}");
        }
        if HAS_PANICKED.replace(true) {
            // A panic while another one is cleaned up after ends the process, and in no good way.
            process::exit(tell(format, &mut io::stderr()).code().into());
        }
    }));
    match panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(exit) if PLACE.get().is_none() => exit,
        _ => tell(format, err),
    }
}

fn tell(format: Format, err: &mut dyn Write) -> Exit {
    let place = PLACE.get().map(String::as_str).unwrap_or_default();
    let what = format!(
        "thanks hit a bug ({place}); please report it with the command you ran; \
         `thanks status` shows what was sent"
    );
    output::error(&Problem::new(Kind::Bug, what).into(), format, err);
    Exit::from(Kind::Bug)
}
