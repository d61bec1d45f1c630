//! Setting up an account: a login proves it, nothing is sent, and a secret leaves no trace.

use std::fs;
use std::path::Path;

use crate::imap_server::{self, ImapServer};
use crate::sandbox::Sandbox;
use crate::smtp_server::{At, Certificate, Fault, SmtpServer, Transport};

const CANARY: &str = "hunter2-canary";

/// Without a keyring, whatever this machine has.
fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    sandbox
}

/// The flags for a server on this computer, in clear.
fn flags(server: &SmtpServer) -> Vec<String> {
    let mut flags = flags_without_security(server);
    flags.extend(["--security", "none"].map(str::to_owned));
    flags
}

fn flags_without_security(server: &SmtpServer) -> Vec<String> {
    let port = server.port().to_string();
    ["init", "--email", "Jo Marsh <jo@example.com>", "--host", "127.0.0.1", "--port", &port]
        .map(str::to_owned)
        .to_vec()
}

fn with<'a>(flags: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    flags.iter().map(String::as_str).chain(more.iter().copied()).collect()
}

fn config(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.home().join("config.toml")).unwrap()
}

/// Everything below a folder, names and contents.
fn everything(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.push_str(&path.to_string_lossy());
        match path.is_dir() {
            true => all.push_str(&everything(&path)),
            false => all.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap())),
        }
    }
    all
}

#[test]
fn without_a_terminal_the_missing_flags_are_named() {
    let sandbox = sandbox();
    for (args, missing) in [
        (&["init"][..], "--email, --host, --password-stdin or --auth-command"),
        (&["init", "--email", "jo@example.com"], "--host, --password-stdin or --auth-command"),
        (&["init", "--email", "jo@gmail.com"], "--password-stdin or --auth-command"),
        (&["init", "--email", "jo@example.com", "--user", ""], "--host"),
    ] {
        let talk = sandbox.run(args).exits(3).talk();
        let first = format!("error: not told, and nobody to ask: {missing}\nnothing was written\n");
        assert!(talk.starts_with(&first), "{talk}");
    }
    assert!(!sandbox.home().exists());
}

#[test]
fn a_port_of_this_computer_is_not_taken_for_clear_text_unless_that_is_said() {
    let sandbox = sandbox();
    let (server, mail) = (SmtpServer::builder().start(), ImapServer::builder().start());
    let at = format!("127.0.0.1:{}", mail.port());
    let clear = flags_without_security(&server);
    for (more, missing) in [
        (&["--auth-command", "echo x"][..], "--security"),
        (&["--auth-command", "echo x", "--imap", &at], "--security, --imap-security"),
        (&["--auth-command", "echo x", "--imap", &at, "--security", "none"], "--imap-security"),
    ] {
        let talk = sandbox.run(&with(&clear, more)).exits(3).talk();
        assert!(talk.starts_with(&format!("error: not told, and nobody to ask: {missing}\n")), "{talk}");
    }
    assert_eq!((server.connections(), mail.commands().len()), (0, 0));
    assert!(!sandbox.home().exists());
    let told = ["--auth-command", "echo x", "--imap", &at, "--imap-security", "none"];
    let _ = sandbox.run(&with(&flags(&server), &told)).talks_somehow().text();
    assert_eq!(config(&sandbox).matches("security = \"none\"\n").count(), 2);
    // What is configured was said before.
    let args = with(&clear, &["--auth-command", "echo x", "--imap", &at]);
    let _ = sandbox.run(&args).talks_somehow().text();
    assert_eq!(config(&sandbox).matches("security = \"none\"\n").count(), 2);
}

#[test]
fn the_wrong_security_is_named_with_the_right_flag() {
    let (server, mail) = (SmtpServer::builder().start(), ImapServer::builder().start());
    let at = format!("127.0.0.1:{}", mail.port());
    let told = ["--auth-command", "echo x", "--imap", &at, "--imap-security", "tls"];
    for (flags, hint) in [
        (with(&flags_without_security(&server), &["--security", "tls"]), "hint: use --security starttls"),
        (with(&flags(&server), &[]), "hint: use --imap-security starttls"),
    ] {
        let sandbox = sandbox();
        let talk = sandbox.run(&[&flags[..], &told].concat()).exits(78).talk();
        assert!(talk.contains(hint) && talk.contains("\nnothing was written\n"), "{talk}");
    }
}

#[test]
fn an_account_is_written_after_a_login_that_sends_nothing() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().start();
    let port = server.port();
    let file = sandbox.home().join("config.toml");
    sandbox
        .run(&with(&flags(&server), &["--auth-command", "printf '%s' 'a secret'"]))
        .talks(
            "asking `printf %s a secret` for the password\n\
             logging in at 127.0.0.1 as jo@example.com\n\
             next: thanks draft, then thanks send\n",
        )
        .prints(format!(
            "logged in at 127.0.0.1, port {port}, in clear, on this computer, as jo@example.com; nothing was sent\n\
             password       from `printf %s a secret` at each send\n\
             configuration  {}\n",
            file.display()
        ));
    server.settle();
    assert_eq!(server.logins(), ["PLAIN jo@example.com a secret"]);
    assert!(server.commands().last().unwrap().starts_with("QUIT"), "{:?}", server.commands());
    assert!(!server.commands().iter().any(|line| line.starts_with("MAIL")));
    let text = config(&sandbox);
    for line in ["email = \"jo@example.com\"", "security = \"none\"", "# [imap]"] {
        assert!(text.contains(&format!("{line}\n")), "{line} in\n{text}");
    }
    assert!(text.contains("\ncommand = [\"printf\", \"%s\", \"a secret\"]\n"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_a_human_wrote_stays() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().start();
    let mine = "# my own\n[me]\nname = \"Jo Marsh\" # in full\nemail = \"jo@example.com\"\n\
                timezone = \"Europe/Berlin\"\n\n[policy]\nfollow_up_days = 7 # patient\n\n\
                [imap]\nhost = \"imap.example.com\"\nsent = \"Gesendet\"\n";
    sandbox.configure(mine);
    let args = flags(&server);
    let args = with(&args, &["--user", ""]);
    sandbox.run(&args).talks_somehow().text();
    let text = config(&sandbox);
    for line in mine.lines() {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(text.contains("user = \"\"\n"), "{text}");
    assert_eq!(server.logins(), [""; 0]);
}

#[test]
fn after_a_failure_nothing_is_written() {
    let refusal = Fault::Reply("535 5.7.8 Username and Password not accepted");
    let builder = SmtpServer::builder;
    let tls = |certificate| builder().transport(Transport::Tls(certificate));
    for (server, security, exit, said) in [
        (builder().fault(At::Auth, refusal), "none", 77, "127.0.0.1 refuses the login of jo@example.com"),
        (builder().fault(At::Auth, Fault::Reply("454 later")), "none", 75, "takes no mail now"),
        (builder().keywords(&["8BITMIME"]), "none", 78, "use --security starttls (many"),
        (builder().fault(At::Banner, Fault::Garbage), "none", 75, "does not answer as a mail server"),
        (tls(Certificate::Good), "tls", 78, "use --ca-file FILE with the server's own certificate"),
        (tls(Certificate::Expired), "tls", 78, "127.0.0.1 cannot be trusted"),
        (builder(), "starttls", 75, "STARTTLS is not offered; nothing was said in clear"),
    ] {
        let sandbox = sandbox();
        sandbox.configure("# mine\n");
        let server = server.start();
        let args = flags_without_security(&server);
        let args = with(&args, &["--security", security, "--auth-command", "echo hunter2-canary"]);
        let talk = sandbox.run(&args).exits(exit).talk();
        assert!(talk.contains(said) && talk.contains("\nnothing was written\n"), "{said}:\n{talk}");
        assert_eq!(config(&sandbox), "# mine\n", "{said}");
        // The command that was told is announced; its answer is not.
        assert_eq!(talk.matches(CANARY).count(), 1, "{talk}");
    }
}

#[test]
fn a_root_certificate_of_ones_own_is_written_with_its_whole_path() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
    fs::write(sandbox.folder().join("root.pem"), server.ca_pem()).unwrap();
    let args = flags_without_security(&server);
    let args =
        with(&args, &["--security", "tls", "--ca-file", "root.pem", "--auth-command", "echo x", "--json"]);
    let report = sandbox.run(&args).talks_somehow().json();
    assert_eq!((report["security"].as_str(), report["secret"].as_str()), (Some("tls"), Some("command")));
    let written = config(&sandbox);
    let line = written.lines().find(|line| line.starts_with("ca_file = ")).unwrap();
    assert!(line.starts_with("ca_file = \"/") && line.ends_with("/root.pem\""), "{line}");
}

#[test]
fn a_token_logs_in_with_xoauth2() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().start();
    let args = flags(&server);
    let args = with(&args, &["--method", "xoauth2", "--auth-command", "echo token"]);
    sandbox.run(&args).talks_somehow().text();
    assert_eq!(server.logins(), ["XOAUTH2 user=jo@example.com|auth=Bearer token||"]);
    assert!(config(&sandbox).contains("method = \"xoauth2\"\n"));
}

#[cfg(unix)]
#[test]
fn the_secret_of_a_command_leaves_no_trace() {
    let sandbox = sandbox();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("pw");
    fs::write(&file, format!("{CANARY}\n")).unwrap();
    let command = format!("cat {}", file.display());
    for fault in [None, Some(Fault::Reply("535 no")), Some(Fault::Garbage)] {
        let mut server = SmtpServer::builder();
        if let Some(fault) = fault {
            server = server.fault(At::Auth, fault);
        }
        let server = server.start();
        let args = flags(&server);
        let (out, err) = sandbox.run(&with(&args, &["-v", "--auth-command", &command])).both();
        assert_eq!(server.logins(), [format!("PLAIN jo@example.com {CANARY}")]);
        assert!(!format!("{out}{err}{}", everything(sandbox.folder())).contains(CANARY), "{out}{err}");
    }
}

// Elsewhere it would go into the keyring of whoever runs the tests.
#[cfg(target_os = "linux")]
#[test]
fn a_secret_from_standard_input_leaves_no_trace_where_there_is_no_keyring() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().start();
    let args = flags(&server);
    let input = format!("{CANARY}\r\nanother line\n");
    let run = sandbox.run_with_input(&with(&args, &["-v", "--password-stdin"]), &input);
    let (out, err) = run.both();
    assert!(out.contains("password       kept nowhere (no session bus"), "{out}{err}");
    assert_eq!(server.logins(), [format!("PLAIN jo@example.com {CANARY}")]);
    assert!(!format!("{out}{err}{}", everything(sandbox.folder())).contains(CANARY), "{out}{err}");
    for input in ["", "\n", "a\0b\n"] {
        sandbox.run_with_input(&with(&args, &["--password-stdin"]), input).exits(65).talk();
    }
    assert_eq!(server.logins().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_is_asked_and_asked_again_for_a_password_that_is_refused() {
    let sandbox = sandbox();
    let refusal = Fault::Reply("535 5.7.8 Username and Password not accepted");
    let server = SmtpServer::builder().fault_on(1, At::Auth, refusal).start();
    let port = server.port();
    let mut screen = sandbox.terminal(&["init"]);
    screen.answer("You, as in Jo Marsh <jo@example.com>:", "jo");
    screen.sees("`jo` is not an address");
    screen.answer("You, as in", "Jo Marsh <jo@gmail.com>");
    screen.answer("Server [smtp.gmail.com]:", &format!("127.0.0.1:{port}"));
    screen.answer("Encryption: tls, starttls or none [tls]:", "none");
    screen.answer("User, - for no login [jo@gmail.com]:", "");
    screen.sees("No keyring here: no session bus");
    screen.answer("Choose [1]:", "");
    screen.answer("Password of jo@gmail.com (Enter stops):", CANARY);
    screen.sees("535 5.7.8 Username and Password not accepted");
    screen.answer("New password (Enter stops):", "abcd efgh ijkl mnop");
    screen.sees("nothing was sent");
    let shown = screen.ends(0);
    assert!(!shown.contains(CANARY) && !shown.contains("abcd"), "{shown}");
    let logins = [CANARY, "abcdefghijklmnop"].map(|secret| format!("PLAIN jo@gmail.com {secret}"));
    assert_eq!(server.logins(), logins);
    let written = everything(sandbox.folder());
    assert!(written.contains("email = \"jo@gmail.com\"\n") && !written.contains("abcdefgh"), "{written}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_may_name_a_command_or_another_server_or_stop() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().fault(At::Auth, Fault::Reply("535 no")).start();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut screen = sandbox.terminal(&["init", "--email", "Jo <jo@example.com>", "--user", "jo"]);
    screen.answer("Server [smtp.example.com]:", &format!("127.0.0.1:{closed}"));
    screen.answer("Encryption:", "none");
    screen.answer("Choose [1]:", "2");
    screen.answer("Command, as in pass show mail", "printf x");
    screen.sees("asking `printf x` for the password").sees("Connection refused");
    screen.answer("Another server (Enter stops):", &format!("localhost:{}", server.port()));
    screen.answer("Encryption:", "none");
    screen.sees("localhost refuses the login of jo");
    let shown = screen.ends(77);
    assert!(shown.ends_with("error: no account was set up\nnothing was written\n"), "{shown}");
    assert!(!sandbox.home().exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_send_without_an_account_sets_one_up_and_goes_on() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().start();
    let add = ["add", "--company", "Acme", "--role", "Engineer", "--ended", "15:45"];
    let who = ["--with", "Jane Doe <jane@acme.example>", "--topic", "moving the billing jobs to Kafka"];
    sandbox.run(&[&add[..], &who[..]].concat()).talks_somehow().text();
    let mut screen = sandbox.terminal(&["send"]);
    screen.answer("You, as in", "Jo Marsh <jo@example.com>");
    screen.answer("Server [smtp.example.com]:", &format!("127.0.0.1:{}", server.port()));
    screen.answer("Encryption:", "none");
    screen.answer("User,", "");
    screen.answer("Choose [1]:", "1");
    screen.answer("Password of jo@example.com (Enter stops):", CANARY);
    screen.answer("Send to jane@acme.example?", "y");
    screen.sees("sent     acme/jane, Thu 5 Mar 15:54 EST");
    screen.ends(0);
    assert_eq!(server.accepted().len(), 1);
    assert_eq!(
        server.logins(),
        [format!("PLAIN jo@example.com {CANARY}"), format!("PLAIN jo@example.com {CANARY}")]
    );
    assert!(!everything(sandbox.folder()).contains(CANARY));
}

#[test]
fn a_configuration_that_was_named_must_be_there() {
    let sandbox = Sandbox::new();
    let talk = sandbox.run(&["status", "-c", "nowhere.toml"]).exits(78).talk();
    assert!(talk.contains("there is no configuration at") && talk.contains("thanks init -c"), "{talk}");
}

#[test]
fn a_mailbox_is_written_after_it_opened_with_the_same_secret() {
    let sandbox = sandbox();
    let (server, mail) = (SmtpServer::builder().start(), ImapServer::builder().start());
    let at = format!("127.0.0.1:{}", mail.port());
    let told = ["--auth-command", "echo sesame", "--imap", &at, "--imap-security", "none"];
    let out = sandbox.run(&with(&flags(&server), &told)).talks_somehow().text();
    assert!(out.contains("mailbox        127.0.0.1\n"), "{out}");
    assert!(mail.commands().iter().any(|command| command.contains("sesame")));
    assert_eq!(sandbox.run(&["sync"]).talks_somehow().text(), "mailbox read: nothing new\n");
}

#[test]
fn a_mailbox_that_does_not_open_is_not_written() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().start();
    let mail = ImapServer::builder()
        .fault(imap_server::At::Login, imap_server::Fault::Refuse("NO [AUTHENTICATIONFAILED] no"))
        .start();
    let at = format!("127.0.0.1:{}", mail.port());
    let told = ["--auth-command", "echo sesame", "--imap", &at, "--imap-security", "none"];
    let talk = sandbox.run(&with(&flags(&server), &told)).exits(77).talk();
    assert!(talk.contains("127.0.0.1 refuses the login of jo@example.com"), "{talk}");
    assert!(talk.contains("nothing was written"), "{talk}");
    assert!(!sandbox.home().join("config.toml").exists());
}

#[test]
fn a_set_up_that_is_broken_off_writes_nothing() {
    let sandbox = sandbox();
    let mut screen = sandbox.terminal(&["init"]);
    screen.sees("You, as in Jo Marsh").hangs_up();
    assert!(screen.ends(130).ends_with("error: interrupted\nnothing was written\n"));
    assert!(!sandbox.home().join("config.toml").exists());
}

#[cfg(unix)]
#[test]
fn what_cannot_be_a_password_costs_no_login_and_is_not_shown() {
    let sandbox = sandbox();
    let server = SmtpServer::builder().start();
    let args = flags(&server);
    for (printed, why) in [
        ("\\357\\273\\277hunter2-canary", "printed a byte order mark"),
        ("\\033[32mhunter2-canary\\033[0m", "printed escape sequences, such as terminal colors"),
        ("hunter2-canar\\351", "printed something that is not UTF-8"),
        ("\\nhunter2-canary", "printed an empty line"),
    ] {
        let talk =
            sandbox.run(&with(&args, &["--auth-command", &format!("printf '{printed}'")])).exits(77).talk();
        assert!(talk.contains(why) && talk.contains("[auth] command"), "{talk}");
        assert!(talk.contains("nothing was written"), "{talk}");
        let announced = talk.lines().next().unwrap();
        assert!(announced.starts_with("asking `printf"), "{talk}");
        assert!(!talk.replace(announced, "").contains("hunter2"), "{talk}");
    }
    for input in ["\u{feff}hunter2-canary\n", "\u{1b}[1mhunter2-canary\n", "   \n"] {
        let talk = sandbox.run_with_input(&with(&args, &["--password-stdin"]), input).exits(65).talk();
        assert!(!talk.contains("hunter2"), "{talk}");
    }
    assert_eq!(server.connections(), 0);
    let talk = sandbox.run(&with(&args, &["--auth-command", "cat ~/pw.txt"])).exits(77).talk();
    assert!(talk.contains("`~` and `$HOME` are not expanded"), "{talk}");
    let talk =
        sandbox.run(&with(&args, &["--ca-file=~/ca.pem", "--auth-command", "echo x"])).exits(65).talk();
    assert!(talk.contains("--ca-file begins with `~`"), "{talk}");
}
