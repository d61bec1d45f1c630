//! Where the record lies: whose it is, who else may read or change it, and whether it can be
//! written.

use super::super::App;
use super::Check;
use crate::adapters::config::{self, Room};

/// Less is full: a send, its log and a copy want some of it.
const LEAST_ROOM: u64 = 4 << 20;

pub(super) fn ownership(app: &App) -> Check {
    if let Some(trespass) = config::trespasses(&app.paths).first() {
        return Check::problem("files", trespass, "see their permissions");
    }
    let written = [&app.paths.database, &app.paths.journal];
    if let Some(path) = written.into_iter().find(|path| !config::may_write(path)) {
        let path = path.display();
        let detail = format!("{path} may not be written, so nothing can be sent");
        return Check::fail("files", detail, format!("chmod u+w {path}"));
    }
    if let Some(path) = config::readable_by_others(&app.paths).first() {
        let path = path.display();
        return Check::warn("files", format!("others may read {path}"), format!("chmod go-r {path}"));
    }
    Check::ok("files", format!("{}, changed and read by you alone", app.paths.data_dir.display()))
}

pub(super) fn room(app: &App) -> Check {
    let folder = app.paths.data_dir.display();
    match config::room(&app.paths) {
        Room::ReadOnly => Check::fail(
            "disk",
            format!("{folder} cannot be written; nothing can be sent"),
            "make it writable, or point THANKS_HOME at another folder",
        ),
        Room::Octets(octets) if octets < LEAST_ROOM => {
            Check::fail("disk", format!("full, {} KiB left; nothing can be sent", octets >> 10), "make room")
        }
        _ if config::shared_by(&app.paths).is_some() => {
            let by = config::shared_by(&app.paths).unwrap_or_default();
            Check::warn(
                "disk",
                format!("{folder} is shared by {by}, which can damage a database and hide what was sent"),
                "point THANKS_HOME at a folder of this machine alone",
            )
        }
        Room::Octets(octets) => Check::ok("disk", format!("{} MiB left", octets >> 20)),
        Room::Unknown => Check::ok("disk", "its room is not known"),
    }
}
