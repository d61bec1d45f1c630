//! What to paste into schedulers that `install` doesn't touch: cron, launchd, the Task Scheduler.

use super::{ARGUMENTS, Plan, Words};
use crate::domain::problem::Problem;

/// A scheduler that you set up by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduler {
    Cron,
    Launchd,
    Windows,
}

/// Text to paste, and one sentence about where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instructions {
    pub text: String,
    pub how: &'static str,
}

impl Scheduler {
    /// `Data` where a path can't be written in the scheduler's language.
    pub fn instructions(self, plan: &Plan) -> Result<Instructions, Problem> {
        let words = plan.words()?;
        Ok(match self {
            Scheduler::Cron => Instructions {
                text: cron(&words),
                how: "Add this line with: crontab -e. Cron jobs seldom reach the system keyring; \
                      with [auth] command in the configuration they don't need to",
            },
            Scheduler::Launchd => Instructions {
                text: launchd(&words),
                how: "Save this as ~/Library/LaunchAgents/thanks.schedule.plist, then run: \
                      launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/thanks.schedule.plist",
            },
            Scheduler::Windows => Instructions {
                text: windows(&words),
                how: "Paste this into PowerShell, without administrator rights",
            },
        })
    }
}

/// One line of crontab(5), where `%` means a line break unless it is escaped.
fn cron(words: &Words<'_>) -> String {
    let environment = words.environment.iter().map(|(name, value)| format!("{name}={} ", sh(value)));
    let command = format!("{}{} {}", environment.collect::<String>(), sh(words.program), ARGUMENTS.join(" "));
    format!("*/{} * * * * {}\n", words.minutes, command.replace('%', "\\%"))
}

/// A launch agent, see launchd.plist(5).
fn launchd(words: &Words<'_>) -> String {
    let element = |text: &str| format!("    <string>{}</string>\n", xml(text));
    let arguments: String = std::iter::once(words.program).chain(ARGUMENTS).map(element).collect();
    let environment: String = words
        .environment
        .iter()
        .map(|(name, value)| format!("    <key>{name}</key>\n{}", element(value)))
        .collect();
    let seconds = u32::from(words.minutes) * 60;
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>thanks.schedule</string>
  <key>ProgramArguments</key>
  <array>
{arguments}  </array>
  <key>EnvironmentVariables</key>
  <dict>
{environment}  </dict>
  <key>StartInterval</key>
  <integer>{seconds}</integer>
  <key>RunAtLoad</key>
  <true/>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
"#
    )
}

/// PowerShell that registers a task in your own session, which the credential store needs. A task
/// has no environment of its own, so the variables become yours.
fn windows(words: &Words<'_>) -> String {
    let environment: String = words
        .environment
        .iter()
        .map(|(name, value)| {
            format!("[Environment]::SetEnvironmentVariable('{name}', {}, 'User')\n", powershell(value))
        })
        .collect();
    let (program, arguments, minutes) = (powershell(words.program), ARGUMENTS.join(" "), words.minutes);
    format!(
        "\
{environment}$action = New-ScheduledTaskAction -Execute {program} -Argument '{arguments}'
$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes {minutes})
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries `
    -DontStopIfGoingOnBatteries -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 1)
Register-ScheduledTask -TaskName thanks -Action $action -Trigger $trigger -Settings $settings -Force
"
    )
}

/// One word for a POSIX shell.
fn sh(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// One string for PowerShell, which takes the typographic quotes for quotes as well.
fn powershell(word: &str) -> String {
    let mut quoted = String::from("'");
    for c in word.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

/// Text for an element of XML.
fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::Minutes;
    use super::*;

    fn text(scheduler: Scheduler, program: &str, environment: &[(&'static str, &str)]) -> String {
        let plan = Plan {
            program: program.into(),
            environment: environment.iter().map(|(name, value)| (*name, (*value).into())).collect(),
            every: Minutes::USUAL,
        };
        scheduler.instructions(&plan).unwrap().text
    }

    #[test]
    fn a_cron_line_quotes_for_the_shell_and_escapes_percent_for_cron() {
        assert_eq!(
            text(Scheduler::Cron, "/opt/100% it's/thanks", &[("THANKS_HOME", "/da ta"), ("TZ", "UTC")]),
            "*/5 * * * * THANKS_HOME='/da ta' TZ='UTC' '/opt/100\\% it'\\''s/thanks' schedule run --no-input\n"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_the_cron_line_back_word_for_word() {
        let home = r#"/da ta/$HOME/`id`/"x"/it's\"#;
        let line = text(Scheduler::Cron, "/usr/bin/env", &[("THANKS_HOME", home)]);
        let command = line.strip_prefix("*/5 * * * * ").unwrap().replace("\\%", "%");
        let command = command.replace("schedule run --no-input", "printenv THANKS_HOME");
        let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{home}\n"));
    }

    #[test]
    fn a_launch_agent_escapes_markup() {
        let plist = text(Scheduler::Launchd, "/opt/R&D/<thanks>", &[("THANKS_HOME", "/da ta")]);
        assert!(
            plist.contains(
                "    <string>/opt/R&amp;D/&lt;thanks&gt;</string>\n    <string>schedule</string>\n"
            )
        );
        assert!(plist.contains("    <key>THANKS_HOME</key>\n    <string>/da ta</string>\n"), "{plist}");
        assert!(plist.contains("<key>StartInterval</key>\n  <integer>300</integer>"), "{plist}");
    }

    #[test]
    fn a_windows_task_calls_the_program_with_its_environment() {
        let script = text(Scheduler::Windows, r"C:\O'Neil\thanks.exe", &[("THANKS_HOME", r"D:\da ta’s")]);
        assert!(script.starts_with(
            "[Environment]::SetEnvironmentVariable('THANKS_HOME', 'D:\\da ta’’s', 'User')\n\
             $action = New-ScheduledTaskAction -Execute 'C:\\O''Neil\\thanks.exe' -Argument 'schedule run --no-input'\n"
        ), "{script}");
        assert!(script.contains("(New-TimeSpan -Minutes 5)"), "{script}");
    }

    #[test]
    fn a_line_break_in_a_path_is_refused_everywhere() {
        for scheduler in [Scheduler::Cron, Scheduler::Launchd, Scheduler::Windows] {
            let plan =
                Plan { program: "/opt/a\nb/thanks".into(), environment: Vec::new(), every: Minutes::USUAL };
            assert!(scheduler.instructions(&plan).is_err(), "{scheduler:?}");
        }
    }
}
