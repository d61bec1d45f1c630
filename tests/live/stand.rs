//! A stand of real servers on loopback: Postfix takes and delivers, Dovecot serves the mailboxes.
//! Everything of it lies in one folder and ends with it.

use std::fs::{self, File, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// Programs without which nothing can be run, and the Debian packages that bring them.
const NEEDED: [(&str, &str); 3] = [
    ("/usr/lib/postfix/sbin/master", "postfix"),
    ("/usr/sbin/dovecot", "dovecot-core dovecot-imapd dovecot-lmtpd"),
    ("/usr/bin/openssl", "openssl"),
];

pub struct Stand {
    pub dir: PathBuf,
    pub smtps: u16,
    pub submission: u16,
    pub imaps: u16,
    pub imap: u16,
    postfix: Option<Child>,
    dovecot: Option<Child>,
}

impl Stand {
    /// `None`, with the reason printed, where the packages are missing; in CI that is a failure.
    pub fn start() -> Option<Stand> {
        if let Some((_, package)) = NEEDED.iter().find(|(program, _)| !Path::new(program).exists()) {
            #[expect(clippy::disallowed_methods, reason = "a gate that skips its tests is none")]
            let must_run = std::env::var_os("CI").is_some();
            assert!(!must_run, "not run, needs {package}");
            say(&format!("not run, needs {package}"));
            return None;
        }
        let dir = PathBuf::from(format!("/tmp/thanks-live-{}-{}", std::process::id(), free_port()));
        make(&dir, 0o711);
        for name in ["tls", "log", "mail", "queue", "data", "postfix", "dovecot", "dovecot/run"] {
            make(&dir.join(name), 0o755);
        }
        give(&dir.join("mail"), "nobody", "nogroup");
        give(&dir.join("data"), "postfix", "postfix");
        certificates(&dir.join("tls"));
        let [smtps, submission, imaps, imap, lmtp] = [0; 5].map(|_| free_port());
        write_dovecot(&dir, imap, imaps, lmtp);
        write_postfix(&dir, smtps, submission, lmtp);
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
            smtps,
            submission,
            imaps,
            imap,
        };
        for port in [smtps, submission, imaps, imap] {
            stand.wait_for(port);
        }
        Some(stand)
    }

    /// The same without Dovecot.
    pub fn without_mailbox(mut self) -> Stand {
        self.dovecot.take().into_iter().for_each(end);
        let deadline = now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.imaps)).is_ok() {
            assert!(now() < deadline, "the mailbox stays: {}", self.logs());
            pause();
        }
        self
    }

    pub fn ca_file(&self) -> PathBuf {
        self.dir.join("tls/ca.pem")
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

#[expect(clippy::print_stderr, reason = "for whoever runs the tests")]
fn say(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "real servers take real time")]
fn now() -> Instant {
    Instant::now()
}

fn end(mut child: Child) {
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let _ = child.wait();
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Servers that are not ours cannot tell us when they are ready: they are asked again.
fn pause() {
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

fn certificates(folder: &Path) {
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate().unwrap();
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let names = ["localhost", "mail.thanks.test", "127.0.0.1", "::1"].map(str::to_owned);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names.to_vec()).unwrap().signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("ca.pem"), ca_certificate.pem()).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
}

fn write_dovecot(dir: &Path, imap: u16, imaps: u16, lmtp: u16) {
    let d = dir.display();
    let conf = format!(
        "base_dir = {d}/dovecot/run
log_path = {d}/log/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = required
ssl_cert = <{d}/tls/server.pem
ssl_key = <{d}/tls/server.key
auth_mechanisms = plain login xoauth2 oauthbearer
auth_username_chars =
auth_failure_delay = 0
recipient_delimiter = +
mail_location = maildir:~/Maildir
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {d}/dovecot/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {d}/dovecot/users
}}
userdb {{
  driver = passwd-file
  args = {d}/dovecot/users
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener auth-smtp {{
    mode = 0600
    user = postfix
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
"
    );
    fs::write(dir.join("dovecot/dovecot.conf"), conf).unwrap();
    let users: String =
        [("candidate@thanks.test", "candidate", "cand-pass"), ("jane@acme.test", "jane", "jane-pass")]
            .iter()
            .map(|(user, home, password)| {
                format!("{user}:{{PLAIN}}{password}:nobody:nogroup::{d}/mail/{home}::\n")
            })
            .collect();
    fs::write(dir.join("dovecot/users"), users).unwrap();
    let oauth = format!(
        "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={d}/dovecot/keys/\n\
         username_attribute = email\n"
    );
    fs::write(dir.join("dovecot/oauth2.conf"), oauth).unwrap();
    let keys = dir.join("dovecot/keys/default/HS256");
    make(&keys, 0o755);
    fs::write(keys.join("default"), BASE64.encode(&[7; 32])).unwrap();
}

fn write_postfix(dir: &Path, smtps: u16, submission: u16, lmtp: u16) {
    let d = dir.display();
    let main = format!(
        "compatibility_level = 3.6
queue_directory = {d}/queue
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {d}/log/postfix.log
maillog_file_prefixes = {d}/log
myhostname = mail.thanks.test
smtpd_banner = $myhostname ESMTP
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mydestination =
relay_domains =
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = thanks.test, acme.test
virtual_mailbox_base = {d}/mail
virtual_mailbox_maps = texthash:{d}/postfix/mailboxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = inline:{{{{ghost@acme.test=lmtp:inet:127.0.0.1:{lmtp}}}, {{later@acme.test=lmtp:inet:127.0.0.1:1}}, {{busy@acme.test=retry:4.2.1 mailbox is busy}}}}
default_transport = error:5.4.4 nothing leaves this stand
recipient_delimiter = +
message_size_limit = 5242880
smtpd_tls_cert_file = {d}/tls/server.pem
smtpd_tls_key_file = {d}/tls/server.key
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {d}/dovecot/run/auth-smtp
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_error_sleep_time = 0
"
    );
    fs::write(dir.join("postfix/main.cf"), main).unwrap();
    let boxes = "candidate@thanks.test candidate/Maildir/\njane@acme.test jane/Maildir/\n\
                 ghost@acme.test x\nlater@acme.test x\nbusy@acme.test x\n";
    fs::write(dir.join("postfix/mailboxes"), boxes).unwrap();
    let mut master = format!(
        "127.0.0.1:{submission} inet n - n - - smtpd
  -o syslog_name=postfix/submission -o smtpd_sasl_auth_enable=yes -o smtpd_tls_security_level=encrypt
127.0.0.1:{smtps} inet n - n - - smtpd
  -o syslog_name=postfix/smtps -o smtpd_sasl_auth_enable=yes -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
verify unix - - n - 1 verify
postlog unix-dgram n - n - 1 postlogd
"
    );
    for (name, program, limit) in [
        ("rewrite", "trivial-rewrite", "-"),
        ("bounce", "bounce", "0"),
        ("defer", "bounce", "0"),
        ("trace", "bounce", "0"),
        ("error", "error", "-"),
        ("retry", "error", "-"),
        ("discard", "discard", "-"),
        ("lmtp", "lmtp", "-"),
        ("smtp", "smtp", "-"),
    ] {
        master.push_str(&format!("{name} unix - - n - {limit} {program}\n"));
    }
    fs::write(dir.join("postfix/master.cf"), master).unwrap();
    let queue = dir.join("queue");
    for name in [
        "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
        "trace",
    ] {
        make(&queue.join(name), 0o700);
        give(&queue.join(name), "postfix", "root");
    }
    make(&queue.join("pid"), 0o755);
    for (name, mode) in [("public", 0o710), ("maildrop", 0o730)] {
        make(&queue.join(name), mode);
        give(&queue.join(name), "postfix", "postdrop");
    }
}
