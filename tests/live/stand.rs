//! A stand of real servers on loopback: Postfix takes and delivers, Dovecot serves the mailboxes.
//! Everything of it lies in one folder and ends with it.

mod certificates;
mod dovecot;
mod postfix;

use std::fs::{self, File, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use data_encoding::{BASE64, BASE64URL_NOPAD};

use certificates::FAULTS;

use crate::needed::{SERVERS, can_run, say};

/// The candidate's, as their servers know it. It must be found nowhere else.
pub const PASSWORD: &str = "hunter2-canary";

pub struct Stand {
    pub dir: PathBuf,
    pub ports: Ports,
    postfix: Option<Child>,
    dovecot: Option<Child>,
}

/// Where everything listens.
pub struct Ports {
    pub smtps: u16,
    pub submission: u16,
    pub imaps: u16,
    pub imap: u16,
    /// Like `smtps`, but it takes twenty thousand octets at most.
    pub small: u16,
    /// The same, and it does not say so.
    pub silent: u16,
    /// Like `smtps`, but it judges some recipients only after the text.
    pub late: u16,
    /// The same without PIPELINING.
    pub late_lockstep: u16,
    /// Like `smtps`, each with a fault of [`FAULTS`].
    faulty: [u16; FAULTS.len()],
    lmtp: u16,
}

impl Ports {
    fn free() -> Ports {
        let [smtps, submission, imaps, imap, small, silent, late, late_lockstep, lmtp] =
            [0; 9].map(|_| free_port());
        Ports {
            smtps,
            submission,
            imaps,
            imap,
            small,
            silent,
            late,
            late_lockstep,
            faulty: [0; FAULTS.len()].map(|_| free_port()),
            lmtp,
        }
    }

    fn all(&self) -> Vec<u16> {
        let usual = [self.smtps, self.submission, self.imaps, self.imap, self.small, self.silent];
        let late = [self.late, self.late_lockstep];
        usual.into_iter().chain(late).chain(self.faulty).collect()
    }
}

impl Stand {
    /// `None`, with the reason printed, where the packages are missing; in CI that is a failure.
    pub fn start() -> Option<Stand> {
        Stand::showing("server")
    }

    /// The same, with another of its certificates shown at every usual port.
    pub fn showing(certificate: &str) -> Option<Stand> {
        if !can_run(&SERVERS) {
            return None;
        }
        let dir = PathBuf::from(format!("/tmp/thanks-live-{}-{}", std::process::id(), free_port()));
        make(&dir, 0o711);
        for name in ["tls", "log", "mail", "queue", "data", "postfix", "dovecot", "dovecot/run"] {
            make(&dir.join(name), 0o755);
        }
        give(&dir.join("mail"), "nobody", "nogroup");
        give(&dir.join("data"), "postfix", "postfix");
        certificates::write(&dir.join("tls"));
        let ports = Ports::free();
        dovecot::write(&dir, &ports, certificate);
        postfix::write(&dir, &ports, certificate);
        let mut stand = Stand {
            dovecot: Some(daemon(
                &dir,
                "/usr/sbin/dovecot",
                &["-F", "-c", &text(&dir.join("dovecot/dovecot.conf"))],
            )),
            postfix: Some(daemon(
                &dir,
                "/usr/lib/postfix/sbin/master",
                &["-c", &text(&dir.join("postfix")), "-d"],
            )),
            dir,
            ports,
        };
        for port in stand.ports.all() {
            stand.wait_for(port);
        }
        Some(stand)
    }

    /// The same without Dovecot.
    pub fn without_mailbox(mut self) -> Stand {
        self.dovecot.take().into_iter().for_each(end);
        let deadline = now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.ports.imaps)).is_ok() {
            assert!(now() < deadline, "the mailbox stays: {}", self.logs());
            pause();
        }
        self
    }

    pub fn ca_file(&self) -> PathBuf {
        self.dir.join("tls/ca.pem")
    }

    /// The CA behind the certificate that no computer trusts.
    pub fn strangers_ca_file(&self) -> PathBuf {
        self.dir.join("tls/stranger-ca.pem")
    }

    /// The port that shows a certificate with that fault.
    pub fn faulty(&self, fault: &str) -> u16 {
        let place = FAULTS.iter().position(|known| *known == fault).unwrap();
        self.ports.faulty[place]
    }

    /// From now on the busy mailbox takes mail.
    pub fn free_the_busy_mailbox(&self) {
        let file = self.dir.join("postfix/transport");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace(postfix::BUSY, "")).unwrap();
        let master = self.postfix.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-HUP", &master]).status().unwrap().success());
    }

    /// Every message in a person's inbox, as it lies there.
    pub fn inbox(&self, user: &str) -> Vec<String> {
        self.folder(user, "Maildir")
    }

    pub fn sent(&self, user: &str) -> Vec<String> {
        self.folder(user, "Maildir/.Sent")
    }

    /// Waits until an inbox holds `count` messages, and returns them.
    pub fn inbox_of(&self, user: &str, count: usize) -> Vec<String> {
        let deadline = now() + Duration::from_secs(30);
        loop {
            let found = self.inbox(user);
            if found.len() >= count {
                return found;
            }
            assert!(now() < deadline, "{user} has {} of {count} messages: {}", found.len(), self.logs());
            pause();
        }
    }

    fn folder(&self, user: &str, folder: &str) -> Vec<String> {
        let mut found: Vec<(PathBuf, String)> = Vec::new();
        for state in ["new", "cur"] {
            let Ok(entries) = fs::read_dir(self.dir.join("mail").join(user).join(folder).join(state)) else {
                continue;
            };
            for entry in entries {
                let path = entry.unwrap().path();
                let bytes = fs::read(&path).unwrap();
                found.push((path, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        found.sort();
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// Puts a message into an inbox as if it had arrived.
    pub fn deliver(&self, user: &str, message: &str) {
        let folder = self.dir.join("mail").join(user).join("Maildir");
        for part in ["", "new", "cur", "tmp"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).unwrap();
            give(&path, "nobody", "nogroup");
        }
        give(folder.parent().unwrap(), "nobody", "nogroup");
        let name = format!("{}.{}.thanks", free_port(), self.inbox(user).len());
        let path = folder.join("new").join(name);
        fs::write(&path, message.replace('\n', "\r\n")).unwrap();
        give(&path, "nobody", "nogroup");
    }

    /// An access token that Dovecot believes until `expires`, in seconds since 1970.
    pub fn token(&self, email: &str, expires: i64) -> String {
        let key = fs::read_to_string(self.dir.join("dovecot/keys/default/HS256/default")).unwrap();
        let head = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let claims = format!(r#"{{"email":"{email}","sub":"{email}","iat":1,"nbf":1,"exp":{expires}}}"#);
        let signed = format!("{head}.{}", BASE64URL_NOPAD.encode(claims.as_bytes()));
        let key = hex(&BASE64.decode(key.trim().as_bytes()).unwrap());
        let mut openssl = Command::new("openssl")
            .args(["dgst", "-sha256", "-mac", "HMAC", "-macopt", &format!("hexkey:{key}"), "-binary"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut openssl.stdin.take().unwrap(), signed.as_bytes()).unwrap();
        let signature = openssl.wait_with_output().unwrap().stdout;
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    pub fn logs(&self) -> String {
        ["log/postfix.log", "log/dovecot.log", "log/start.out"]
            .iter()
            .map(|name| {
                format!("\n== {name}\n{}", fs::read_to_string(self.dir.join(name)).unwrap_or_default())
            })
            .collect()
    }

    fn wait_for(&mut self, port: u16) {
        let deadline = now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            for server in self.postfix.iter_mut().chain(&mut self.dovecot) {
                let ended = server.try_wait().unwrap();
                assert!(ended.is_none(), "a server has ended, {ended:?}: {}", self.logs());
            }
            assert!(now() < deadline, "nothing listens on {port}: {}", self.logs());
            pause();
        }
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.postfix.take().into_iter().for_each(end);
        self.dovecot.take().into_iter().for_each(end);
        if std::thread::panicking() {
            say(&format!("the stand is kept in {}", self.dir.display()));
        } else {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "real servers take real time")]
fn now() -> Instant {
    Instant::now()
}

fn end(mut child: Child) {
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let _ = child.wait();
}

/// A port that was free a moment ago, below those that the system gives to connections: it could
/// give one away before its server has taken it.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 20_000).unwrap();
    loop {
        let port = 10_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 22_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Servers that are not ours cannot tell us when they are ready: they are asked again.
pub fn pause() {
    let (_keep, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(Duration::from_millis(20));
}

fn daemon(dir: &Path, program: &str, arguments: &[&str]) -> Child {
    let out = File::options().create(true).append(true).open(dir.join("log/start.out")).unwrap();
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .spawn()
        .unwrap()
}

fn make(path: &Path, mode: u32) {
    fs::create_dir_all(path).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn give(path: &Path, user: &str, group: &str) {
    let id = |file: &str, name: &str| -> u32 {
        let table = fs::read_to_string(file).unwrap();
        let line = table.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
        line.split(':').nth(2).unwrap().parse().unwrap()
    };
    chown(path, Some(id("/etc/passwd", user)), Some(id("/etc/group", group))).unwrap();
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
