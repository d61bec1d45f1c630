//! The task of the Windows Task Scheduler.

use std::path::{Path, PathBuf};

use super::files::{SEAL, from_xml, xml};
use super::programs::{self, Line, Outcome, line};
use super::{ARGUMENTS, Activity, Status, Words};

pub(super) const NAMES: [&str; 1] = ["schedule-task.xml"];

/// A task knows no environment of its own: it gets the user's. It runs in the user's session,
/// since without one there is no credential store.
pub(super) fn render(words: &Words<'_>) -> Vec<String> {
    let (program, arguments, minutes) = (xml(words.program), xml(&ARGUMENTS.join(" ")), words.minutes);
    vec![format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<!-- {SEAL} -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Send the thank-you notes that were approved and are due</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Repetition>
        <Interval>PT{minutes}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"#
    )]
}

pub(super) fn activate(folder: &Path) -> Vec<Line> {
    let file = folder.join(NAMES.concat());
    vec![line(&["schtasks", "/Create", "/TN", "thanks", "/XML", &file.to_string_lossy(), "/F"])]
}

pub(super) fn deactivate() -> Vec<Line> {
    vec![line(&["schtasks", "/Delete", "/TN", "thanks", "/F"])]
}

pub(super) fn program(task: &str) -> Option<PathBuf> {
    from_xml(task, "<Exec>", "Command").map(PathBuf::from)
}

/// The times that `schtasks` prints are in the language of the system, so they are not read.
pub(super) fn ask(status: &mut Status) {
    let (call, _) = programs::call(&["schtasks", "/Query", "/TN", "thanks"].map(str::to_owned));
    status.activity = match call.outcome {
        Outcome::Done => Activity::Active,
        Outcome::Failed(_) => Activity::Inactive,
        Outcome::Missing => Activity::Unknown("there is no schtasks here".to_owned()),
    };
}
