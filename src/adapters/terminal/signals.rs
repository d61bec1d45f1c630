//! What a signal does: by default it ends the program; during a hidden prompt and during a send
//! it only sets a flag.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::domain::problem::{Kind, Problem};

/// Whether Ctrl-C ends the program after a hidden prompt has changed its handling once: handlers
/// can be added to a process, but the default action cannot be had back.
static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static FLAGGED: AtomicBool = AtomicBool::new(false);
/// The flag that is set already.
static HANDLED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on SIGINT, SIGTERM and SIGHUP do nothing but set this flag.
pub fn set_on_interrupt(interrupted: &Arc<AtomicBool>) -> Result<(), Problem> {
    if FLAGGED.swap(true, Ordering::SeqCst)
        && HANDLED.get().is_some_and(|flag| Arc::ptr_eq(flag, interrupted))
    {
        return Ok(());
    }
    if let Some(ends) = ENDS.get() {
        ends.store(false, Ordering::SeqCst);
    }
    let signals = [
        SIGINT,
        SIGTERM,
        #[cfg(unix)]
        signal_hook::consts::SIGHUP,
    ];
    for signal in signals {
        flag::register(signal, Arc::clone(interrupted)).map_err(|error| {
            Problem::new(Kind::LocalIo, "signals cannot be handled").detail(error.to_string())
        })?;
    }
    let _ = HANDLED.set(Arc::clone(interrupted));
    Ok(())
}

/// Runs `prompt` with SIGINT held back.
pub(super) fn held_back<T>(prompt: impl FnOnce() -> T) -> T {
    let ends = ENDS.get_or_init(|| {
        let ends = Arc::new(AtomicBool::new(false));
        // If it fails, Ctrl-C ends the program during the prompt as well.
        let _ = flag::register_conditional_default(SIGINT, Arc::clone(&ends));
        ends
    });
    ends.store(false, Ordering::SeqCst);
    let answer = prompt();
    ends.store(!FLAGGED.load(Ordering::SeqCst), Ordering::SeqCst);
    answer
}
