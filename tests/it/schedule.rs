//! The timer from outside: the program in a home of its own, with a `systemctl` that only writes
//! down what it was asked. Of systemd alone, since the program asks the system it was built for.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_thanks");

struct Home {
    root: TempDir,
}

impl Home {
    fn new() -> Home {
        let home = Home { root: tempfile::tempdir().unwrap() };
        fs::create_dir_all(home.bin()).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn bin(&self) -> PathBuf {
        self.path("bin")
    }

    fn units(&self) -> PathBuf {
        self.path("home/.config/systemd/user")
    }

    /// A `systemctl` that writes down its arguments and then does `and_then`.
    fn systemctl(self, and_then: &str) -> Home {
        let script = self.bin().join("systemctl");
        let calls = self.path("calls");
        fs::write(&script, format!("#!/bin/sh\necho \"$*\" >> '{}'\n{and_then}\n", calls.display())).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", self.bin())
            .env("TZ", "America/New_York")
            .arg("schedule")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

/// The words of one line of a unit, after systemd.syntax(7) and the specifiers of
/// systemd.unit(5); anything that it does not know is a failure.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(first) = chars.next() {
        let mut word = String::new();
        let in_quotes = first == '"';
        if !in_quotes {
            word.push(first);
        }
        loop {
            match chars.next() {
                Some('"') if in_quotes => break,
                Some(' ') | None if !in_quotes => break,
                Some('\\') => word.push(chars.next().filter(|c| "\\\"".contains(*c)).unwrap()),
                Some('%') => word.push(chars.next().filter(|c| *c == '%').unwrap()),
                Some(c) => word.push(c),
                None => panic!("an open quote: {line}"),
            }
        }
        while chars.next_if_eq(&' ').is_some() {}
        words.push(word);
    }
    words
}

/// Every `Key=value` below a section.
fn directives(unit: &str, section: &str) -> Vec<(String, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in unit.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            inside = line == format!("[{section}]");
        } else if inside {
            let (key, value) = line.split_once('=').unwrap();
            found.push((key.to_owned(), value.to_owned()));
        }
    }
    found
}

fn value(directives: &[(String, String)], key: &str) -> String {
    let values: Vec<&String> =
        directives.iter().filter(|(name, _)| name == key).map(|(_, value)| value).collect();
    assert_eq!(values.len(), 1, "{key}");
    values[0].clone()
}

#[test]
fn install_shows_the_files_writes_them_and_starts_the_timer() {
    let home = Home::new().systemctl("");
    let output = home.run(&["install", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["thanks.service", "thanks.timer"] {
        let text = fs::read_to_string(home.units().join(name)).unwrap();
        assert!(stderr(&output).contains(&text), "{name} was not shown");
        let mode = fs::metadata(home.units().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & !0o644, 0, "{name}: {mode:o}");
    }
    assert_eq!(
        home.calls(),
        ["--user show --property=Version", "--user daemon-reload", "--user enable --now thanks.timer"]
    );
    assert!(stdout(&output).contains("the timer is active: every 5 minutes"), "{}", stdout(&output));
}

#[test]
fn nothing_is_written_where_nobody_can_be_asked() {
    let home = Home::new().systemctl("");
    let output = home.run(&["install"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("thanks schedule install --yes"), "{}", stderr(&output));
    assert!(!home.units().exists());
    assert_eq!(home.calls(), ["--user show --property=Version"]);
}

#[test]
fn print_writes_nothing_and_is_what_install_writes() {
    let home = Home::new().systemctl("");
    let printed = json(&home.run(&["install", "--print", "--json", "--every", "10"]));
    assert!(!home.units().exists());
    home.run(&["install", "--yes", "--every", "10"]);
    for file in printed["files"].as_array().unwrap() {
        let path = Path::new(file["path"].as_str().unwrap());
        assert_eq!(fs::read_to_string(path).unwrap(), file["text"].as_str().unwrap());
    }
    assert_eq!(printed["files"].as_array().unwrap().len(), 2);
    assert!(fs::read_to_string(home.units().join("thanks.timer")).unwrap().contains("OnCalendar=*:0/10\n"));
}

#[test]
fn minutes_that_do_not_divide_the_hour_are_a_usage_error() {
    let output = Home::new().run(&["install", "--every", "7"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn without_systemctl_nothing_is_written_and_cron_is_offered() {
    let home = Home::new();
    let output = home.run(&["install", "--yes"]);
    assert_eq!(output.status.code(), Some(77));
    assert_eq!(
        stderr(&output),
        "error: no systemd user session here (there is no systemctl here); nothing was installed\n\n\
         hint: `thanks schedule print cron` prints what to use instead\n"
    );
    assert!(!home.units().exists());
}

#[test]
fn without_a_user_session_nothing_is_written_and_cron_is_offered() {
    let words = [
        "Failed to connect to bus: No medium found",
        "Failed to connect to user scope bus via local transport: $DBUS_SESSION_BUS_ADDRESS and $XDG_RUNTIME_DIR not defined",
        "System has not been booted with systemd as init system (PID 1). Can'\\''t operate.",
    ];
    for words in words {
        let home = Home::new().systemctl(&format!("echo '{words}' >&2; exit 1"));
        let output = home.run(&["install", "--yes"]);
        assert_eq!(output.status.code(), Some(77), "{words}");
        assert!(stderr(&output).contains("nothing was installed"), "{}", stderr(&output));
        assert!(stderr(&output).contains("thanks schedule print cron"), "{}", stderr(&output));
        assert!(!home.units().exists());
        assert_eq!(home.calls(), ["--user show --property=Version"]);
    }
}

#[test]
fn a_timer_that_systemd_refuses_to_start_names_the_commands_that_are_left() {
    let home =
        Home::new().systemctl("case \"$*\" in *daemon-reload*) echo 'Access denied' >&2; exit 1;; esac");
    let output = home.run(&["install", "--yes"]);
    assert_eq!(output.status.code(), Some(74));
    let told = stderr(&output);
    assert!(told.contains("systemctl: Access denied") && told.contains("written: "), "{told}");
    assert!(
        told.contains("hint: systemctl --user daemon-reload && systemctl --user enable --now thanks.timer"),
        "{told}"
    );
}

#[test]
fn print_gives_text_for_other_schedulers_and_writes_nothing() {
    let home = Home::new();
    let print = |scheduler: &str| home.run(&["print", scheduler, "--every", "10"]);
    let cron = print("cron");
    assert_eq!(cron.status.code(), Some(0), "{}", stderr(&cron));
    assert!(stdout(&cron).starts_with("*/10 * * * * TZ='America/New_York' '"), "{}", stdout(&cron));
    assert!(stdout(&cron).ends_with("' schedule run --no-input\n"), "{}", stdout(&cron));
    assert!(stderr(&cron).starts_with("Add this line with: crontab -e"), "{}", stderr(&cron));
    assert!(stdout(&print("launchd")).contains("<integer>600</integer>"));
    assert!(stdout(&print("windows")).contains("Register-ScheduledTask"));
    assert_eq!(print("anacron").status.code(), Some(2));
    assert!(!home.path("home").exists());
}

#[test]
fn a_run_by_any_scheduler_counts_until_it_falls_silent() {
    let home = Home::new();
    let at = |now: &str, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.env_clear().env("HOME", home.path("home")).env("PATH", home.bin()).env("TZ", "UTC");
        command.env("THANKS_HOME", home.path("data")).env("THANKS_NOW", now).args(arguments).output().unwrap()
    };
    let timer = |now: &str| {
        let report = json(&at(now, &["doctor", "--json"]));
        let checks = report["checks"].as_array().unwrap();
        let timer = checks.iter().find(|check| check["name"] == "timer").unwrap();
        timer["detail"].as_str().unwrap().to_owned()
    };
    let add =
        at("2026-03-05T17:00:00Z", &["add", "--company", "Acme", "--role", "Nurse", "--with", "Jane Doe"]);
    assert_eq!(add.status.code(), Some(0), "{}", stderr(&add));
    assert_eq!(timer("2026-03-05T17:00:00Z"), "no timer is installed; nothing is planned");
    let run = at("2026-03-05T17:05:00Z", &["schedule", "run", "--no-input"]);
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    assert_eq!(timer("2026-03-06T09:00:00Z"), "active");
    let status = at("2026-03-06T09:00:00Z", &["schedule", "status"]);
    assert_eq!(
        stdout(&status),
        "no timer is installed\nlast     Thu 5 Mar 17:05 UTC, started by something else\n"
    );
    assert_eq!(timer("2026-03-07T09:00:00Z"), "no timer is installed; nothing is planned");
}

#[test]
fn words_of_systemctl_cannot_steer_the_terminal() {
    let home = Home::new().systemctl("printf 'no \\033[2J\\n' >&2; exit 1");
    let output = home.run(&["install", "--yes"]);
    assert_eq!(output.status.code(), Some(74));
    assert!(!stderr(&output).contains('\u{1b}'));
}

#[test]
fn remove_takes_away_exactly_what_was_written() {
    let home = Home::new().systemctl("");
    fs::create_dir_all(home.units()).unwrap();
    fs::write(home.units().join("other.timer"), "mine").unwrap();
    home.run(&["install", "--yes"]);
    // The link that a real `disable` may not have been able to remove.
    let wants = home.units().join("timers.target.wants");
    fs::create_dir(&wants).unwrap();
    std::os::unix::fs::symlink(home.units().join("thanks.timer"), wants.join("thanks.timer")).unwrap();
    let output = home.run(&["remove"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut left: Vec<_> =
        fs::read_dir(home.units()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["other.timer", "timers.target.wants"]);
    assert!(!wants.join("thanks.timer").is_symlink());
    assert_eq!(home.calls()[3..], ["--user disable --now thanks.timer", "--user daemon-reload"]);
    let again = home.run(&["remove"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(stdout(&again).contains("there was no timer; nothing was changed"));
}

#[test]
fn a_file_changed_by_hand_is_left_and_named() {
    let home = Home::new().systemctl("");
    home.run(&["install", "--yes"]);
    let service = home.units().join("thanks.service");
    let own = fs::read_to_string(&service).unwrap().replace("UMask=0077", "UMask=0027");
    fs::write(&service, &own).unwrap();
    let refused = home.run(&["install", "--yes"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains("nothing was written"), "{}", stderr(&refused));
    let output = home.run(&["remove"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains(&service.display().to_string()), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&service).unwrap(), own);
    assert!(!home.units().join("thanks.timer").exists());
}

#[test]
fn remove_without_a_session_deletes_the_files_and_says_what_may_still_run() {
    let home = Home::new().systemctl("");
    home.run(&["install", "--yes"]);
    let home = home.systemctl("echo 'Failed to connect to bus: No medium found' >&2; exit 1");
    let output = home.run(&["remove"]);
    assert_eq!(output.status.code(), Some(77));
    assert!(stderr(&output).contains("systemctl --user stop thanks.timer"), "{}", stderr(&output));
    assert!(!home.units().join("thanks.timer").exists() && !home.units().join("thanks.service").exists());
}

#[test]
fn status_tells_the_next_run_the_last_one_and_what_is_called() {
    let none = Home::new().run(&["status"]);
    assert_eq!(none.status.code(), Some(0));
    assert_eq!(stdout(&none), "no timer is installed\n");
    let answer = "printf 'Id=thanks.timer\\nActiveState=active\\nNextElapseUSecRealtime=Thu 2026-03-05 22:00:31 UTC\\n\\nId=thanks.service\\nActiveState=inactive\\nExecMainStartTimestamp=Thu 2026-03-05 21:55:02 UTC\\nExecMainStatus=75\\n'";
    let home = Home::new().systemctl(answer);
    home.run(&["install", "--yes"]);
    let status = json(&home.run(&["status", "--json"]));
    assert_eq!(status["active"], true);
    assert_eq!(status["next_run"], "2026-03-05T17:00:31-05:00");
    assert_eq!(status["last_run"], "2026-03-05T16:55:02-05:00");
    assert_eq!(status["last_exit"], 75);
    assert_eq!(status["program_is"], "this");
    let text = home.run(&["status"]);
    assert_eq!(text.status.code(), Some(0));
    assert!(stdout(&text).contains("last     Thu 5 Mar 16:55 EST, exit code 75\n"), "{}", stdout(&text));
}

#[test]
fn the_last_run_is_known_across_a_restart_of_the_computer() {
    let answer = "printf 'Id=thanks.timer\\nActiveState=inactive\\nLastTriggerUSec=Thu 2026-03-05 21:55:02 UTC\\n\\nId=thanks.service\\nExecMainStartTimestamp=\\nExecMainStatus=0\\n'";
    let home = Home::new().systemctl(answer);
    home.run(&["install", "--yes"]);
    let output = home.run(&["status", "--json"]);
    assert_eq!(output.status.code(), Some(3), "it is there, but not active");
    let status = json(&output);
    assert_eq!(status["active"], false);
    assert_eq!(status["last_run"], "2026-03-05T16:55:02-05:00");
    assert!(status["last_exit"].is_null());
}

#[test]
fn a_timer_that_calls_nothing_any_more_asks_for_its_owner() {
    let home = Home::new().systemctl("");
    let copy = home.path("thanks");
    fs::copy(PROGRAM, &copy).unwrap();
    let mut install = Command::new(&copy);
    install.env_clear().env("HOME", home.path("home")).env("PATH", home.bin());
    assert!(install.args(["schedule", "install", "--yes"]).output().unwrap().status.success());
    assert_eq!(json(&home.run(&["status", "--json"]))["program_is"], "other");
    fs::remove_file(&copy).unwrap();
    let output = home.run(&["status"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("which is not there any more"), "{}", stdout(&output));
}

#[test]
fn the_units_say_what_they_must_and_nothing_that_a_user_manager_cannot_do() {
    let home = Home::new().systemctl("");
    home.run(&["install", "--yes"]);
    let unit = |name: &str| fs::read_to_string(home.units().join(name)).unwrap();
    let timer = directives(&unit("thanks.timer"), "Timer");
    assert_eq!(value(&timer, "Persistent"), "true");
    assert_eq!(value(&timer, "OnCalendar"), "*:0/5");
    assert_eq!(value(&directives(&unit("thanks.timer"), "Install"), "WantedBy"), "timers.target");
    let service = directives(&unit("thanks.service"), "Service");
    assert_eq!(value(&service, "Type"), "oneshot");
    assert_eq!(value(&service, "NoNewPrivileges"), "yes");
    let command = words(&value(&service, "ExecStart"));
    assert_eq!(command[1..], ["schedule", "run", "--no-input"]);
    assert_eq!(Path::new(&command[0]), fs::canonicalize(PROGRAM).unwrap());
    let needs_namespaces =
        ["Private", "Protect", "ReadOnly", "ReadWrite", "Inaccessible", "Capability", "Bind"];
    for (key, _) in &service {
        assert!(!needs_namespaces.iter().any(|start| key.starts_with(start)), "{key}");
    }
}

/// What the installed service is: its command line, and the environment that its unit gives it.
struct Service<'a> {
    home: &'a Home,
    command: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Service<'_> {
    /// As `install` writes it for a folder of data.
    fn installed<'a>(home: &'a Home, data: &Path) -> Service<'a> {
        let install = home
            .command(&["install", "--yes"])
            .env("THANKS_HOME", data)
            .env("THANKS_NOW", "2026-03-05T17:00:00Z")
            .output()
            .unwrap();
        assert_eq!(install.status.code(), Some(0), "{}", stderr(&install));
        let unit = fs::read_to_string(home.units().join("thanks.service")).unwrap();
        let service = directives(&unit, "Service");
        let pair = |word: String| {
            word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap()
        };
        let environment = service
            .iter()
            .filter(|(key, _)| key == "Environment")
            .flat_map(|(_, value)| words(value))
            .map(pair)
            .collect();
        Service { home, command: words(&value(&service, "ExecStart")), environment }
    }

    /// The program of the service, as a user manager would start it, with these arguments.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut child = Command::new(&self.command[0]);
        child.env_clear().env("HOME", self.home.path("home")).env("PATH", self.home.bin());
        child.envs(self.environment.iter().cloned()).args(arguments).output().unwrap()
    }
}

#[test]
fn the_command_of_the_service_finds_the_same_files_in_its_own_environment() {
    let home = Home::new().systemctl("");
    let data = home.path("da ta \"50%\" \\ $HOME ä");
    let service = Service::installed(&home, &data);
    let names: Vec<&str> = service.environment.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["THANKS_HOME", "TZ"], "the fixed clock is not carried over");
    // A broken configuration shows where the program looks for it.
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("config.toml"), "broken").unwrap();
    let output = service.run(&["status", "--no-input"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(stderr(&output).contains("50%"), "{}", stderr(&output));
    fs::remove_file(data.join("config.toml")).unwrap();
    let output = service.run(&["schedule", "status", "--no-input", "--json"]);
    assert_eq!(json(&output)["program_is"], "this", "{}", stderr(&output));
}

#[test]
fn the_command_line_of_the_service_does_its_work_and_leaves_a_heartbeat() {
    let home = Home::new().systemctl("echo Id=thanks.timer; echo ActiveState=active");
    let data = home.path("da ta");
    let service = Service::installed(&home, &data);
    let add = service.run(&["add", "--company", "Acme", "--role", "Engineer", "--with", "Jane Doe"]);
    assert_eq!(add.status.code(), Some(0), "{}", stderr(&add));
    let last_run = || {
        let report = json(&service.run(&["doctor", "--json"]));
        let checks = report["checks"].as_array().unwrap();
        let last_run = checks.iter().find(|check| check["name"] == "last run").unwrap();
        last_run["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(last_run(), "the timer has not run yet");
    let line: Vec<&str> = service.command[1..].iter().map(String::as_str).collect();
    let output = service.run(&line);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", stderr(&output));
    assert_ne!(last_run(), "the timer has not run yet");
    assert!(data.join("thanks.db").exists());
}

/// Where there is no systemd, nothing is verified, and the test says so.
#[test]
fn systemd_analyze_verifies_the_units() {
    let home = Home::new().systemctl("");
    home.command(&["install", "--yes"])
        .env("THANKS_HOME", home.path("da ta \"50%\" \\ ä"))
        .env("XDG_DATA_HOME", "/a'b")
        .output()
        .unwrap();
    let runtime = home.path("run");
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
    let verified = Command::new("systemd-analyze")
        .args(["--user", "verify", "--man=no"])
        .args(["thanks.service", "thanks.timer"].map(|name| home.units().join(name)))
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("HOME", home.path("home"))
        .output();
    match verified {
        Ok(output) => {
            assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
        }
        Err(_) => eprintln!("not verified: there is no systemd-analyze here"),
    }
}

/// Answers the question on a terminal of its own; the exit code and what was seen.
fn answered(home: &Home, answer: &str) -> (u32, String) {
    let pty = portable_pty::native_pty_system().openpty(portable_pty::PtySize::default()).unwrap();
    let mut command = portable_pty::CommandBuilder::new(PROGRAM);
    command.args(["schedule", "install"]);
    command.cwd(home.root.path());
    command.env_clear();
    command.env("HOME", home.path("home"));
    command.env("PATH", home.bin());
    command.env("TERM", "xterm");
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let (mut screen, mut keyboard) =
        (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
    let (mut seen, mut byte, mut asked) = (Vec::new(), [0], false);
    // Reading fails at the end of the program, which is the end of the terminal.
    while screen.read(&mut byte).is_ok_and(|read| read == 1) {
        seen.extend(byte);
        if !asked && seen.ends_with(b"[n]o: ") {
            asked = true;
            keyboard.write_all(format!("{answer}\r").as_bytes()).unwrap();
        }
    }
    (child.wait().unwrap().exit_code(), String::from_utf8_lossy(&seen).into_owned())
}

#[test]
fn on_a_terminal_the_files_are_shown_before_the_question_and_no_writes_nothing() {
    let home = Home::new().systemctl("");
    let (exit, seen) = answered(&home, "n");
    assert_eq!(exit, 1, "{seen}");
    let (shown, _) = seen.split_once("Install?").unwrap();
    assert!(shown.contains("OnCalendar=*:0/5") && shown.contains("ExecStart="), "{seen}");
    assert!(seen.contains("nothing was written"), "{seen}");
    assert!(!home.units().exists());
    let (exit, seen) = answered(&home, "yes");
    assert_eq!(exit, 0, "{seen}");
    assert!(home.units().join("thanks.timer").exists());
}
