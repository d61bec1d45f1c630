//! A terminal without echo, for as long as a value of this type lives. It knows nothing of what is
//! typed.

#[cfg(unix)]
pub(super) struct Silence(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Silence {
    pub(super) fn begin() -> Silence {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let stdin = std::io::stdin();
        let before = tcgetattr(&stdin).ok();
        if let Some(mut quiet) = before.clone() {
            // Ctrl-C is for the prompt to read, also when it comes a moment too early.
            quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
            // What cannot be silenced is silenced a moment later by the prompt itself.
            let _ = tcsetattr(&stdin, OptionalActions::Now, &quiet);
        }
        Silence(before)
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            use rustix::termios::{OptionalActions, tcsetattr};
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
pub(super) struct Silence;

#[cfg(not(unix))]
impl Silence {
    pub(super) fn begin() -> Silence {
        Silence
    }
}
