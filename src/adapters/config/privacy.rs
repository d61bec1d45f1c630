//! Whether folders and files are their owner's alone to change: whoever else can write the record
//! could make a note go twice, and whoever can write the configuration could have the password.
//! And whether there is room to write. It changes nothing. Systems without owners and modes have nothing to say here.

use std::path::{Path, PathBuf};

use super::{Paths, folder_of};
use crate::domain::problem::Problem;

#[cfg(unix)]
use std::fs::{self, Metadata};
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;

#[cfg(unix)]
use crate::domain::problem::Kind;

/// Everything that the program writes by itself beside the configuration.
pub fn require_own_record(paths: &Paths) -> Result<(), Problem> {
    trespasses(paths).into_iter().next().map_or(Ok(()), |trouble| Err(trouble.detail("nothing was done")))
}

/// What is amiss with the folders and files of the record, each with a mend. A folder may be
/// reached through a link: what counts is the folder that it leads to. A file may not.
pub fn trespasses(paths: &Paths) -> Vec<Problem> {
    let folders = [paths.data_dir.as_path(), paths.state_dir.as_path()];
    let mut found: Vec<Problem> = folders.into_iter().filter_map(foreign_folder).collect();
    found.extend(record_files(paths).iter().filter_map(|path| foreign_file(path)));
    found.dedup();
    found
}

/// Whether a record can be written where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Unknown,
    ReadOnly,
    Octets(u64),
}

/// The room of the disk that the record is on, or will be on.
pub fn room(paths: &Paths) -> Room {
    #[cfg(unix)]
    {
        use rustix::fs::{StatVfsMountFlags, statvfs};
        let there = paths.data_dir.ancestors().find(|folder| folder.exists());
        match there.map(statvfs) {
            Some(Ok(disk)) if disk.f_flag.contains(StatVfsMountFlags::RDONLY) => Room::ReadOnly,
            Some(Ok(disk)) => Room::Octets(disk.f_bavail.saturating_mul(disk.f_frsize)),
            _ => Room::Unknown,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = paths;
        Room::Unknown
    }
}

/// What shares the folder of the record with other machines, if anything seems to: there a database
/// can be damaged, and two machines do not see each other's claims.
pub fn shared_by(paths: &Paths) -> Option<&'static str> {
    let folder = std::fs::canonicalize(&paths.data_dir).unwrap_or_else(|_| paths.data_dir.clone());
    let names = folder.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    let synced = names.filter_map(|name| SYNCED.into_iter().find(|known| name.starts_with(known))).next();
    synced.or_else(|| over_a_network(&folder))
}

/// How the folders of services begin that copy files from machine to machine.
const SYNCED: [&str; 8] = [
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "icloud",
    "com~apple~clouddocs",
    "nextcloud",
    "owncloud",
];

#[cfg(target_os = "linux")]
fn over_a_network(folder: &Path) -> Option<&'static str> {
    // Of linux/magic.h, whatever the width of the field; CIFS and SMB 2 have numbers of their own.
    match i128::from(rustix::fs::statfs(folder).ok()?.f_type) & 0xffff_ffff {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn over_a_network(_folder: &Path) -> Option<&'static str> {
    None
}

/// Files of the record that others may read.
pub fn readable_by_others(paths: &Paths) -> Vec<PathBuf> {
    record_files(paths).into_iter().filter(|path| others_may_read(path)).collect()
}

fn record_files(paths: &Paths) -> Vec<PathBuf> {
    let beside = |ending: &str| {
        let mut name = paths.database.file_name().unwrap_or_default().to_owned();
        name.push(ending);
        folder_of(&paths.database).join(name)
    };
    vec![
        paths.database.clone(),
        beside("-wal"),
        beside("-shm"),
        paths.journal.clone(),
        paths.lock.clone(),
        paths.state_dir.join("machine-id"),
    ]
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_path: &Path) -> bool {
    false
}

#[cfg(unix)]
fn foreign_folder(folder: &Path) -> Option<Problem> {
    foreign(folder, &fs::metadata(folder).ok()?)
}

#[cfg(unix)]
fn foreign_file(path: &Path) -> Option<Problem> {
    let metadata = fs::symlink_metadata(path).ok()?;
    if metadata.is_symlink() {
        let folder = folder_of(path).display();
        return Some(
            Problem::new(Kind::Permission, format!("{} is a link to another file", path.display())).hint(
                format!("put the file itself into {folder}, or point THANKS_HOME at the folder that has it"),
            ),
        );
    }
    foreign(path, &metadata)
}

#[cfg(unix)]
fn foreign(path: &Path, metadata: &Metadata) -> Option<Problem> {
    let shown = path.display();
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Some(
            Problem::new(Kind::Permission, format!("{shown} belongs to another user"))
                .hint("run thanks as that user, or set THANKS_HOME to a folder of your own"),
        );
    }
    if !others_may_write(metadata) {
        return None;
    }
    let mode = metadata.mode() & 0o7777;
    Some(
        Problem::new(Kind::Permission, format!("others may write {shown} (mode {mode:04o})"))
            .hint(format!("chmod go-w {shown}")),
    )
}

#[cfg(not(unix))]
fn foreign_folder(_folder: &Path) -> Option<Problem> {
    None
}

#[cfg(not(unix))]
fn foreign_file(_path: &Path) -> Option<Problem> {
    None
}

/// Whoever can write the file could have their own command run, or the password sent to a server
/// of their own.
#[cfg(unix)]
pub(super) fn refuse_foreign_writers(path: &Path, metadata: &Metadata) -> Result<(), Problem> {
    let shown = path.display();
    let mode = metadata.mode() & 0o7777;
    let refused = |why: &str| {
        let what = format!("{shown} says where the password goes, and {why}");
        Problem::new(Kind::Permission, what).detail("it was not used")
    };
    if others_may_write(metadata) {
        return Err(refused(&format!("others may write it (mode {mode:04o})"))
            .hint(format!("look through it, then chmod go-w {shown}")));
    }
    let owner = metadata.uid();
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Err(refused("it belongs to another user").hint("make a copy that is yours, or `thanks init`"));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn refuse_foreign_writers(_path: &Path, _metadata: &std::fs::Metadata) -> Result<(), Problem> {
    Ok(())
}

#[cfg(unix)]
fn others_may_write(metadata: &Metadata) -> bool {
    let mode = metadata.mode();
    let group_may = mode & 0o020 != 0;
    mode & 0o002 != 0 || (group_may && !is_private_group(metadata.uid(), metadata.gid()))
}

/// Many systems give each user a group and let it write all that they make: nobody else is in it.
#[cfg(unix)]
fn is_private_group(user: u32, group: u32) -> bool {
    let read = |path: &str| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    match (read("/etc/passwd"), read("/etc/group")) {
        (Ok(users), Ok(groups)) => has_nobody_else(user, group, &users, &groups),
        _ => false,
    }
}

/// From `name:x:user:group:…` and `name:x:group:member,member`.
#[cfg(unix)]
fn has_nobody_else(user: u32, group: u32, users: &str, groups: &str) -> bool {
    let (user, group) = (user.to_string(), group.to_string());
    let split = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
    let users: Vec<Vec<String>> = users.lines().map(split).collect();
    let is_user = |fields: &[String]| fields.get(2) == Some(&user);
    let names: Vec<&str> =
        users.iter().filter(|fields| is_user(fields)).filter_map(|f| f.first()).map(String::as_str).collect();
    let shares = users.iter().any(|fields| fields.get(3) == Some(&group) && !is_user(fields));
    let mut own: Vec<Vec<String>> = groups.lines().map(split).collect();
    own.retain(|fields| fields.get(2) == Some(&group));
    let members = || own.iter().filter_map(|fields| fields.get(3)).flat_map(|members| members.split(','));
    !own.is_empty() && !shares && members().all(|name| name.is_empty() || names.contains(&name))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_private_if_it_is_known_and_has_nobody_but_its_user() {
        let users = "root:x:0:0::/root:/bin/sh\njo:x:1000:1000::/home/jo:/bin/sh\nann:x:1001:1001::/h:/b\n";
        for (groups, private) in [
            ("root:x:0:\njo:x:1000:\n", true),
            ("jo:x:1000:jo\n", true),
            ("jo:x:1000:ann\n", false),
            ("jo:x:1000:\nsame:x:1000:ann\n", false),
            ("staff:x:20:jo\n", false),
            ("", false),
        ] {
            assert_eq!(has_nobody_else(1000, 1000, users, groups), private, "{groups}");
        }
        let shared = format!("{users}guest:x:1002:1000::/h:/b\n");
        assert!(!has_nobody_else(1000, 1000, &shared, "jo:x:1000:\n"));
    }
}
