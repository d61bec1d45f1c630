//! The files of a timer: each carries a seal over its own text, so that only what `install` wrote
//! is ever replaced or deleted.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::domain::problem::{Kind, Problem};

/// What a renderer writes where the seal goes, in the first line that may be a comment.
pub(super) const SEAL: &str = "Written by `thanks schedule install`, seal @";
const OPENING: &str = "Written by `thanks schedule install`, seal ";

/// A file as it is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    pub text: String,
}

/// What stands at the path of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    Absent,
    /// Exactly what some `install` wrote.
    Ours,
    /// Written or changed by somebody else, or a link.
    Foreign,
}

impl File {
    pub(super) fn sealed(path: PathBuf, text: &str) -> File {
        let seal = format!("{OPENING}{}", digest(text));
        File { path, text: text.replacen(SEAL, &seal, 1) }
    }

    /// In one step: a reader finds the old file or the whole new one.
    pub(super) fn write(&self) -> Result<(), Problem> {
        let write = || -> io::Result<()> {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)?;
            let mut name = std::ffi::OsString::from(".");
            name.push(self.path.file_name().unwrap_or_default());
            name.push(format!(".{}", std::process::id()));
            let draft = folder.join(name);
            let written =
                write_new(&draft, self.text.as_bytes()).and_then(|()| fs::rename(&draft, &self.path));
            if written.is_err() {
                let _ = fs::remove_file(&draft);
            }
            written
        };
        write().map_err(|error| failed("written", &self.path, &error).detail("the timer was not activated"))
    }
}

pub(super) fn state(path: &Path) -> Result<FileState, Problem> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(FileState::Absent),
        Err(error) => return Err(failed("read", path, &error)),
        Ok(facts) if !facts.is_file() => return Ok(FileState::Foreign),
        Ok(_) => {}
    }
    Ok(match read(path)? {
        Some(text) if is_sealed(&text) => FileState::Ours,
        _ => FileState::Foreign,
    })
}

/// The text of a file; `None` where there is none, or no text.
pub(super) fn read(path: &Path) -> Result<Option<String>, Problem> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8(bytes).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
    }
}

pub(super) fn failed(done: &str, path: &Path, error: &io::Error) -> Problem {
    let kind = match error.kind() {
        ErrorKind::PermissionDenied => Kind::Permission,
        _ => Kind::LocalIo,
    };
    Problem::new(kind, format!("{} could not be {done}", path.display())).detail(error.to_string())
}

fn is_sealed(text: &str) -> bool {
    let Some((before, rest)) = text.split_once(OPENING) else {
        return false;
    };
    let seal: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    let after = rest.strip_prefix(seal.as_str()).unwrap_or_default();
    digest(&format!("{before}{SEAL}{after}")) == seal
}

fn digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
