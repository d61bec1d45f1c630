//! The launch agent of macOS.

use std::path::{Path, PathBuf};

use super::files::{SEAL, from_xml, xml};
use super::programs::{self, Line, Matters, Outcome, line};
use super::{ARGUMENTS, Activity, Status, Words};

pub(super) const NAMES: [&str; 1] = ["thanks.schedule.plist"];

const LABEL: &str = "thanks.schedule";

pub(super) fn render(plan: &Words<'_>) -> Vec<String> {
    let mut words = String::new();
    for word in std::iter::once(plan.program).chain(ARGUMENTS) {
        words.push_str(&format!("    <string>{}</string>\n", xml(word)));
    }
    let mut environment = String::new();
    for (name, value) in &plan.environment {
        environment.push_str(&format!("    <key>{name}</key>\n    <string>{}</string>\n", xml(value)));
    }
    let log = xml(&format!("{}/Library/Logs/thanks.log", plan.home));
    let seconds = u32::from(plan.minutes) * 60;
    // 63 is 077: the log names people.
    vec![format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- {SEAL} -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
{words}  </array>
  <key>EnvironmentVariables</key>
  <dict>
{environment}  </dict>
  <key>StartInterval</key>
  <integer>{seconds}</integer>
  <key>RunAtLoad</key>
  <true/>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>{log}</string>
  <key>StandardErrorPath</key>
  <string>{log}</string>
</dict>
</plist>
"#
    )]
}

pub(super) fn activate(folder: &Path) -> Vec<Line> {
    let (domain, agent) = (domain(), agent());
    let file = folder.join(NAMES.concat());
    vec![
        // One that is loaded already cannot be loaded again.
        Line { matters: Matters::No, ..line(&["launchctl", "bootout", &agent]) },
        line(&["launchctl", "enable", &agent]),
        line(&["launchctl", "bootstrap", &domain, &file.to_string_lossy()]),
    ]
}

pub(super) fn deactivate() -> Vec<Line> {
    // It fails where nothing is loaded, which is what is wanted.
    vec![Line { matters: Matters::No, ..line(&["launchctl", "bootout", &agent()]) }]
}

pub(super) fn program(plist: &str) -> Option<PathBuf> {
    from_xml(plist, "<key>ProgramArguments</key>", "string").map(PathBuf::from)
}

pub(super) fn ask(status: &mut Status) {
    let (call, answer) = programs::call(&["launchctl".to_owned(), "print".to_owned(), agent()]);
    status.activity = match call.outcome {
        Outcome::Done => Activity::Active,
        Outcome::Failed(_) => Activity::Inactive,
        Outcome::Missing => Activity::Unknown("there is no launchctl here".to_owned()),
    };
    let code = answer.lines().find_map(|line| line.trim().strip_prefix("last exit code = "));
    status.last_exit = code.and_then(|code| code.split(':').next()?.trim().parse().ok());
}

fn agent() -> String {
    format!("{}/{LABEL}", domain())
}

#[cfg(unix)]
fn domain() -> String {
    format!("gui/{}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn domain() -> String {
    "gui/0".to_owned()
}
