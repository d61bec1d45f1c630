//! `auth.command`: a program that prints the secret. It is run without a shell, and nothing that
//! it prints is shown.

use std::io::{self, ErrorKind, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{LONGEST_LINE, Secret, fit};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// What the program may use beside its output: it may want to ask for its own password.
#[derive(Clone, Copy)]
pub(super) enum Streams {
    Terminal,
    Closed,
}

const TICK: Duration = Duration::from_millis(5);

/// The first line that the program prints, without its line end.
pub(super) fn run(arguments: &[String], streams: Streams, limit: Duration) -> Result<Secret, Problem> {
    let Some((program, rest)) = arguments.split_first() else {
        return Err(Problem::new(Kind::Config, "auth.command is empty"));
    };
    let name = printable(program);
    let failed = |why: &str| {
        Problem::new(Kind::Permission, format!("the command for the password, `{name}`, {why}"))
            .hint(match arguments.iter().any(|one| wants_a_shell(one)) {
                true => "`~` and `$HOME` are not expanded, since no shell runs it: write whole paths in [auth] command",
                false => "it is [auth] command in the configuration; try it by hand",
            })
    };
    let (input, errors) = match streams {
        Streams::Terminal => (Stdio::inherit(), Stdio::inherit()),
        Streams::Closed => (Stdio::null(), Stdio::null()),
    };
    let mut child =
        Command::new(program).args(rest).stdin(input).stdout(Stdio::piped()).stderr(errors).spawn().map_err(
            |error| match error.kind() {
                ErrorKind::NotFound => failed("does not exist"),
                _ => failed("cannot be run").detail(error.to_string()),
            },
        )?;
    let line = match child.stdout.take().map(first_line).transpose() {
        Ok(line) => line,
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            return Err(failed("cannot be read").detail(format!("cannot start a thread: {error}")));
        }
    };
    let status = match wait_for(&mut child, limit) {
        Ok(Some(status)) => status,
        Ok(None) => {
            let _ = child.kill();
            let _ = child.wait();
            return Err(failed(&format!("did not end within {} s and was stopped", limit.as_secs())));
        }
        Err(error) => return Err(failed("was lost").detail(error.to_string())),
    };
    if !status.success() {
        return Err(match status.code() {
            Some(code) => failed(&format!("ended with exit code {code}")),
            None => failed("was ended by a signal"),
        });
    }
    // It has ended; what it left running may keep its output open.
    let bytes = line.and_then(|line| line.recv_timeout(Duration::from_secs(1)).ok()).unwrap_or_default();
    match fit(&bytes) {
        Ok(text) => Ok(Secret::new(text.to_owned())),
        Err(what) => Err(failed(&format!("printed {what}")).detail("no login was tried")),
    }
}

/// Whether an argument looks as if a shell should have made a path of it.
fn wants_a_shell(argument: &str) -> bool {
    let value = argument.rsplit_once('=').map_or(argument, |(_, value)| value);
    ["~", "$HOME", "${HOME"].iter().any(|start| argument.starts_with(start) || value.starts_with(start))
}

/// Reads on to the end, so that a program that prints more is not broken off, and keeps one line.
fn first_line(mut output: ChildStdout) -> io::Result<Receiver<Zeroizing<Vec<u8>>>> {
    let (found, line) = mpsc::channel();
    thread::Builder::new().name("password".to_owned()).spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        let mut byte = [0];
        while bytes.len() as u64 <= LONGEST_LINE {
            match output.read(&mut byte) {
                Ok(1) if byte != *b"\n" => bytes.extend_from_slice(&byte),
                _ => break,
            }
        }
        let _ = found.send(bytes);
        let _ = io::copy(&mut output, &mut io::sink());
    })?;
    Ok(line)
}

/// The exit status, or `None` after the limit.
fn wait_for(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    // Nobody ever sends: receiving is a wait with a deadline.
    let (_never, tick) = mpsc::channel::<()>();
    let mut waited = Duration::ZERO;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if waited >= limit {
            return Ok(None);
        }
        let _ = tick.recv_timeout(TICK);
        waited += TICK;
    }
}
