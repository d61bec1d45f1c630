use super::*;
use crate::domain::address::{EmailAddress, PersonName};
use crate::domain::zone::UnknownZone;

fn parsed(text: &str) -> Config {
    parse(Path::new("config.toml"), text).unwrap()
}
fn refused(text: &str) -> Problem {
    let problem = parse(Path::new("config.toml"), text).expect_err(text);
    assert_eq!(problem.kind, Kind::Config);
    problem
}

/// The example with each commented key and header made a real one.
fn uncommented() -> String {
    EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => rest,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_example_says_what_the_defaults_are() {
    let shown = parsed(EXAMPLE);
    let bare = parsed(
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n[smtp]\nhost = \"smtp.example.com\"\n[imap]\nhost = \"imap.example.com\"\n",
    );
    assert_eq!(shown, bare);
    let full = parsed(&uncommented());
    let (smtp, imap) = (full.smtp.clone().unwrap(), full.imap.clone().unwrap());
    assert_eq!((smtp.port, smtp.security), (465, Security::default()));
    assert_eq!((imap.port, imap.security), (993, Security::default()));
    assert_eq!(full.smtp_user(), bare.smtp_user());
    assert_eq!(full.imap_user(), bare.imap_user());
    assert_eq!(full.auth.method, bare.auth.method);
    assert_eq!(full.checks, bare.checks);
    let paths = Paths::find(&at_home()).unwrap();
    assert_eq!(paths.templates(&full.templates), paths.templates(&bare.templates));
}

#[test]
fn the_example_shows_every_key() {
    let full = uncommented();
    for key in [
        "name",
        "email",
        "aliases",
        "phone",
        "timezone",
        "language",
        "country",
        "host",
        "port",
        "security",
        "user",
        "ca_file",
        "sent",
        "method",
        "command",
        "thank_you_after_minutes",
        "thank_you_within_hours",
        "follow_up_days",
        "decision_days",
        "close_out_days",
        "max_follow_ups",
        "reply_days",
        "holidays",
        "similar_ask",
        "similar_block",
        "folder",
    ] {
        assert!(full.contains(&format!("\n{key} = ")), "{key}");
    }
    let policy = parsed(&full).policy;
    assert_eq!(policy.max_follow_ups, Some(2));
    assert_eq!(policy.holidays, ["2026-12-24".parse().unwrap()]);
}

#[test]
fn a_mistake_is_named_with_its_line_and_column() {
    let syntax = refused("[smtp\nhost=\"x\"");
    assert!(syntax.message.starts_with("config.toml:1:6: "), "{syntax}");
    let cut = refused("[smtp]\nhost = \"smtp.exam");
    assert!(cut.message.starts_with("config.toml:2:"), "{cut}");
    let typed = refused("[smtp]\nhost = \"h\"\nport = \"465\"\n");
    assert_eq!(typed.message, "config.toml:3:8: invalid type: a text, expected a whole number up to 65535");
    let unknown = refused("[smtp]\nhots = \"smtp.example.org\"\n");
    assert_eq!(unknown.message, "config.toml:2:1: unknown key `hots`");
    assert_eq!(unknown.hint.as_deref(), Some("did you mean `host`?"));
    let variant = refused("[smtp]\nhost = \"h\"\nsecurity = \"ssl\"\n");
    assert_eq!(variant.message, "config.toml:3:12: unknown value `ssl`");
    assert_eq!(variant.hint.as_deref(), Some("it is one of tls, starttls, none"));
    let odd = refused("[smtp]\nhost = \"h\"\nsecurity = \"a`, `b\\t`\\nc\"\n");
    assert!(odd.message.ends_with("unknown value `a`, `b\\u{9}`\\u{a}c`"), "{odd}");
    assert_eq!(odd.hint.as_deref(), Some("it is one of tls, starttls, none"));
}

#[test]
fn what_would_be_unsafe_is_refused() {
    let plain = refused("[smtp]\nhost=\"smtp.example.org\"\nsecurity=\"none\"\n");
    assert!(plain.message.contains("for this computer only"), "{plain}");
    for host in ["127.0.0.1", "::1", "localhost"] {
        parsed(&format!("[smtp]\nhost=\"{host}\"\nsecurity=\"none\"\n"));
    }
    refused("[smtp]\nhost=\"localhost.example.org\"\nsecurity=\"none\"\n");
    refused("[smtp]\nhost = \"h\"\naccept_invalid_certs=true\n");
    let shell = refused("[auth]\ncommand=\"pass show mail; rm -rf ~\"\n");
    assert!(shell.message.contains("a command is a list"), "{shell}");
    refused("[auth]\ncommand=[]\n");
    refused("[auth]\ncommand=[\"pass\", 1]\n");
    let newer = refused("version = 999\n");
    assert_eq!(newer.message, "config.toml:1:1: written by a newer thanks");
}

#[test]
fn a_password_in_the_file_is_refused_and_never_shown() {
    let problem = refused("[smtp]\nhost = \"h\"\npassword = \"hunter2\"\n");
    assert!(!format!("{problem:?}").contains("hunter2"));
    assert!(problem.hint.unwrap().contains("thanks init"));
    let broken = refused("[smtp]\nhost = \"h\"\npassword = \"hunter2\n");
    assert!(!format!("{broken:?}").contains("hunter2"));
}

#[test]
fn values_that_no_section_takes_are_refused() {
    for text in [
        "[smtp]\nhost = \"smtp.example.com:465\"\n",
        "[smtp]\nhost = \"\"\n",
        "[smtp]\nhost = \"h\"\nport = 0\n",
        "[smtp]\nhost = \"h\"\nport = 70000\n",
        "[smtp]\nport = 465\n",
        "[smtp]\nhost = \"h\"\nuser = \"a\\r\\nb\"\n",
        "[smtp]\nhost = \"h\"\nca_file = \"~/ca.pem\"\n",
        "[smtp]\nhost = \"h\"\nca_file = \"ca.pem\"\n",
        "[imap]\nhost = \"h\"\nca_file = \"ca.pem\"\n",
        "[me]\nemail = \"jo\"\n",
        "[me]\nname = \"Jo\\nMarsh\"\nemail = \"jo@example.com\"\n",
        "[me]\nemail = \"jo@example.com\"\nlanguage = \"English\"\n",
        "[me]\nemail = \"jo@example.com\"\ncountry = \"usa\"\n",
        "[policy]\nmax_follow_ups = 4\n",
        "[policy]\nfollow_up_days = -1\n",
        "[policy]\nholidays = [\"24.12.2026\"]\n",
        "[checks]\nsimilar_ask = 60.0\n",
        "[identity]\nemail = \"a@example.com\"\n",
    ] {
        refused(text);
    }
}

#[test]
fn a_country_by_the_code_of_others_is_the_one_of_iso() {
    for (written, code) in
        [("EL", "GR"), ("UK", "GB"), ("UK-ENG", "GB-ENG"), ("DE-BY", "DE-BY"), ("UX", "UX")]
    {
        let config = parsed(&format!("[me]\nemail = \"jo@example.com\"\ncountry = \"{written}\"\n"));
        assert_eq!(config.me.unwrap().country.as_deref(), Some(code), "{written}");
    }
}

#[test]
fn what_people_write_is_understood() {
    let config = parsed("\u{feff}[me]\r\nname = \"\"\r\nemail = \"a@example.com\"\r\n");
    let me = config.me.clone().unwrap();
    assert_eq!((me.name, me.email.as_str()), (None, "a@example.com"));
    assert_eq!(config.smtp_user().as_deref(), Some("a@example.com"));
    assert_eq!(parsed(""), Config::default());
    assert_eq!(parsed("").smtp_user(), None);
    let policy = parsed("[policy]\nholidays = [2026-12-24]\n").policy;
    assert_eq!(policy.holidays, ["2026-12-24".parse().unwrap()]);
    let config = parsed(
        "[smtp]\nhost = \"h\"\nsecurity = \"starttls\"\nuser = \"\"\n[me]\nemail = \"a@b.example\"\n[imap]\nhost = \"h\"\nuser = \"i\"\n",
    );
    assert_eq!(config.smtp.as_ref().unwrap().port, 587);
    assert_eq!(config.smtp_user(), None);
    assert_eq!(config.imap_user().as_deref(), Some("i"));
}

#[test]
fn a_mailbox_always_has_a_user() {
    let user = |keys: &str| {
        parsed(&format!(
            "[me]\nemail = \"a@b.example\"\n[smtp]\nhost = \"h\"\nuser = \"\"\n[imap]\nhost = \"h\"\n{keys}"
        ))
        .imap_user()
    };
    assert_eq!(user("").as_deref(), Some("a@b.example"));
    assert_eq!(user("user = \"\"\n").as_deref(), Some("a@b.example"));
}

#[test]
fn a_copy_is_put_into_sent_where_nobody_else_does_it() {
    for (host, told, mailbox, expected) in [
        ("smtp.example.com", "", true, SentCopy::Imap),
        ("smtp.example.com", "", false, SentCopy::None),
        ("smtp.gmail.com", "", true, SentCopy::None),
        ("SMTP.Office365.com", "", true, SentCopy::None),
        ("smtp.gmail.com", "sent_copy = \"imap\"\n", true, SentCopy::Imap),
        ("smtp.example.com", "sent_copy = \"self\"\n", true, SentCopy::ToSelf),
        ("smtp.example.com", "sent_copy = \"none\"\n", true, SentCopy::None),
    ] {
        let imap = if mailbox { "[imap]\nhost = \"h\"\n" } else { "" };
        let config = parsed(&format!("[smtp]\nhost = \"{host}\"\n{told}{imap}"));
        assert_eq!(config.sent_copy(), expected, "{host} {told}");
    }
    let problem = parse(Path::new("c"), "[smtp]\nhost = \"h\"\nsent_copy = \"yes\"\n").unwrap_err();
    assert_eq!(problem.hint.as_deref(), Some("it is one of auto, none, self, imap"));
}

#[test]
fn a_missing_file_is_no_error_and_a_directory_is_one() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(&folder.path().join("config.toml")), Ok(None));
    let problem = load(folder.path()).unwrap_err();
    assert_eq!(problem.kind, Kind::Config);
    assert!(problem.message.ends_with("is a directory"));
    let latin1 = folder.path().join("latin1.toml");
    fs::write(&latin1, b"[me]\nname = \"Zo\xe9\"\n").unwrap();
    assert!(load(&latin1).unwrap_err().message.ends_with("is not UTF-8"));
}

#[cfg(unix)]
#[test]
fn a_configuration_that_others_could_change_sends_no_password_anywhere() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let chmod = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    for text in [
        "[auth]\ncommand = [\"pass\"]\n",
        "[smtp]\nhost = \"smtp.example.com\"\n",
        "[imap]\nhost = \"imap.example.com\"\n",
    ] {
        fs::write(&file, text).unwrap();
        for mode in [0o666, 0o602] {
            chmod(mode);
            let problem = load(&file).unwrap_err();
            assert_eq!(problem.kind, Kind::Permission, "{text}");
            assert!(problem.message.contains("others may write it"), "{problem}");
        }
        chmod(0o644);
        assert!(load(&file).unwrap().is_some());
    }
    // There is nothing in it that a secret could follow.
    fs::write(&file, "[me]\nemail = \"a@example.com\"\n").unwrap();
    chmod(0o666);
    assert!(load(&file).unwrap().is_some());
}

#[cfg(unix)]
#[test]
fn a_saved_file_is_private_and_a_bad_one_is_not_saved() {
    use std::os::unix::fs::PermissionsExt;

    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("thanks");
    let file = folder.join("config.toml");
    save(&file, EXAMPLE).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    assert!(save(&file, "[smtp]\nhots = \"x\"\n").is_err());
    assert_eq!(load_text(&file).unwrap().as_deref(), Some(EXAMPLE));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    let link = root.path().join("link.toml");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    save(&link, "[me]\nemail = \"a@example.com\"\n").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().contains("a@example.com"));
}

fn account() -> Account {
    let preset = preset("gmail.com");
    Account {
        name: Some(PersonName::parse("Zoé \"Z\" Marsh").unwrap()),
        email: EmailAddress::parse("zoe@gmail.com").unwrap(),
        smtp: preset.smtp,
        imap: Some(preset.imap),
        auth: Auth { method: Method::Password, command: Some(vec!["pass".into(), "a b".into()]) },
    }
}

fn assert_holds(text: &str, account: &Account) {
    let config = parsed(text);
    let me = config.me.unwrap();
    assert_eq!((me.name, me.email), (account.name.clone(), account.email.clone()));
    assert_eq!(config.smtp.as_ref(), Some(&account.smtp));
    assert_eq!(config.imap, account.imap);
    assert_eq!(config.auth, account.auth);
}

#[test]
fn a_new_account_keeps_the_comments_of_the_example() {
    let mut account = account();
    let text = account.text(EXAMPLE);
    assert_holds(&text, &account);
    for comment in EXAMPLE.lines().filter(|line| line.starts_with("# ") && !line.contains(" = ")) {
        assert!(text.contains(comment), "{comment}");
    }
    assert_eq!(account.text(&text), text);
    account.name = None;
    account.imap = None;
    account.auth = Auth::default();
    let without = account.text(&text);
    assert_holds(&without, &account);
    assert!(without.contains("\n# [imap]\n"));
    account.imap = Some(preset("acme.example").imap);
    assert_holds(&account.text(&without), &account);
}

#[test]
fn an_account_is_put_into_a_file_of_ones_own() {
    let own = "# mine\n[policy]\nfollow_up_days = 9 # slow\n\n[smtp]\n# port = 1\nport = 25 # old\nhost = \"h#1\" # kept\n[auth]\ncommand = [\n  \"pass\", # multi\n  \"show\",\n]\n[me]\nemail = \"old@example.com\"\nphone = \"1\"\n";
    let own = own.replace("h#1", "h1");
    let account = account();
    let text = account.text(&own);
    assert_holds(&text, &account);
    assert_eq!(parsed(&text).policy.follow_up_days, Some(9));
    assert_eq!(parsed(&text).me.unwrap().phone.as_deref(), Some("1"));
    assert!(text.contains("# mine\n") && text.contains("host = \"smtp.gmail.com\" # kept\n"), "{text}");
}

#[test]
fn the_servers_of_common_providers_are_known() {
    for (domain, smtp, port) in [
        ("gmail.com", "smtp.gmail.com", 465),
        ("hotmail.com", "smtp-mail.outlook.com", 587),
        ("acme.onmicrosoft.com", "smtp.office365.com", 587),
        ("icloud.com", "smtp.mail.me.com", 587),
        ("gmx.de", "mail.gmx.net", 465),
        ("acme.example", "smtp.acme.example", 465),
        ("notgmail.com", "smtp.notgmail.com", 465),
    ] {
        let preset = preset(domain);
        assert_eq!((preset.smtp.host.as_str(), preset.smtp.port), (smtp, port));
    }
    assert_eq!(preset("outlook.com").method, Method::Xoauth2);
    assert_eq!(preset("acme.example").imap.host, "imap.acme.example");
}

#[test]
fn port_and_encryption_of_a_server_follow_each_other() {
    let server = |host, port, security| {
        Smtp::new(host, port, security, None).map(|smtp| (smtp.port, smtp.security)).map_err(|p| p.kind)
    };
    assert_eq!(server("mail.acme.example", None, None), Ok((465, Security::Tls)));
    assert_eq!(server("mail.acme.example", Some(587), None), Ok((587, Security::Starttls)));
    assert_eq!(server("mail.acme.example", Some(2465), None), Ok((2465, Security::Tls)));
    assert_eq!(server("mail.acme.example", None, Some(Security::Starttls)), Ok((587, Security::Starttls)));
    assert_eq!(server("127.0.0.1", Some(2525), None), Ok((2525, Security::Tls)));
    assert_eq!(server("127.0.0.1", Some(2525), Some(Security::None)), Ok((2525, Security::None)));
    for (host, port, is_unclear) in [
        ("127.0.0.1", Some(1025), true),
        ("localhost", Some(2525), true),
        ("localhost", Some(587), false),
        ("127.0.0.1", None, false),
        ("mail.acme.example", Some(2525), false),
    ] {
        assert_eq!(Smtp::is_unclear(host, port), is_unclear, "{host} {port:?}");
    }
    assert!(Imap::is_unclear("127.0.0.1:1143") && Imap::is_unclear("localhost:1143"));
    for text in ["127.0.0.1:143", "127.0.0.1", "imap.acme.example:1143", "::1"] {
        assert!(!Imap::is_unclear(text), "{text}");
    }
    let imap = |text, security| Imap::named(text, security, None).map(|imap| (imap.port, imap.security));
    assert_eq!(imap("127.0.0.1:1143", None), Ok((1143, Security::Tls)));
    assert_eq!(imap("127.0.0.1", Some(Security::Starttls)), Ok((143, Security::Starttls)));
    for (host, port, security) in [
        ("mail.acme.example", None, Some(Security::None)),
        ("mail.acme.example", Some(0), None),
        ("mail.acme.example:465", None, None),
        ("", None, None),
    ] {
        assert_eq!(server(host, port, security), Err(Kind::Data), "{host}");
    }
}

#[test]
fn a_refused_login_is_explained_where_the_reason_is_known() {
    let gmail = explain_login("smtp.gmail.com", 535, "5.7.8 Username and Password not accepted");
    assert!(gmail.unwrap().contains("https://myaccount.google.com/apppasswords"));
    let text = "5.7.30 Basic authentication is not supported for Client Submission.";
    assert!(explain_login("mail.acme.example", 550, text).unwrap().contains("xoauth2"));
    assert_eq!(explain_login("smtp.gmail.com", 454, "4.7.0 Too many login attempts"), None);
    assert_eq!(explain_login("mail.acme.example", 535, "5.7.8 no"), None);
    assert_eq!(explain_login("smtp.fakegmail.com", 535, "5.7.8 no"), None);
}

fn at_home() -> Environment {
    Environment { home: Some("/home/jo".into()), ..Environment::default() }
}

#[cfg(unix)]
#[test]
fn files_stand_where_the_environment_says() {
    let paths = Paths::find(&at_home()).unwrap();
    assert_eq!(paths.config_file, Path::new("/home/jo/.config/thanks/config.toml"));
    assert_eq!(paths.database, Path::new("/home/jo/.local/share/thanks/thanks.db"));
    assert_eq!(paths.state_dir, Path::new("/home/jo/.local/state/thanks"));
    assert_eq!(paths.templates_dir, Path::new("/home/jo/.config/thanks/templates"));
    let xdg = Environment { xdg_data_home: Some("/data".into()), ..at_home() };
    assert_eq!(Paths::find(&xdg).unwrap().lock, Path::new("/data/thanks/send.lock"));
    let own = Environment { thanks_config: Some("/etc/t.toml".into()), ..at_home() };
    assert_eq!(Paths::find(&own).unwrap().config_file, Path::new("/etc/t.toml"));
}

#[cfg(unix)]
#[test]
fn a_relative_xdg_folder_is_ignored() {
    let relative = Environment { xdg_data_home: Some("data".into()), ..at_home() };
    assert_eq!(Paths::find(&relative), Paths::find(&at_home()));
}

#[cfg(unix)]
#[test]
fn thanks_home_holds_everything_but_the_machine_of_a_user_with_a_home() {
    let alone = Environment { thanks_home: Some("/t".into()), ..Environment::default() };
    let paths = Paths::find(&alone).unwrap();
    assert_eq!(paths.config_file, Path::new("/t/config.toml"));
    assert_eq!(paths.journal, Path::new("/t/journal"));
    assert_eq!(paths.state_dir, Path::new("/t"));
    let with_home = Environment { thanks_home: Some("/t".into()), ..at_home() };
    assert_eq!(Paths::find(&with_home).unwrap().data_dir, Path::new("/t"));
    assert_eq!(Paths::find(&with_home).unwrap().state_dir, Path::new("/home/jo/.local/state/thanks"));
    let relative = Environment { thanks_home: Some("t".into()), ..at_home() };
    assert_eq!(Paths::find(&relative).unwrap_err().kind, Kind::Config);
}

#[test]
fn without_a_home_there_is_no_place() {
    let problem = Paths::find(&Environment::default()).unwrap_err();
    assert_eq!(problem.kind, Kind::Config);
    assert!(problem.message.contains("neither HOME nor THANKS_HOME"));
}

#[test]
fn a_machine_keeps_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let paths = |name: &str| {
        let home = Some(folder.path().join(name));
        Paths::find(&Environment { thanks_home: home, ..Environment::default() }).unwrap()
    };
    let first = machine_id(&paths("a")).unwrap();
    assert_eq!(first.len(), 32);
    assert_eq!(machine_id(&paths("a")), Ok(first.clone()));
    assert_ne!(machine_id(&paths("b")), Ok(first));
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
    fs::write(folder.path().join("b/machine-id"), "").unwrap();
    assert_eq!(machine_id(&paths("b")).unwrap_err().kind, Kind::LocalIo);
}

#[test]
fn the_zone_is_the_one_of_tz() {
    for (tz, zone) in [
        ("Europe/Berlin", "Europe/Berlin"),
        (":Europe/Berlin", "Europe/Berlin"),
        ("/usr/share/zoneinfo/posix/Europe/Berlin", "Europe/Berlin"),
        ("", "UTC"),
    ] {
        let environment = Environment { tz: Some(tz.into()), ..Environment::default() };
        assert_eq!(local_zone(&environment).unwrap().name(), zone);
    }
}

#[test]
fn an_unknown_zone_is_a_mistake_of_the_configuration_and_never_utc() {
    let unknown = UnknownZone { name: "Mars/Olympus".into(), nearest: None };
    let problem = environment::unknown_zone("TZ", unknown);
    assert_eq!(problem.kind, Kind::Config);
    assert_eq!(problem.message, "TZ names a time zone that is unknown: `Mars/Olympus`");
}

#[test]
fn visual_comes_before_editor() {
    let mut environment = Environment { editor: Some("ed".into()), ..Environment::default() };
    assert_eq!(environment.editor_command(), Some("ed"));
    environment.visual = Some("code --wait".into());
    assert_eq!(environment.editor_command(), Some("code --wait"));
}
