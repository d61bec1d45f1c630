//! The keyring of the operating system, reached through a thread, since an unlock prompt that
//! nobody sees would block for ever.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;

use keyring::{Entry, Error};

use super::{ATTENDED, Class, Failure, SILENT, Secret, Wait, fit};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// Entries are found by this and the user's name, also by `secret-tool`.
const SERVICE: &str = "thanks";
/// Ours, and those of the library and of what it is built on.
const LIBRARY_THREADS: usize = 6;

/// Puts the secret into the keyring, in the place of an older one.
pub fn store(user: &str, secret: &Secret) -> Result<(), Problem> {
    let secret = secret.clone();
    change(user, "the password was not stored", move |entry| entry.set_password(secret.expose()))
}

/// Whether there is a keyring, else why not, in a few words: "no Secret Service on the session
/// bus". It may be locked all the same.
pub fn keyring_status() -> Result<(), String> {
    let mut wait = Wait { limit: ATTENDED, announce: &mut |_| {} };
    call(&mut wait, status).map_err(|failure| failure.why)
}

pub(super) fn read(user: &str, wait: &mut Wait<'_>) -> Result<Secret, Failure> {
    let user = user.to_owned();
    let secret = call(wait, move || {
        status()?;
        Entry::new(SERVICE, &user)
            .and_then(|entry| entry.get_password())
            .map(Secret::new)
            .map_err(|error| explain(&error, &user))
    })?;
    match fit(secret.expose().as_bytes()) {
        Ok(_) => Ok(secret),
        Err(what) => Err(broken(format!("the entry is {what}"))),
    }
}

fn change(
    user: &str,
    undone: &str,
    act: impl FnOnce(&Entry) -> keyring::Result<()> + Send + 'static,
) -> Result<(), Problem> {
    let user = user.to_owned();
    let mut wait = Wait { limit: ATTENDED, announce: &mut |_| {} };
    let done = call(&mut wait, move || {
        status()?;
        Entry::new(SERVICE, &user).and_then(|entry| act(&entry)).map_err(|error| explain(&error, &user))
    });
    done.map_err(|failure| {
        let kind = match failure.class {
            Class::Hangs => Kind::TryAgain,
            Class::Missing | Class::Broken => Kind::Permission,
        };
        Problem::new(kind, undone).detail(format!("keyring: {}", failure.why))
    })
}

/// Runs `act` in a thread and gives up on it, not it on us, after the limit. The thread of a
/// keyring that hangs is left behind and ends with the process.
pub(super) fn call<T: Send + 'static>(
    wait: &mut Wait<'_>,
    act: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (done, result) = mpsc::channel();
    let work = move || {
        let _ = done.send(act());
    };
    let started = room_for_threads(LIBRARY_THREADS).and_then(|()| named("keyring").spawn(work));
    started.map_err(|error| broken(format!("cannot start a thread: {error}")))?;
    let silent = SILENT.min(wait.limit);
    let first = result.recv_timeout(silent).or_else(|error| match error {
        RecvTimeoutError::Timeout => {
            (wait.announce)("waiting for the keyring; it may ask for its password in a window");
            result.recv_timeout(wait.limit.saturating_sub(silent))
        }
        RecvTimeoutError::Disconnected => Err(error),
    });
    match first {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => {
            Err(Failure { class: Class::Hangs, why: format!("no answer within {} s", wait.limit.as_secs()) })
        }
        Err(RecvTimeoutError::Disconnected) => Err(broken("its library failed")),
    }
}

/// Whether so many threads can be started at once. The keyring's library panics or hangs where its
/// own cannot be.
fn room_for_threads(count: usize) -> io::Result<()> {
    let (go, gone) = mpsc::channel::<()>();
    let gone = Arc::new(Mutex::new(gone));
    let mut running = Vec::new();
    for _ in 0..count {
        let gone = Arc::clone(&gone);
        // Each waits until all have been started.
        let wait = move || drop(gone.lock().map(|gone| gone.recv()));
        running.push(named("probe").spawn(wait));
    }
    drop(go);
    running.into_iter().try_for_each(|started| started.map(|thread| drop(thread.join())))
}

fn named(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned())
}

fn status() -> Result<(), Failure> {
    match Entry::store_status() {
        Ok(()) => Ok(()),
        Err(error) => Err(explain(error, "")),
    }
}

fn broken(why: impl Into<String>) -> Failure {
    Failure { class: Class::Broken, why: why.into() }
}

/// Variant by variant: the library's own words may hold the secret (`BadEncoding` as Debug does).
pub(super) fn explain(error: &Error, user: &str) -> Failure {
    let user = printable(user);
    match error {
        Error::NoEntry => {
            Failure { class: Class::Missing, why: format!("no entry for service {SERVICE}, user {user}") }
        }
        Error::NoStorageAccess(_) => {
            broken("it is locked, or has no collection yet, and nobody answered its prompt")
        }
        Error::PlatformFailure(cause) => broken(explain_platform(cause.as_ref())),
        Error::BadEncoding(_) => broken("the entry is not UTF-8"),
        Error::BadDataFormat(..) => broken("the entry cannot be read"),
        Error::TooLong(_, limit) => broken(format!("the secret is longer than its {limit} characters")),
        Error::Ambiguous(entries) => broken(format!(
            "{} entries for service {SERVICE}, user {user}: remove all but one",
            entries.len()
        )),
        Error::NoDefaultStore => broken("there is none here"),
        Error::Invalid(what, _) => broken(format!("it does not take this {}", printable(what))),
        _ => broken("it does not work here"),
    }
}

fn explain_platform(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut told = cause.to_string();
    let mut deeper = cause.source();
    while let Some(error) = deeper {
        told.push_str(": ");
        told.push_str(&error.to_string());
        deeper = error.source();
    }
    let says = |words: &str| told.contains(words);
    if says("org.freedesktop.secrets") || says("ServiceUnknown") || says("NameHasNoOwner") {
        "no Secret Service on the session bus".to_owned()
    } else if says("Failed to connect to address") || says("No such file") || says("address error") {
        "no session bus, and so no Secret Service".to_owned()
    } else {
        let short: String = told.chars().take(200).collect();
        printable(&short)
    }
}
