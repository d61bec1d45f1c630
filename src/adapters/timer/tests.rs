use proptest::prelude::*;

use super::*;

fn timer(folder: &Path) -> Timer {
    Timer { folder: folder.to_owned() }
}

fn plan(program: &str, environment: &[(&'static str, &str)]) -> Plan {
    Plan {
        program: program.into(),
        environment: environment.iter().map(|(name, value)| (*name, (*value).into())).collect(),
        every: Minutes::USUAL,
    }
}

fn texts(plan: &Plan) -> Vec<String> {
    let files = timer(Path::new("/x")).files(plan).unwrap();
    files.into_iter().map(|file| file.text).collect()
}

/// Without the digits of the seal.
fn unsealed(text: &str) -> String {
    let (before, rest) = text.split_once(", seal ").unwrap();
    format!("{before}, seal {}", rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

/// Writes the units of a plan, without asking systemd.
fn written(folder: &Path) -> Timer {
    let timer = timer(folder);
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
    let units = texts(&plan);
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
fn a_path_that_systemd_cannot_express_is_refused() {
    let refused = |program: &str, home: &str| {
        let plan = plan(program, &[("THANKS_HOME", home)]);
        timer(Path::new("/x")).files(&plan).is_err_and(|problem| problem.kind == Kind::Data)
    };
    assert!(refused("/opt/a\nb/thanks", "/data"));
    assert!(refused("/opt/thanks", "/data\nExecStart=/bin/false"));
    for quote in ['"', '\'', '\\'] {
        assert!(refused(&format!("/opt/a{quote}b/thanks"), "/data"), "{quote}");
        assert!(!refused("/opt/thanks", &format!("/da{quote}ta")), "{quote}");
    }
}

#[test]
fn a_written_unit_is_recognized_until_one_letter_changes() {
    let folder = tempfile::tempdir().unwrap();
    let timer = written(folder.path());
    for path in timer.paths() {
        assert_eq!(files::state(&path).unwrap(), FileState::Ours);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.iter().rposition(|byte| *byte == b't').unwrap();
        bytes[at] = b'T';
        fs::write(&path, bytes).unwrap();
        assert_eq!(files::state(&path).unwrap(), FileState::Foreign);
    }
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, timer.paths().len(), "no temporary file is left behind");
}

#[test]
fn the_installed_program_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let status = written(folder.path()).status().unwrap();
    assert_eq!(status.program.unwrap(), Path::new("/opt/thanks"));
}

#[cfg(unix)]
#[test]
fn a_link_is_never_taken_for_a_file_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let timer = written(folder.path());
    let service = &timer.paths()[0];
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(service, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, service).unwrap();
    assert_eq!(files::state(service).unwrap(), FileState::Foreign);
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
        let unit = &texts(&plan)[0];
        let lines: Vec<&str> = unit.lines().filter_map(|line| line.strip_prefix("Environment=")).collect();
        prop_assert_eq!(lines.len(), 1);
        prop_assert_eq!(unquoted(lines[0]), Some(format!("THANKS_HOME={folder}")));
    }

    #[test]
    fn any_program_comes_back_from_a_unit(program in "/[^\\p{C}'\"\\\\]{1,40}") {
        let unit = &texts(&plan(&program, &[]))[0];
        prop_assert_eq!(systemd::program(unit), Some(PathBuf::from(&program)));
    }
}
