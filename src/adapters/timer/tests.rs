use proptest::prelude::*;

use super::*;

fn timer(keeper: Keeper, folder: &Path) -> Timer {
    Timer { keeper, folder: folder.to_owned(), home: "/Users/jo".into() }
}

fn plan(program: &str, environment: &[(&'static str, &str)]) -> Plan {
    Plan {
        program: program.into(),
        environment: environment.iter().map(|(name, value)| (*name, (*value).into())).collect(),
        every: Minutes::USUAL,
    }
}

fn texts(keeper: Keeper, plan: &Plan) -> Vec<String> {
    let files = timer(keeper, Path::new("/x")).files(plan).unwrap();
    files.into_iter().map(|file| file.text).collect()
}

/// Without the digits of the seal.
fn unsealed(text: &str) -> String {
    let (before, rest) = text.split_once(", seal ").unwrap();
    format!("{before}, seal {}", rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

/// Writes the files of a plan, without a keeper.
fn written(keeper: Keeper, folder: &Path) -> Timer {
    let timer = timer(keeper, folder);
    for file in timer.files(&plan("/opt/thanks", &[("THANKS_HOME", "/data/päth")])).unwrap() {
        file.write().unwrap();
    }
    timer
}

#[test]
fn runs_divide_the_hour_and_are_at_most_ten_minutes_apart() {
    let allowed: Vec<u8> = (0..=255).filter(|minutes| Minutes::new(*minutes).is_some()).collect();
    assert_eq!(allowed, [1, 2, 3, 4, 5, 6, 10]);
}

#[test]
fn the_units_of_systemd_are_these() {
    let plan = plan("/opt/my apps/100%/thanks", &[("THANKS_HOME", r#"/da ta/"50%"\x"#)]);
    let units = texts(Keeper::Systemd, &plan);
    assert_eq!(
        unsealed(&units[0]),
        r##"# Written by `thanks schedule install`, seal 
# To change it: systemctl --user edit thanks.service

[Unit]
Description=Send the thank-you notes that were approved and are due

[Service]
Type=oneshot
ExecStart="/opt/my apps/100%%/thanks" schedule run --no-input
Environment="THANKS_HOME=/da ta/\"50%%\"\\x"
# 1: a note was held back, 3: a decision is waiting, 75: tried again at the next run. The run
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
"##
    );
    assert_eq!(
        unsealed(&units[1]),
        r##"# Written by `thanks schedule install`, seal 
# To change it: systemctl --user edit thanks.timer

[Unit]
Description=Look for thank-you notes that are due, every 5 minutes

[Timer]
OnCalendar=*:0/5
# A run that was missed while the computer was off or asleep is made up for.
Persistent=true
# Not everybody's mail at the same second.
RandomizedDelaySec=60

[Install]
WantedBy=timers.target
"##
    );
}

#[test]
fn the_agent_of_launchd_is_this() {
    let plan = plan("/opt/R&D/<thanks>", &[("THANKS_HOME", "/da ta"), ("TZ", "UTC")]);
    assert_eq!(
        unsealed(&texts(Keeper::Launchd, &plan)[0]),
        r##"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by `thanks schedule install`, seal  -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>thanks.schedule</string>
  <key>ProgramArguments</key>
  <array>
    <string>/opt/R&amp;D/&lt;thanks&gt;</string>
    <string>schedule</string>
    <string>run</string>
    <string>--no-input</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>THANKS_HOME</key>
    <string>/da ta</string>
    <key>TZ</key>
    <string>UTC</string>
  </dict>
  <key>StartInterval</key>
  <integer>300</integer>
  <key>RunAtLoad</key>
  <true/>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>/Users/jo/Library/Logs/thanks.log</string>
  <key>StandardErrorPath</key>
  <string>/Users/jo/Library/Logs/thanks.log</string>
</dict>
</plist>
"##
    );
}

#[test]
fn the_task_of_windows_calls_the_program_in_the_session_of_its_user() {
    let task = &texts(Keeper::TaskScheduler, &plan(r"C:\R&D\thanks.exe", &[]))[0];
    assert!(task.contains("<Interval>PT5M</Interval>"));
    assert!(task.contains("<LogonType>InteractiveToken</LogonType>"));
    assert!(task.contains("<StartWhenAvailable>true</StartWhenAvailable>"));
    assert!(task.contains(r"<Command>C:\R&amp;D\thanks.exe</Command>"));
    assert!(task.contains("<Arguments>schedule run --no-input</Arguments>"));
    assert_eq!(tasks::program(task).unwrap(), Path::new(r"C:\R&D\thanks.exe"));
}

#[test]
fn a_path_that_a_keeper_cannot_name_is_refused() {
    let refused = |keeper, program: &str, home: &str| {
        let plan = plan(program, &[("THANKS_HOME", home)]);
        timer(keeper, Path::new("/x")).files(&plan).is_err_and(|problem| problem.kind == Kind::Data)
    };
    for keeper in [Keeper::Systemd, Keeper::Launchd, Keeper::TaskScheduler] {
        assert!(refused(keeper, "/opt/a\nb/thanks", "/data"), "{keeper:?}");
        assert!(refused(keeper, "/opt/thanks", "/data\nExecStart=/bin/false"), "{keeper:?}");
    }
    for quote in ['"', '\'', '\\'] {
        assert!(refused(Keeper::Systemd, &format!("/opt/a{quote}b/thanks"), "/data"), "{quote}");
        assert!(!refused(Keeper::Systemd, "/opt/thanks", &format!("/da{quote}ta")), "{quote}");
    }
}

#[test]
fn what_was_written_is_known_again_and_a_change_of_one_letter_is_seen() {
    for keeper in [Keeper::Systemd, Keeper::Launchd, Keeper::TaskScheduler] {
        let folder = tempfile::tempdir().unwrap();
        let timer = written(keeper, folder.path());
        for path in timer.paths() {
            assert_eq!(files::state(&path).unwrap(), FileState::Ours, "{keeper:?}");
            let mut bytes = fs::read(&path).unwrap();
            let at = bytes.iter().rposition(|byte| *byte == b't').unwrap();
            bytes[at] = b'T';
            fs::write(&path, bytes).unwrap();
            assert_eq!(files::state(&path).unwrap(), FileState::Foreign, "{keeper:?}");
        }
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, timer.paths().len(), "no draft is left behind");
    }
}

#[test]
fn the_installed_program_is_read_back_from_every_kind_of_file() {
    for keeper in [Keeper::Systemd, Keeper::Launchd, Keeper::TaskScheduler] {
        let folder = tempfile::tempdir().unwrap();
        let status = written(keeper, folder.path()).status().unwrap();
        assert_eq!(status.program.unwrap(), Path::new("/opt/thanks"), "{keeper:?}");
    }
}

#[test]
fn a_task_is_written_in_utf_16_with_a_byte_order_mark() {
    let folder = tempfile::tempdir().unwrap();
    written(Keeper::TaskScheduler, folder.path());
    let bytes = fs::read(folder.path().join("schedule-task.xml")).unwrap();
    assert_eq!(&bytes[..4], [0xff, 0xfe, b'<', 0]);
}

#[cfg(unix)]
#[test]
fn a_link_is_never_taken_for_a_file_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let timer = written(Keeper::Systemd, folder.path());
    let service = &timer.paths()[0];
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(service, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, service).unwrap();
    assert_eq!(files::state(service).unwrap(), FileState::Foreign);
}

#[test]
fn an_agent_is_loaded_anew_and_a_task_replaced() {
    let lines = |lines: Vec<programs::Line>| -> Vec<Vec<String>> {
        lines.into_iter().map(|line| line.argv).collect()
    };
    let agent = lines(launchd::activate(Path::new("/A B")));
    let verbs: Vec<&str> = agent.iter().map(|argv| argv[1].as_str()).collect();
    assert_eq!(verbs, ["bootout", "enable", "bootstrap"]);
    assert!(agent[2][2].starts_with("gui/") && agent[2][3].ends_with("thanks.schedule.plist"));
    let task = lines(tasks::activate(Path::new("/A B"))).concat();
    assert!(task.starts_with(&["schtasks", "/Create", "/TN", "thanks", "/XML"].map(str::to_owned)));
    assert_eq!(task.last().unwrap(), "/F");
}

/// A second reader of a word in quotes, after systemd.syntax(7) and the specifiers of
/// systemd.unit(5).
fn unquoted(word: &str) -> Option<String> {
    let mut value = String::new();
    let mut chars = word.strip_prefix('"')?.strip_suffix('"')?.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => value.push(chars.next().filter(|c| matches!(c, '\\' | '"'))?),
            '%' => value.push(chars.next().filter(|c| *c == '%')?),
            '"' => return None,
            c => value.push(c),
        }
    }
    Some(value)
}

proptest! {
    #[test]
    fn any_folder_comes_back_from_a_unit_and_stays_in_its_line(folder in "/[^\\p{C}]{0,40}") {
        let plan = plan("/opt/thanks", &[("THANKS_HOME", &folder)]);
        let unit = &texts(Keeper::Systemd, &plan)[0];
        let lines: Vec<&str> = unit.lines().filter_map(|line| line.strip_prefix("Environment=")).collect();
        prop_assert_eq!(lines.len(), 1);
        prop_assert_eq!(unquoted(lines[0]), Some(format!("THANKS_HOME={folder}")));
    }

    #[test]
    fn any_program_comes_back_from_every_kind_of_file(program in "/[^\\p{C}'\"\\\\]{1,40}") {
        let plan = plan(&program, &[]);
        let expected = Some(PathBuf::from(&program));
        prop_assert_eq!(systemd::program(&texts(Keeper::Systemd, &plan)[0]), expected.clone());
        prop_assert_eq!(launchd::program(&texts(Keeper::Launchd, &plan)[0]), expected.clone());
        prop_assert_eq!(tasks::program(&texts(Keeper::TaskScheduler, &plan)[0]), expected);
    }

    #[test]
    fn text_for_xml_holds_no_markup(text in "[^\\p{C}]{0,40}") {
        let shown = files::xml(&text);
        prop_assert!(!shown.contains(['<', '>', '"']));
        let bare = ["&amp;", "&lt;", "&gt;", "&quot;"].iter().fold(shown, |text, name| text.replace(name, ""));
        prop_assert!(!bare.contains('&'));
    }
}
