//! The second ledger: an append-only file with one synced line for every Message-ID ever offered,
//! so that a restored or lost database cannot forget. And the lock that only one sender holds.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use crate::domain::outbox::Offered;
use crate::domain::problem::{Kind, Problem};

/// The journal's file; each line is `time <message-id> machine number`, where the number counts the
/// offers of the note. Lines of earlier versions lack it.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

/// Held while notes are sent. The kernel lets go of it when its holder dies, so whoever holds it
/// knows that no other sender lives.
#[derive(Debug)]
pub struct SendLock {
    _file: File,
}

impl Journal {
    pub fn at(path: impl Into<PathBuf>) -> Journal {
        Journal { path: path.into() }
    }

    /// Also where there is none. One that cannot be looked at may have lines.
    pub fn is_empty(&self) -> bool {
        match fs::metadata(&self.path) {
            Ok(file) => file.len() == 0,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Every Message-ID that was ever offered to a server.
    pub fn offered(&self) -> Result<BTreeMap<String, Offered>> {
        let text = match fs::read(&self.path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(self.problem(error)),
        };
        let mut offered: BTreeMap<String, Offered> = BTreeMap::new();
        for line in text.lines() {
            let mut fields = line.split_whitespace();
            let (time, Some(id), _machine) = (fields.next(), fields.next(), fields.next()) else { continue };
            let known = offered.entry(id.to_owned()).or_default();
            match fields.next().and_then(|number| number.parse::<u32>().ok()) {
                Some(number) => known.highest = known.highest.max(number),
                None => {
                    known.highest = known.highest.saturating_add(1);
                    let time = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
                    known.unnumbered.extend(time);
                }
            }
        }
        Ok(offered)
    }

    /// Opens the journal for the lines of one run.
    pub fn open(&self) -> Result<Lines> {
        let file = private_file(&self.path).and_then(|file| {
            end_torn_line(&self.path, &file)?;
            // Also where the file is there: whoever created it may have crashed before this.
            keep_name(&self.path)?;
            Ok(file)
        });
        Ok(Lines { file: file.map_err(|error| self.problem(error))? })
    }

    fn problem(&self, error: io::Error) -> anyhow::Error {
        let problem =
            Problem::new(Kind::LocalIo, format!("the journal {} cannot be used", self.path.display()))
                .detail("nothing was sent");
        anyhow::Error::new(error).context(problem)
    }
}

/// The journal, open for appending.
#[derive(Debug)]
pub struct Lines {
    file: File,
}

impl Lines {
    /// Writes that an id is about to be offered for the `number`th time; on the disk when this
    /// returns.
    pub fn append(
        &mut self,
        message_id: &str,
        machine: &str,
        number: u32,
        at: DateTime<FixedOffset>,
    ) -> Result<()> {
        let line = format!("{} {message_id} {machine} {number}\n", at.to_rfc3339());
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data())
            .context("the journal could not be written")
    }
}

impl SendLock {
    /// Takes the lock if nobody holds it.
    pub fn try_take(path: &Path) -> Result<Option<SendLock>> {
        let file = private_file(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(SendLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }

    /// Takes the lock, waiting for its holder if need be; `None` if that one is still busy.
    pub fn take_within(path: &Path, patience: Duration) -> Result<Option<SendLock>> {
        if let Some(lock) = SendLock::try_take(path)? {
            return Ok(Some(lock));
        }
        let file = private_file(path)?;
        let file =
            lock_in_time(file, patience).with_context(|| format!("{} cannot be locked", path.display()))?;
        Ok(file.map(|file| SendLock { _file: file }))
    }
}

/// Lock files are waited for in a thread, since the kernel's wait has no deadline.
fn lock_in_time(file: File, patience: Duration) -> io::Result<Option<File>> {
    let (send, receive) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        let locked = file.lock().map(|()| file);
        let _ = send.send(locked);
    })?;
    match receive.recv_timeout(patience) {
        Ok(locked) => locked.map(Some),
        Err(_) => Ok(None),
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options.open(path)
}

/// A line that a power loss tore is closed, so that the next one stands alone.
fn end_torn_line(path: &Path, mut file: &File) -> io::Result<()> {
    let bytes = fs::read(path)?;
    if bytes.last().is_some_and(|last| *last != b'\n') {
        file.write_all(b"\n")?;
    }
    Ok(())
}

/// A new file is on the disk only when its folder is.
fn keep_name(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-03-05T12:00:00+00:00").unwrap()
    }

    #[test]
    fn an_appended_id_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::at(folder.path().join("journal"));
        assert!(journal.is_empty());
        journal.open().unwrap().append("<a@x>", "m", 1, noon()).unwrap();
        journal.open().unwrap().append("<a@x>", "m", 2, noon()).unwrap();
        let twice = Offered { highest: 2, unnumbered: Vec::new() };
        assert_eq!(journal.offered().unwrap(), BTreeMap::from([("<a@x>".to_owned(), twice)]));
        assert!(!journal.is_empty());
    }

    #[test]
    fn a_torn_line_does_not_swallow_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, "2026-03-05T12:00:00+00:00 <torn@").unwrap();
        let journal = Journal::at(&path);
        journal.open().unwrap().append("<b@x>", "m", 1, noon()).unwrap();
        assert!(journal.offered().unwrap().contains_key("<b@x>"));
    }

    #[test]
    fn the_highest_number_counts_and_lines_without_one_count_on() {
        let highest = |lines: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("journal");
            let lines: String =
                lines.iter().map(|line| format!("2026-03-05T12:00:00+00:00 <a@x> m{line}\n")).collect();
            fs::write(&path, lines).unwrap();
            let offered = Journal::at(&path).offered().unwrap().remove("<a@x>").unwrap();
            (offered.highest, offered.unnumbered.len())
        };
        assert_eq!(highest(&["", ""]), (2, 2));
        assert_eq!(highest(&[" 5"]), (5, 0));
        assert_eq!(highest(&[" 5", " 2"]), (5, 0));
        assert_eq!(highest(&["", " 4", ""]), (5, 2));
        // A number that was torn says nothing; the line still counts.
        assert_eq!(highest(&[" 4294967295", " x"]), (u32::MAX, 1));
        assert_eq!(highest(&[" 1 more"]), (1, 0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_line_that_does_not_fit_on_the_disk_is_an_error() {
        let full = OpenOptions::new().append(true).open("/dev/full").unwrap();
        assert!(Lines { file: full }.append("<a@x>", "m", 1, noon()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_journal_or_the_lock_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(Journal::at(&link).open().is_err());
        assert!(SendLock::try_take(&link).is_err());
        assert!(!target.exists());
    }

    #[test]
    fn a_journal_that_cannot_be_looked_at_is_not_taken_for_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Journal::at(folder.path().join("journal")).is_empty());
        assert!(!Journal::at(folder.path().join("j".repeat(300))).is_empty());
    }

    #[test]
    fn only_one_holder_has_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("send.lock");
        let held = SendLock::try_take(&path).unwrap();
        assert!(held.is_some());
        assert!(SendLock::try_take(&path).unwrap().is_none());
        drop(held);
        assert!(SendLock::try_take(&path).unwrap().is_some());
    }
}
