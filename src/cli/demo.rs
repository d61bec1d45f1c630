//! The whole story of one interview, played by the program itself: own home, own clock, own mail
//! server. It must touch nothing of its user's, and nothing leaves this computer.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Streams, play};
use crate::adapters::config::{self, Environment};
use crate::adapters::loopback::Loopback;
use crate::adapters::mime::{self, Parsed};
use crate::commands::Exit;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::{WIDTH, printable, wrap};

/// Play a story in a throw-away home: an interview, two thank-you notes, a follow-up
///
/// It is the real program with a clock and a mail server of its own. Nothing of yours is read or
/// changed, and nothing leaves this computer.
///
/// Examples:
///   thanks demo
///   thanks demo --keep story             and then: THANKS_HOME=$PWD/story thanks status
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Leave the home of the story in a new or empty folder, to look around in it
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Thu 5 Mar 15:54 EST, nine minutes after the interview.
const AFTER_THE_INTERVIEW: &str = "2026-03-05T20:54:00Z";
/// Mon 23 Mar 10:06 EDT, two business days after the two weeks are over.
const AFTER_THE_DECISION: &str = "2026-03-23T14:06:00Z";
const ZONE: &str = "America/New_York";

const ADD: [&[&str]; 5] = [
    &["add", "--company", "Acme", "--role", "Platform Engineer", "--ended", "15:45"],
    &["--with", "Jane Doe <jane@acme.example>", "--topic", "moving the billing jobs to Kafka"],
    &["--why", "the nightly freeze goes away"],
    &["--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared between two teams"],
    &["--why", "nobody is woken twice in one week", "--decision", "in two weeks"],
];

/// Who got what, in order.
const EXPECTED: [&str; 3] = ["jane@acme.example", "omar@acme.example", "jane@acme.example"];

pub fn run(args: &Args, streams: &mut Streams<'_>) -> Result<Exit> {
    let home = Home::make(args.keep.as_deref())?;
    let server = Loopback::start().context("no mail server can be started on 127.0.0.1")?;
    let account = format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\ntimezone = \"{ZONE}\"\n\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nuser = \"\"\n",
        server.port()
    );
    config::save(&home.folder.join("config.toml"), &account)?;
    let mut stage = Stage { home: &home.folder, streams };
    stage.tell(
        "A story, played by the real program. Its clock, its home and its mail server are\n\
         made up; nothing of yours is touched, and nothing leaves this computer.\n",
    )?;
    the_day_of_the_interview(&mut stage)?;
    eighteen_days_later(&mut stage)?;
    let arrived: Vec<Parsed> =
        server.messages().iter().filter_map(|message| mime::parse(&message.data)).collect();
    show_messages(&mut stage, &arrived)?;
    compare(&arrived)?;
    stage.tell(match home.stays {
        Stays::Kept => "# The home of the story is yours to look around in; its mail server is gone.",
        Stays::Removed => "# That was all, and it is gone again. Yours begins with: thanks add",
    })?;
    if home.stays == Stays::Kept {
        let folder = quoted(&home.folder.to_string_lossy());
        stage.tell(&format!("$ THANKS_HOME={folder} THANKS_NOW={AFTER_THE_DECISION} thanks status"))?;
    }
    Ok(Exit::DONE)
}

fn the_day_of_the_interview(stage: &mut Stage<'_, '_>) -> Result<()> {
    stage.tell("# Thursday 5 March, 15:54. Jo's interview has just ended: two people, two topics.")?;
    stage.play(AFTER_THE_INTERVIEW, &ADD)?;
    stage.tell("# One note a person, exactly as it will go out. Nothing is sent yet.")?;
    stage.play(AFTER_THE_INTERVIEW, &[&["draft"]])?;
    stage.tell("# Both were shown, so they may go without a question. Each goes once.")?;
    stage.play(AFTER_THE_INTERVIEW, &[&["send", "--yes"]])?;
    stage.tell("# What waits now, and until when. They said two weeks: nothing goes before that.")?;
    stage.play(AFTER_THE_INTERVIEW, &[&["status"]])
}

fn eighteen_days_later(stage: &mut Stage<'_, '_>) -> Result<()> {
    stage.tell("# Monday 23 March, 10:06. The two weeks are over, and nobody has written.")?;
    stage.play(AFTER_THE_DECISION, &[&["draft"]])?;
    stage.tell("# Jo has looked into the mailbox: no answer. One follow-up, in the same thread.")?;
    stage.play(AFTER_THE_DECISION, &[&["nudge", "--no-answer", "--yes"]])
}

/// The folder that the story is played in, and what becomes of it.
struct Home {
    folder: PathBuf,
    stays: Stays,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stays {
    Kept,
    Removed,
}

impl Home {
    fn make(keep: Option<&Path>) -> Result<Home> {
        match keep {
            Some(folder) => {
                let folder = std::path::absolute(folder).context("--keep is no path")?;
                config::empty_folder(&folder)?;
                Ok(Home { folder, stays: Stays::Kept })
            }
            None => Ok(Home { folder: config::temporary_folder()?, stays: Stays::Removed }),
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.stays == Stays::Removed {
            // It is among the temporary files, which the system clears as well.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Where the story is played, and who watches.
struct Stage<'a, 's> {
    home: &'a Path,
    streams: &'a mut Streams<'s>,
}

impl Stage<'_, '_> {
    fn tell(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.streams.out, "{text}")
    }

    /// Shows a command as it is typed, a line for each of `parts`, and everything that it says.
    fn play(&mut self, now: &str, parts: &[&[&str]]) -> Result<()> {
        let lines: Vec<String> = parts
            .iter()
            .map(|words| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
            .collect();
        self.tell(&format!("$ thanks {}", lines.join(" \\\n    ")))?;
        let environment = Environment {
            thanks_home: Some(self.home.to_owned()),
            thanks_now: Some(now.to_owned()),
            tz: Some(ZONE.to_owned()),
            ..Environment::default()
        };
        // A question would be one to the watcher.
        let argv =
            ["thanks", "--no-input"].into_iter().chain(parts.iter().flat_map(|words| words.iter().copied()));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit =
            play(argv.map(OsString::from), &environment, &mut Streams { out: &mut out, err: &mut err });
        self.streams.out.write_all(&out)?;
        self.streams.out.write_all(&err)?;
        self.tell("")?;
        if exit == Exit::DONE {
            return Ok(());
        }
        let command = parts.iter().flat_map(|words| words.iter()).next().copied().unwrap_or_default();
        Err(failed(format!("`thanks {command}` ended with exit code {}", exit.code())).into())
    }
}

fn show_messages(stage: &mut Stage<'_, '_>, messages: &[Parsed]) -> Result<()> {
    stage.tell("# What the mail server was given:")?;
    for message in messages {
        let mut headers = vec![
            ("To", addresses(message).join(", ")),
            ("Subject", message.subject.clone()),
            ("Message-ID", message.message_id.clone().unwrap_or_default()),
        ];
        headers.extend(message.in_reply_to.clone().map(|id| ("In-Reply-To", id)));
        for (name, value) in headers {
            stage.tell(&format!("  {name}: {}", printable(&value)))?;
        }
        stage.tell("")?;
        for line in wrap(&printable(message.body.trim_end()), WIDTH).lines() {
            stage.tell(format!("  {line}").trim_end())?;
        }
        stage.tell("")?;
    }
    Ok(())
}

/// The expected messages and no other, the last one in the thread of the first.
fn compare(messages: &[Parsed]) -> Result<(), Problem> {
    let recipients: Vec<String> = messages.iter().flat_map(addresses).collect();
    if recipients != EXPECTED {
        return Err(failed(format!("the mail server got messages to {}", recipients.join(", "))));
    }
    let first = messages.first().and_then(|first| first.message_id.as_ref());
    let thread = messages.last().and_then(|last| last.in_reply_to.as_ref());
    if first.is_none() || first != thread {
        return Err(failed("the follow-up is not in the thread of the first note".to_owned()));
    }
    Ok(())
}

fn addresses(message: &Parsed) -> Vec<String> {
    message.to.iter().map(|party| party.address.clone()).collect()
}

fn failed(what: String) -> Problem {
    Problem::new(Kind::Bug, "the story did not end as it should").detail(what)
}

/// A word as it is typed into a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("\"{word}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::mime::Party;

    fn message(to: &str, id: &str, thread: Option<&str>) -> Parsed {
        Parsed {
            to: vec![Party { name: None, address: to.to_owned() }],
            message_id: Some(id.to_owned()),
            in_reply_to: thread.map(str::to_owned),
            ..Parsed::default()
        }
    }

    #[test]
    fn only_the_expected_messages_end_the_story_well() {
        let [jane, omar, again] = EXPECTED;
        let story =
            [message(jane, "<1>", None), message(omar, "<2>", None), message(again, "<3>", Some("<1>"))];
        assert_eq!(compare(&story), Ok(()));
        let [first, second, third] = story;
        let elsewhere = message(again, "<3>", Some("<2>"));
        for wrong in [
            vec![],
            vec![first.clone(), second.clone()],
            vec![second.clone(), first.clone(), third.clone()],
            vec![first.clone(), second.clone(), elsewhere],
            vec![first.clone(), second.clone(), third.clone(), third.clone()],
        ] {
            assert_eq!(compare(&wrong).unwrap_err().kind, Kind::Bug);
        }
    }

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        assert_eq!(quoted("--topic"), "--topic");
        assert_eq!(quoted("Jane Doe <jane@acme.example>"), "\"Jane Doe <jane@acme.example>\"");
        assert_eq!(quoted(""), "\"\"");
    }
}
