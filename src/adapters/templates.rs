//! The texts of the notes: compiled in, a user's folder before them file by file, filled by tera.
//! A value is never read as a template, and no template reaches outside its two files.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tera::{Context, ErrorKind, Kwargs, State, Tera};

use crate::domain::phrases;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::{capitalised, nearest, printable};

/// The folders that templates are taken from.
#[derive(Clone, Debug)]
pub struct Templates {
    user_folder: Option<PathBuf>,
}

/// A filled template: one line of subject; a body with LF line ends and none at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub body: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Subject,
    Body,
}

macro_rules! built_in {
    ($($kind:literal),+) => {
        [$((
            $kind,
            include_str!(concat!("../../templates/", $kind, "/subject.txt.tera")),
            include_str!(concat!("../../templates/", $kind, "/body.txt.tera")),
        )),+]
    };
}

/// Kind, subject, body.
const BUILT_IN: [(&str, &str, &str); 8] = built_in!(
    "thank-you",
    "thank-you-brief",
    "thank-you-late",
    "nudge",
    "nudge-past-date",
    "close-out",
    "rejection-reply",
    "next-round-reply"
);

const LARGEST_FILE: u64 = 64 * 1024;
const LARGEST_OUTPUT: usize = 1024 * 1024;
/// Many times what a note takes, as a computer may be busy; a loop without an end is cut off.
const LONGEST_RENDER: Duration = Duration::from_secs(5);
const ALONE: &str = "a template stands alone: write its text into the file itself";
/// Enough for tera's own limits of nesting, which are counted and not measured.
const STACK: usize = 16 * 1024 * 1024;

impl Templates {
    pub fn new(user_folder: Option<PathBuf>) -> Self {
        Templates { user_folder }
    }

    /// All kinds, the compiled-in ones first, then those of the user's folder by name.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = BUILT_IN.iter().map(|(kind, ..)| (*kind).to_owned()).collect();
        let folder = self.user_folder.as_deref().map(fs::read_dir);
        let mut own: Vec<String> = folder
            .and_then(Result::ok)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().join(Part::Body.file()).is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| is_name(name) && !names.contains(name))
            .collect();
        own.sort();
        names.append(&mut own);
        names
    }

    /// Fills the subject and the body of a kind. No other template is read or parsed.
    pub fn render(&self, kind: &str, values: &BTreeMap<&str, String>) -> Result<Rendered, Problem> {
        let subject = self.fill(kind, Part::Subject, values)?;
        let body = self.fill(kind, Part::Body, values)?;
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Rendered {
            subject: plain(kind, Part::Subject, subject)?,
            body: plain(kind, Part::Body, tidy(&body))?,
        })
    }

    /// Reads both parts of a kind, without filling them.
    pub fn parse(&self, kind: &str) -> Result<(), Problem> {
        for part in [Part::Subject, Part::Body] {
            let name = format!("{kind}/{}", part.file());
            let read = tera_for(&name, &self.text(kind, part)?).map(drop);
            read.map_err(|error| explained(&name, &error, &BTreeMap::new()))?;
        }
        Ok(())
    }

    fn fill(&self, kind: &str, part: Part, values: &BTreeMap<&str, String>) -> Result<String, Problem> {
        let text = self.text(kind, part)?;
        let name = format!("{kind}/{}", part.file());
        let filled = fill_bounded(&name, text, values, LONGEST_RENDER)?;
        if filled.trim().is_empty() {
            return Err(Problem::new(Kind::Data, format!("the template {name} gives an empty text")));
        }
        Ok(filled)
    }

    /// The user's file, else the compiled-in text.
    fn text(&self, kind: &str, part: Part) -> Result<String, Problem> {
        if !is_name(kind) {
            return Err(Problem::new(Kind::Data, format!("{:?} cannot name a template", printable(kind)))
                .hint("lower-case letters, digits, - and _, at most 64, beginning with a letter or digit"));
        }
        if let Some(folder) = &self.user_folder
            && let Some(text) = read_own(folder, kind, part)?
        {
            return Ok(text);
        }
        match source(kind, part) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.unknown(kind, part)),
        }
    }

    fn unknown(&self, kind: &str, part: Part) -> Problem {
        let names = self.names();
        if names.iter().any(|name| name == kind) {
            return Problem::new(Kind::NotFound, format!("the template {kind} has no {}", part.file()));
        }
        let problem = Problem::new(Kind::NotFound, format!("there is no template {kind}"))
            .detail(format!("there are: {}", names.join(", ")));
        match nearest(kind, names.iter().map(String::as_str)) {
            Some(name) => problem.hint(format!("did you mean {name}?")),
            None => problem,
        }
    }
}

/// The compiled-in text of a kind.
pub fn source(kind: &str, part: Part) -> Option<&'static str> {
    let (_, subject, body) = BUILT_IN.iter().find(|(name, ..)| *name == kind)?;
    Some(match part {
        Part::Subject => subject,
        Part::Body => body,
    })
}

/// Whether a template may be called so: `^[a-z0-9][a-z0-9_-]{0,63}$`, and no device of Windows.
pub fn is_name(name: &str) -> bool {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let port = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    let device = DEVICES.contains(&name)
        || port.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    name.len() <= 64
        && !device
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
}

impl Part {
    pub const ALL: [Part; 2] = [Part::Subject, Part::Body];

    pub fn file(self) -> &'static str {
        match self {
            Part::Subject => "subject.txt.tera",
            Part::Body => "body.txt.tera",
        }
    }
}

/// The user's own file, `None` where there is none.
fn read_own(folder: &Path, kind: &str, part: Part) -> Result<Option<String>, Problem> {
    let path = folder.join(kind).join(part.file());
    let shown = printable(&path.display().to_string());
    let failed = |error: io::Error| {
        Problem::new(Kind::LocalIo, format!("cannot read the template {shown}")).detail(error.to_string())
    };
    let refused = |why: &str| Problem::new(Kind::Data, format!("the template {shown} {why}"));

    let real = match path.canonicalize() {
        Ok(real) => real,
        // A dangling link is somebody's mistake, an absent file is not.
        Err(e) if e.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            return Ok(None);
        }
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    if !real.starts_with(folder.canonicalize().map_err(failed)?) {
        return Err(refused("is a link that leaves the template folder"));
    }
    // Asked before opening: to open a pipe would wait for its writer.
    let facts = real.metadata().map_err(failed)?;
    if !facts.is_file() {
        return Err(refused("is not a regular file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(&real).map_err(failed)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(refused("is larger than 64 KiB"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())),
        Err(e) => Err(refused(&format!("is not UTF-8 at byte {}", e.utf8_error().valid_up_to()))),
    }
}

/// Fills one template on a thread of its own, which is left behind when its time is up: tera can
/// be bounded from outside only.
fn fill_bounded(
    name: &str,
    text: String,
    values: &BTreeMap<&str, String>,
    longest: Duration,
) -> Result<String, Problem> {
    let mut context = Context::new();
    for (key, value) in values {
        context.insert((*key).to_owned(), value);
    }
    let (done, result) = mpsc::channel();
    let own_name = name.to_owned();
    thread::Builder::new()
        .name("template".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            // Nobody listens any more once the time is up.
            let _ = done.send(fill_now(&own_name, &text, &context));
        })
        .map_err(|e| Problem::new(Kind::LocalIo, "cannot start a thread").detail(e.to_string()))?;
    let stopped = |why: &str| Problem::new(Kind::Data, format!("the template {name} {why}"));
    match result.recv_timeout(longest) {
        Ok(Ok(filled)) => Ok(filled),
        Ok(Err(Failure::TooLong)) => Err(stopped("gives more than 1 MiB of text")),
        Ok(Err(Failure::Tera(error))) => Err(explained(name, &error, values)),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(stopped("takes too long to fill")),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(stopped("cannot be filled")),
    }
}

enum Failure {
    TooLong,
    Tera(tera::Error),
}

/// One template, read.
fn tera_for(name: &str, text: &str) -> tera::TeraResult<Tera> {
    let mut tera = Tera::new();
    tera.autoescape_on(Vec::<&'static str>::new());
    tera.register_filter("start", |text: &str, _: Kwargs, _: &State| capitalised(text));
    tera.add_raw_template(name, text)?;
    Ok(tera)
}

fn fill_now(name: &str, text: &str, context: &Context) -> Result<String, Failure> {
    let tera = tera_for(name, text).map_err(Failure::Tera)?;
    let mut filled = Capped { bytes: Vec::new(), full: false };
    let result = tera.render_to(name, context, &mut filled);
    if filled.full {
        return Err(Failure::TooLong);
    }
    result.map_err(Failure::Tera)?;
    Ok(String::from_utf8_lossy(&filled.bytes).into_owned())
}

/// A writer that refuses what goes beyond the largest output.
struct Capped {
    bytes: Vec<u8>,
    full: bool,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LARGEST_OUTPUT {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tera's error with the file, the line, and the name that was probably meant.
fn explained(name: &str, error: &tera::Error, values: &BTreeMap<&str, String>) -> Problem {
    let report = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report,
        ErrorKind::CircularExtend { .. }
        | ErrorKind::CircularInclude { .. }
        | ErrorKind::MissingParent { .. } => {
            return Problem::new(Kind::Data, format!("the template {name} names another template"))
                .hint(ALONE);
        }
        other => {
            let text = printable(&other.to_string());
            if let Some((line, what)) = reported(&text) {
                let hint = match what.contains("template") {
                    true => ALONE,
                    false => "filters and functions are those of tera, without any that reaches outside",
                };
                return Problem::new(Kind::Data, format!("{name}, line {line}: {what}")).hint(hint);
            }
            let problem = Problem::new(Kind::Data, format!("the template {name} cannot be used"));
            return text.lines().fold(problem, |problem, line| problem.detail(line));
        }
    };
    let place = format!("{name}, line {}", report.span().start_line);
    let message = report.message();
    let unknown = message
        .strip_prefix("Variable `")
        .and_then(|rest| rest.split_once("` is not defined"))
        .map(|(variable, _)| variable);
    let Some(variable) = unknown else {
        let first = message.lines().next().unwrap_or_default().trim_end_matches('.');
        return Problem::new(Kind::Data, format!("{place}: {}", printable(first)));
    };
    if phrases::NAMES.contains(&variable) {
        return Problem::new(Kind::Data, format!("{place}: \"{variable}\" is not known for this note")).hint(
            format!("write {{% if {variable} %}} … {{% endif %}} around it, or record it with `thanks edit`"),
        );
    }
    let known = phrases::NAMES.iter().copied().chain(values.keys().copied());
    let problem =
        Problem::new(Kind::Data, format!("{place}: there is no variable \"{}\"", printable(variable)));
    match nearest(variable, known) {
        Some(near) => problem.hint(format!("did you mean {near}?")),
        None => problem.hint(format!("there are: {}", phrases::NAMES.join(", "))),
    }
}

/// Line and words of the first of tera's drawn reports: `error: what`, then `--> name:line:column`.
fn reported(text: &str) -> Option<(&str, &str)> {
    let mut lines = text.lines().map(str::trim);
    let what = lines.next()?.strip_prefix("error: ")?;
    let line = lines.next()?.strip_prefix("--> ")?.rsplit(':').nth(1)?;
    Some((line, what))
}

/// The text, unless it would do what nobody sees: a mail program, or a terminal, obeys an escape.
fn plain(kind: &str, part: Part, text: String) -> Result<String, Problem> {
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        None => Ok(text),
        Some(c) => Err(Problem::new(
            Kind::Data,
            format!("the template {kind}/{} gives the control character U+{:04X}", part.file(), u32::from(c)),
        )
        .detail("no note was written from it")
        .hint("take it out of the file, or out of what was recorded: `thanks edit`")),
    }
}

/// LF line ends, no trailing blanks, at most one empty line in a row, none at either end.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.trim_end();
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod texts;
