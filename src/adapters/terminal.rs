//! The one place that talks with a person: prompts exactly as given, answers, signals. What is
//! asked, and what follows from an answer, is decided elsewhere.

mod signals;
mod silence;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind, IsTerminal, Write};

use rustyline::config::Behavior;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

pub use signals::set_on_interrupt;

/// Whether questions may be asked (`--no-input` says that they may not).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interaction {
    Allowed,
    Never,
}

/// The person's terminal, or the knowledge that there is none.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    interaction: Interaction,
}

impl Terminal {
    pub fn new(interaction: Interaction) -> Terminal {
        Terminal { interaction }
    }

    /// Whether somebody can be asked: questions are allowed, stdin and stderr are terminals.
    pub fn is_interactive(&self) -> bool {
        self.interaction == Interaction::Allowed && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// One line before something that may block, for a person who waits.
    pub fn announce(&self, text: &str) {
        if self.is_interactive() {
            self.say(text);
        }
    }

    /// One text and a line end on stderr, fit to print. That nobody reads it must not stop
    /// anything, so that errors are ignored.
    pub fn say(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(printable(text).as_bytes());
        let _ = stderr.write_all(b"\n");
        let _ = stderr.flush();
    }

    /// A line, without blanks around it; empty for Enter. Ctrl-C and Ctrl-D are `Interrupted`;
    /// without a terminal it is `NeedsYou`, and `hint` says what to type instead.
    pub fn ask(&self, prompt: &str, hint: &str) -> Result<String, Problem> {
        self.require(hint)?;
        let config = Config::builder().behavior(Behavior::PreferTerm).build();
        let mut editor: Editor<(), MemHistory> =
            Editor::with_history(config, MemHistory::new()).map_err(failed)?;
        match editor.readline(&printable(prompt)) {
            Ok(line) => Ok(line.trim().to_owned()),
            Err(error) => Err(failed(error)),
        }
    }

    /// One of `letters`, which `prompt` explains as in `[y]es [s]kip`. Enter asks again, and so does
    /// anything else, after it is said what would do. Errors as for [`Terminal::ask`].
    pub fn choose(&self, prompt: &str, letters: &str, hint: &str) -> Result<char, Problem> {
        loop {
            let answer = self.ask(prompt, hint)?;
            if let Some(letter) = chosen(&answer, prompt, letters) {
                return Ok(letter);
            }
            if !answer.is_empty() {
                self.say(&possible(letters));
            }
        }
    }

    /// A line that is not shown, as it was typed; empty for Enter. Errors as for
    /// [`Terminal::ask`].
    pub fn ask_secret(&self, prompt: &str, hint: &str) -> Result<String, Problem> {
        self.require(hint)?;
        // rpassword turns the echo off only after the prompt is there, when somebody who types ahead
        // is shown already; and it raises SIGINT before it turns the echo on again.
        let _silence = silence::Silence::begin();
        signals::held_back(|| rpassword::prompt_password(printable(prompt))).map_err(|error| {
            match error.kind() {
                ErrorKind::Interrupted | ErrorKind::UnexpectedEof => interrupted(),
                _ => lost(&error.to_string()),
            }
        })
    }

    fn require(&self, hint: &str) -> Result<(), Problem> {
        if self.is_interactive() {
            return Ok(());
        }
        let why = match self.interaction {
            Interaction::Allowed => "there is no terminal to ask on",
            Interaction::Never => "there is a question, and --no-input forbids to ask it",
        };
        Err(Problem::new(Kind::NeedsYou, why).hint(hint))
    }
}

/// `type y, n or q`.
fn possible(letters: &str) -> String {
    let mut text = "type ".to_owned();
    let count = letters.chars().count();
    for (place, letter) in letters.chars().enumerate() {
        text.push_str(match place {
            0 => "",
            _ if place + 1 == count => " or ",
            _ => ", ",
        });
        text.push(letter);
    }
    text
}

/// The letter that an answer means: typed alone, or as the word that the prompt makes of it.
fn chosen(answer: &str, prompt: &str, letters: &str) -> Option<char> {
    let answer = answer.to_lowercase();
    let letter = answer.chars().next().filter(|letter| letters.contains(*letter))?;
    let is_alone = answer.chars().count() == 1;
    let is_word = || {
        prompt
            .split_whitespace()
            .filter(|word| word.starts_with('['))
            .map(|word| word.replace(['[', ']', ',', ':'], ""))
            .any(|word| word == answer)
    };
    (is_alone || is_word()).then_some(letter)
}

fn failed(error: ReadlineError) -> Problem {
    match error {
        ReadlineError::Eof | ReadlineError::Interrupted => interrupted(),
        error => lost(&error.to_string()),
    }
}

fn interrupted() -> Problem {
    Problem::new(Kind::Interrupted, "interrupted")
}

fn lost(why: &str) -> Problem {
    Problem::new(Kind::LocalIo, "the terminal cannot be read").detail(why)
}
