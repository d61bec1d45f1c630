//! Where things are and how they are set: the only reader of the environment and of the TOML
//! file. It decides nothing about notes.

mod account;
mod environment;
mod privacy;
mod providers;
mod tables;
#[cfg(test)]
mod tests;
mod values;

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable_line;

pub use account::Account;
pub use environment::{Environment, Paths, finds_program, local_zone, machine_id, system_zones};
pub use privacy::{Room, readable_by_others, require_own_record, room, shared_by, trespasses};
pub use providers::{Preset, PresetSource, explain_login, preset};
pub use tables::{Auth, Checks, Config, Imap, Me, Method, PolicyTable, Security, SentCopy, Smtp, Templates};

/// The commented file that `init` starts from.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

/// In bytes; a larger file is not a configuration.
const LARGEST_FILE: u64 = 1 << 20;

/// The configuration at `path`, or `None` if there is no file. Every error names the file and,
/// where there is one, the line and the column.
pub fn load(path: &Path) -> Result<Option<Config>, Problem> {
    let Some((text, metadata)) = read(path)? else {
        return Ok(None);
    };
    let config = parse(path, &text)?;
    if config.auth.command.is_some() || config.smtp.is_some() || config.imap.is_some() {
        privacy::refuse_foreign_writers(path, &metadata)?;
    }
    Ok(Some(config))
}

/// The text at `path` as it stands, for `init` to start from; `None` if there is no file.
pub fn load_text(path: &Path) -> Result<Option<String>, Problem> {
    Ok(read(path)?.map(|(text, _)| text))
}

/// `path` stands in the errors only.
pub fn parse(path: &Path, text: &str) -> Result<Config, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| explain(path, text, &error))
}

/// Replaces the file by `text`, or leaves it as it is: a text that `load` would refuse is not
/// written, and a crash leaves the old file or the new one.
pub fn save(path: &Path, text: &str) -> Result<(), Problem> {
    parse(path, text)?;
    // A link to a folder of dotfiles stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    create_private_folder(folder_of(&target))
        .and_then(|()| replace(&target, text.as_bytes(), None))
        .map_err(|error| failed_write(&target, &error).detail("the configuration is as it was before"))
}

/// Makes a folder for its owner alone, where there is none.
pub fn make_private_folder(folder: &Path) -> Result<(), Problem> {
    create_private_folder(folder).map_err(|error| failed_write(folder, &error))
}

/// Writes a file for its owner alone, or with the mode of the one that it replaces; whoever reads
/// finds the old file or the new one. Never through a link.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let mode = fs::symlink_metadata(path).ok().filter(Metadata::is_file).map(|before| before.permissions());
    replace(path, bytes, mode).map_err(|error| failed_write(path, &error))
}

/// Whether a file that is there may be written; it is not changed.
pub fn may_write(path: &Path) -> bool {
    match File::options().write(true).open(path) {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// A new folder of a random name among the temporary ones, for the user alone.
pub fn temporary_folder() -> Result<PathBuf, Problem> {
    let name = random_hex().map_err(|error| Problem::new(Kind::LocalIo, error.to_string()))?;
    let folder = std::env::temp_dir().join(format!("thanks-{name}"));
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|error| failed_write(&folder, &error))?;
    Ok(folder)
}

/// A folder of one's own to begin in: made for the user alone, or there and empty.
pub fn empty_folder(folder: &Path) -> Result<(), Problem> {
    let shown = folder.display();
    create_private_folder(folder).map_err(|error| failed_write(folder, &error))?;
    let mut entries = fs::read_dir(folder).map_err(|error| failed_write(folder, &error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Problem::new(Kind::Usage, format!("{shown} is not empty"))
            .detail("nothing was done")
            .hint("name a folder that is empty or not there yet")),
    }
}

fn read(path: &Path) -> Result<Option<(String, Metadata)>, Problem> {
    let shown = path.display();
    let unreadable = |error: &io::Error| match error.kind() {
        ErrorKind::PermissionDenied => Problem::new(Kind::Permission, format!("{shown} may not be read")),
        _ => Problem::new(Kind::LocalIo, format!("{shown} cannot be read")).detail(error.to_string()),
    };
    let config = |what: &str| Err(Problem::new(Kind::Config, format!("{shown} {what}")));
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    };
    if metadata.is_dir() {
        return config("is a directory");
    }
    // Opening a pipe would wait for ever.
    if !metadata.is_file() {
        return config("is not a file");
    }
    if metadata.len() > LARGEST_FILE {
        return config("is too large for a configuration");
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some((text, metadata))),
        Err(_) => config("is not UTF-8"),
    }
}

/// The parser's words in ours. Its own rendering is never shown: it quotes the line, and a line
/// may hold a password that somebody put there.
fn explain(path: &Path, text: &str, error: &toml::de::Error) -> Problem {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let at = format!("{}:{line}:{column}", path.display());
    let told = error.message();
    // What stands in the file may hold backticks itself; what is expected are our own names.
    let (found, expected) = told.rsplit_once("`, expected ").unwrap_or((told, ""));
    let found = found.split_once('`').map_or(found, |(_, found)| found);
    let names = expected.split('`').skip(1).step_by(2);
    let problem = |what: String| Problem::new(Kind::Config, format!("{at}: {}", printable_line(&what)));
    if told.starts_with("unknown field") {
        let key = found;
        return match nearest(key, names) {
            _ if key == "version" => {
                problem("written by a newer thanks".to_owned()).hint("update thanks, or take the line out")
            }
            _ if key.contains("pass") || key.contains("secret") || key.contains("token") => {
                problem(format!("unknown key `{key}`"))
                    .hint("secrets do not stand in the configuration: `thanks init`")
            }
            Some(near) => problem(format!("unknown key `{key}`")).hint(format!("did you mean `{near}`?")),
            None => problem(format!("unknown key `{key}`")),
        };
    }
    if told.starts_with("unknown variant") {
        let known: Vec<&str> = names.collect();
        return problem(format!("unknown value `{found}`"))
            .hint(format!("it is one of {}", known.join(", ")));
    }
    let told = without_value(told)
        .replace("a sequence", "a list")
        .replace("expected u16", "expected a whole number up to 65535")
        .replace("expected u32", "expected a whole number")
        .replace("expected u8", "expected a whole number up to 255")
        .replace('\n', ", ");
    problem(told)
}

/// `invalid type: string "…", expected u16` without what stands there: it may be anything.
fn without_value(told: &str) -> String {
    let value = told.split_once(": string \"").zip(told.rsplit_once("\", expected "));
    match value {
        Some(((what, _), (_, wanted))) => format!("{what}: a text, expected {wanted}"),
        None => told.to_owned(),
    }
}

fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::osa_distance(key, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

fn failed_write(path: &Path, error: &io::Error) -> Problem {
    let kind = match error.kind() {
        ErrorKind::PermissionDenied => Kind::Permission,
        _ => Kind::LocalIo,
    };
    Problem::new(kind, format!("{} cannot be written", path.display())).detail(error.to_string())
}

fn replace(path: &Path, bytes: &[u8], mode: Option<Permissions>) -> io::Result<()> {
    let folder = folder_of(path);
    let (draft, mut file) = create_draft(path)?;
    let written = mode
        .map_or(Ok(()), |mode| file.set_permissions(mode))
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written?;
    sync_folder(folder)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Creates the folder and what is missing above it, for the user alone.
fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new file beside `path`, private from its first moment.
fn create_draft(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", random_hex().map_err(io::Error::other)?));
    let draft = path.with_file_name(name);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft).map(|file| (draft, file))
}

/// Makes the rename itself survive a loss of power.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// 128 bits from the operating system, as 32 digits.
fn random_hex() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
