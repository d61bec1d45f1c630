//! The one word that may be said while a receipt is awaited.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// What is said, from a thread of its own.
pub type Waiting = Arc<dyn Fn() + Send + Sync>;

/// Runs `wait`, and says once that it takes longer than `silence`. Nobody waits for that word: a
/// terminal that was stopped (Ctrl-S) takes it when it goes on, long after the receipt was
/// recorded.
pub(super) fn while_watching<T>(waiting: &Waiting, silence: Duration, wait: impl FnOnce() -> T) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    let waiting = Arc::clone(waiting);
    // No lack of threads may come between the mark and the dot.
    let _ = thread::Builder::new().spawn(move || {
        if is_done.recv_timeout(silence) == Err(RecvTimeoutError::Timeout) {
            waiting();
        }
    });
    let value = wait();
    drop(done);
    value
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender};

    use super::*;

    const SOON: Duration = Duration::from_secs(60);

    fn heard() -> (Waiting, Receiver<()>) {
        let (say, heard) = mpsc::channel();
        let say = Mutex::new(say);
        (Arc::new(move || say.lock().unwrap().send(()).unwrap()), heard)
    }

    #[test]
    fn a_receipt_that_comes_in_time_is_not_worth_a_word_and_a_late_one_is_worth_one() {
        let (waiting, said) = heard();
        while_watching(&waiting, Duration::from_secs(600), || ());
        drop(waiting);
        assert!(said.recv_timeout(SOON).is_err(), "the thread has ended without a word");
        let (waiting, said) = heard();
        while_watching(&waiting, Duration::ZERO, || said.recv_timeout(SOON).unwrap());
        drop(waiting);
        assert!(said.recv_timeout(SOON).is_err(), "once");
    }

    #[test]
    fn a_word_that_cannot_be_written_keeps_nobody_from_the_receipt() {
        let (say, stopped) = mpsc::channel::<Sender<()>>();
        let say = Mutex::new(say);
        // As a terminal after Ctrl-S: the write does not return until somebody lets it.
        let waiting: Waiting = Arc::new(move || {
            let (go_on, wait) = mpsc::channel();
            say.lock().unwrap().send(go_on).unwrap();
            let _ = wait.recv();
        });
        let (done, is_done) = mpsc::channel();
        let going = thread::spawn(move || {
            let mut hold = None;
            while_watching(&waiting, Duration::ZERO, || hold = stopped.recv_timeout(SOON).ok());
            done.send(hold.is_some()).unwrap();
            // Only now may it go on.
            drop(hold);
        });
        assert_eq!(is_done.recv_timeout(SOON), Ok(true), "the receipt is waited for, not the word");
        going.join().unwrap();
    }
}
