//! The units of a systemd user manager.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::files::SEAL;
use super::programs::{self, Outcome};
use super::{ARGUMENTS, Activity, Status, Words, unspeakable};
use crate::domain::problem::Problem;

pub(super) const NAMES: [&str; 2] = ["thanks.service", "thanks.timer"];

/// The service and the timer.
pub(super) fn render(words: &Words<'_>) -> Result<Vec<String>, Problem> {
    // systemd refuses them in the name of a program, however they are quoted.
    if words.program.contains(['"', '\'', '\\']) {
        return Err(unspeakable(words.program, "a quote or a backslash"));
    }
    let mut environment = String::new();
    for (name, value) in &words.environment {
        environment.push_str(&format!("Environment={}\n", quoted(&format!("{name}={value}"))));
    }
    let (program, arguments, minutes) = (quoted(words.program), ARGUMENTS.join(" "), words.minutes);
    let service = format!(
        "\
# {SEAL}
# To change it: systemctl --user edit thanks.service

[Unit]
Description=Send the thank-you notes that were approved and are due

[Service]
Type=oneshot
ExecStart={program} {arguments}
{environment}# 1: a note was held back, 3: a decision is waiting, 75: tried again at the next run. The run
# itself went well; anything else is a failure of the unit.
SuccessExitStatus=1 3 75
# A server may take ten minutes to answer for a note; nothing may hang for ever.
TimeoutStartSec=1h
UMask=0077
LimitCORE=0

# What also works in a user manager, by means of system call filters alone. Directives that need
# a mount namespace (ProtectSystem, PrivateTmp, ProtectKernelTunables and the like) are left out:
# there they need user namespaces, which some systems forbid, and they can hide the socket of the
# keyring. MemoryDenyWriteExecute and RestrictNamespaces would break programs that a password
# command may start. AF_NETLINK is for looking up host names.
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
"
    );
    let timer = format!(
        "\
# {SEAL}
# To change it: systemctl --user edit thanks.timer

[Unit]
Description=Look for thank-you notes that are due, every {minutes} minutes

[Timer]
OnCalendar=*:0/{minutes}
# A run that was missed while the computer was off or asleep is made up for.
Persistent=true
# Not everybody's mail at the same second.
RandomizedDelaySec=60

[Install]
WantedBy=timers.target
"
    );
    Ok(vec![service, timer])
}

const RELOAD: &[&str] = &["systemctl", "--user", "daemon-reload"];

pub(super) const ACTIVATE: &[&[&str]] =
    &[RELOAD, &["systemctl", "--user", "enable", "--now", "thanks.timer"]];

pub(super) const DEACTIVATE: &[&[&str]] = &[&["systemctl", "--user", "disable", "--now", "thanks.timer"]];

pub(super) const AFTER_REMOVAL: &[&[&str]] = &[RELOAD];

/// Why the user manager can't be reached; `None` where it can.
pub(super) fn unreachable() -> Option<String> {
    let (call, _) = programs::call(&["systemctl", "--user", "show", "--property=Version"]);
    let why = call.outcome.failure().filter(|_| call.outcome.is_no_session())?;
    Some(match call.outcome {
        Outcome::Missing => "there is no systemctl here".to_owned(),
        _ => why.lines().next().unwrap_or_default().to_owned(),
    })
}

/// Removes the link that `enable` made, once what it points at is gone.
pub(super) fn drop_link(folder: &Path) {
    let link = folder.join("timers.target.wants/thanks.timer");
    if link.is_symlink() && !link.exists() {
        let _ = fs::remove_file(&link);
    }
}

/// The program that a service starts, as [`render`] wrote it.
pub(super) fn program(service: &str) -> Option<PathBuf> {
    let command = service.lines().find_map(|line| line.strip_prefix("ExecStart=\""))?;
    let (program, _) = command.split_once('"')?;
    Some(PathBuf::from(program.replace("%%", "%")))
}

/// `show` answers in blocks of `Name=value`, one a unit, with an empty line between.
pub(super) fn ask(status: &mut Status) {
    let properties = "--property=Id,ActiveState,NextElapseUSecRealtime,LastTriggerUSec,ExecMainStartTimestamp,ExecMainStatus";
    let argv = ["systemctl", "--user", "show", properties, "thanks.timer", "thanks.service"];
    let (call, answer) = programs::call(&argv);
    if let Some(why) = call.outcome.failure() {
        let why = if call.outcome == Outcome::Missing { "there is no systemctl here" } else { why };
        status.activity = Activity::Unknown(why.to_owned());
        return;
    }
    for block in answer.split("\n\n") {
        let value = |name: &str| {
            block
                .lines()
                .find_map(|line| line.split_once('=').filter(|(key, _)| *key == name))
                .map(|(_, v)| v)
        };
        match value("Id") {
            Some("thanks.timer") => {
                status.activity = if value("ActiveState") == Some("active") {
                    Activity::Active
                } else {
                    Activity::Inactive
                };
                status.next_run = value("NextElapseUSecRealtime").and_then(time);
                // From before the last start of the computer, of which the service knows nothing.
                status.last_call = status.last_call.or_else(|| value("LastTriggerUSec").and_then(time));
            }
            Some("thanks.service") => {
                if let Some(at) = value("ExecMainStartTimestamp").and_then(time) {
                    status.last_call = Some(at);
                    status.last_exit = value("ExecMainStatus").and_then(|code| code.parse().ok());
                }
            }
            _ => {}
        }
    }
}

/// `Thu 2026-03-05 17:00:00 UTC`: the calls run with TZ=UTC.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let (_, text) = text.strip_suffix(" UTC")?.split_once(' ')?;
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok().map(|time| time.and_utc())
}

/// One word of a unit file: in quotes, with its specifiers doubled.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%"))
}
