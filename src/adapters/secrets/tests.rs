use keyring::Error;

use super::*;

const CANARY: &str = "hunter2-canary";

fn argv(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|argument| (*argument).to_owned()).collect()
}

#[cfg(unix)]
fn from_command(arguments: &[&str]) -> Result<Found, Problem> {
    fetch(Some(&argv(arguments)), "jo@example.com", Ask::Never, &mut |_| {})
}

#[cfg(unix)]
fn shell(script: &str) -> Result<Found, Problem> {
    from_command(&["sh", "-c", script])
}

#[test]
fn a_secret_is_not_printed() {
    let found = Found { secret: Secret::new(CANARY.to_owned()), source: Source::Asked };
    assert_eq!(format!("{found:?}"), "Found { secret: Secret(…), source: Asked }");
}

#[test]
fn blanks_leave_app_passwords_and_nothing_else() {
    let tidied = |text: &str| Secret::new(text.to_owned()).without_app_password_blanks().expose().to_owned();
    assert_eq!(tidied("abcd efgh ijkl mnop"), "abcdefghijklmnop");
    assert_eq!(tidied(" abcd\u{a0}efgh ijkl mnop "), "abcdefghijklmnop");
    for text in ["correct horse battery staple", "abcd efgh ijkl", "abcd efgh ijkl mno1", " x "] {
        assert_eq!(tidied(text), text);
    }
}

#[cfg(unix)]
#[test]
fn a_command_gives_its_first_line() {
    for script in [
        "echo hunter2-canary",
        "printf hunter2-canary",
        "printf 'hunter2-canary\\r\\nurl: x\\n'",
        "echo hunter2-canary; sleep 2 & ",
    ] {
        let found = shell(script).unwrap();
        assert_eq!((found.secret.expose(), found.source), (CANARY, Source::Command), "{script}");
    }
    let found = from_command(&["printf", "%s", " a;b $HOME "]).unwrap();
    assert_eq!(found.secret.expose(), " a;b $HOME ");
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_is_named_without_what_it_printed() {
    for (script, why) in [
        ("echo hunter2-canary; echo hunter2-canary >&2; exit 3", "ended with exit code 3"),
        ("echo; echo hunter2-canary", "printed an empty line"),
        ("true", "printed an empty line"),
        ("printf '\\351\\n'", "printed something that is not UTF-8"),
        (
            "printf '\\357\\273\\277hunter2-canary\\n'",
            "printed a byte order mark; save the text as UTF-8 without one",
        ),
        ("printf '\\377\\376h\\0u\\0\\n\\0'", "printed UTF-16 text, not UTF-8"),
        ("printf '\\376\\377\\0h\\0u\\0\\n'", "printed UTF-16 text, not UTF-8"),
        ("printf 'h\\0u\\0n\\0\\n\\0'", "printed text with a NUL, as UTF-16 has them"),
        ("printf 'hunter2-canar\\351\\n'", "printed something that is not UTF-8"),
        ("printf '\\r\\nhunter2-canary\\r\\n'", "printed an empty line"),
        ("printf '  \\nhunter2-canary\\n'", "printed a line of blanks"),
        (
            "printf '\\033[32mhunter2-canary\\033[0m\\n'",
            "printed escape sequences, such as terminal colors; turn them off",
        ),
        ("printf 'reading\\rhunter2-canary\\n'", "printed text with control characters"),
        ("printf 'hunter2\\t-canary\\n'", "printed text with control characters"),
        ("printf 'hunter2-\\302\\233canary\\n'", "printed text with control characters"),
        ("printf 'hunter2-canary\\342\\200\\213\\n'", "printed text with a character that can't be seen"),
        ("printf 'hunter2-canary\\357\\277\\275\\n'", "printed text with a character that can't be seen"),
        ("kill -9 $$", "was ended by a signal"),
    ] {
        let problem = shell(script).unwrap_err();
        assert_eq!(problem.kind, Kind::Permission);
        assert_eq!(problem.message, format!("the command for the password, `sh`, {why}"));
        assert!(!format!("{problem:?}").contains(CANARY));
    }
    let problem = from_command(&["/no/such/program"]).unwrap_err();
    assert!(problem.message.ends_with("`/no/such/program`, does not exist"), "{problem}");
    assert!(problem.hint.unwrap().contains("[auth] command"));
}

#[cfg(unix)]
#[test]
fn a_password_of_any_letters_and_signs_is_taken() {
    for text in ["s\u{e9}same", "\u{5bc6}\u{7801} 12", "\u{1f511}", " x ", "a~$HOME\u{a0}"] {
        assert_eq!(from_command(&["printf", "%s\\r\\n", text]).unwrap().secret.expose(), text);
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_only_a_shell_would_expand_is_named() {
    for arguments in [
        &["~/bin/getpw"][..],
        &["cat", "~/no-such-file"],
        &["cat", "$HOME/no-such-file"],
        &["cat", "--file=~/no-such-file"],
    ] {
        let problem = from_command(arguments).unwrap_err();
        let hint = problem.hint.as_deref().unwrap();
        assert!(hint.starts_with("`~` and `$HOME` are not expanded"), "{arguments:?}: {hint}");
    }
    let problem = shell("exit 1").unwrap_err();
    assert!(!problem.hint.unwrap().contains('~'));
}

#[cfg(unix)]
#[test]
fn a_command_that_hangs_is_stopped() {
    let limit = Duration::from_millis(60);
    let problem = command::run(&argv(&["sleep", "60"]), command::Streams::Closed, limit);
    assert!(problem.unwrap_err().message.contains("did not end within"));
}

#[cfg(unix)]
#[test]
fn a_command_is_announced_before_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("ran");
    let arguments = argv(&["sh", "-c", "touch \"$0\"; echo hunter2-canary", trace.to_str().unwrap()]);
    let mut announced = Vec::new();
    let mut announce = |line: &str| announced.push((line.to_owned(), trace.exists()));
    fetch(Some(&arguments), "jo", Ask::Never, &mut announce).unwrap();
    assert!(trace.exists());
    let line = format!("asking `{}` for the password", arguments.join(" "));
    assert_eq!(announced, [(line, false)]);
}

#[test]
fn a_typed_command_becomes_words_without_a_shell() {
    assert_eq!(command_words("pass show mail").unwrap(), ["pass", "show", "mail"]);
    assert_eq!(
        command_words(" op read 'op://a b/$HOME' ; x").unwrap(),
        ["op", "read", "op://a b/$HOME", ";", "x"]
    );
    for text in ["", "  ", "''", "pass 'show"] {
        assert_eq!(command_words(text).unwrap_err().kind, Kind::Data, "{text}");
    }
}

#[cfg(unix)]
#[test]
fn an_unattended_command_has_no_input() {
    assert_eq!(shell("cat; echo end").unwrap().secret.expose(), "end");
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_holds_a_secret_leaves_no_core_dump() {
    shell("echo hunter2-canary").unwrap();
    let behaviour = rustix::process::dumpable_behavior().unwrap();
    assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
}

fn missing() -> Result<Secret, Failure> {
    Err(keyring_store::explain(&Error::NoEntry, "jo"))
}

#[test]
fn the_keyring_comes_before_the_person() {
    let mut ask = || panic!("asked");
    let kept = Ok(Secret::new(CANARY.to_owned()));
    let found = resolve(kept, "jo", Ask::Terminal(&mut ask)).unwrap();
    assert_eq!(found.source, Source::Keyring);
    let mut ask = || Ok(Secret::new("typed".to_owned()));
    let found = resolve(missing(), "jo", Ask::Terminal(&mut ask)).unwrap();
    assert_eq!((found.secret.expose(), found.source), ("typed", Source::Asked));
}

#[test]
fn without_a_secret_it_is_said_what_was_tried() {
    let problem = resolve(missing(), "jo", Ask::Never).unwrap_err();
    assert_eq!(problem.kind, Kind::Permission);
    assert_eq!(
        problem.details,
        ["keyring: no entry for service thanks, user jo", "not asked for: there is no terminal"]
    );
    let mut stops = || Ok(Secret::new(String::new()));
    let problem = resolve(missing(), "jo", Ask::Terminal(&mut stops)).unwrap_err();
    assert_eq!(problem.kind, Kind::Permission);
    let mut interrupted = || Err(Problem::new(Kind::Interrupted, "interrupted"));
    let problem = resolve(missing(), "jo", Ask::Terminal(&mut interrupted)).unwrap_err();
    assert_eq!(problem.kind, Kind::Interrupted);
}

#[test]
fn a_keyring_that_hangs_can_be_tried_again_later() {
    let mut announced = Vec::new();
    let mut announce = |line: &str| announced.push(line.to_owned());
    let mut wait = Wait { limit: Duration::from_millis(20), announce: &mut announce };
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let hung = keyring_store::call(&mut wait, move || {
        let _ = held.recv();
        Ok(Secret::new(CANARY.to_owned()))
    });
    drop(hold);
    assert_eq!(hung.as_ref().unwrap_err().class, Class::Hangs);
    assert_eq!(resolve(hung, "jo", Ask::Never).unwrap_err().kind, Kind::TryAgain);
    assert_eq!(announced.len(), 1);
}

#[test]
fn errors_of_the_keyring_are_told_in_plain_words_without_the_secret() {
    let bus = "zbus error: org.freedesktop.DBus.Error.ServiceUnknown: The name org.freedesktop.secrets was not provided";
    let nowhere = "Failed to connect to address `unix:path=/run/user/0/bus`: No such file";
    let bytes = CANARY.as_bytes().to_vec();
    for (error, why) in [
        (Error::PlatformFailure(bus.into()), "no Secret Service on the session bus"),
        (Error::PlatformFailure(nowhere.into()), "no session bus, and so no Secret Service"),
        (Error::PlatformFailure("odd".into()), "odd"),
        (
            Error::NoStorageAccess("prompt dismissed".into()),
            "it is locked, or has no collection yet, and nobody answered its prompt",
        ),
        (Error::BadEncoding(bytes.clone()), "the entry is not UTF-8"),
        (Error::BadDataFormat(bytes, CANARY.into()), "the entry cannot be read"),
        (Error::Ambiguous(Vec::new()), "0 entries for service thanks, user jo: remove all but one"),
    ] {
        let failure = keyring_store::explain(&error, "jo");
        assert_eq!((failure.class, failure.why.as_str()), (Class::Broken, why));
    }
}
