//! A session bus of a home's own, with GNOME's keyring on it: open, locked, or asking somebody who
//! never answers.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

use crate::home::Home;
use crate::stand::pause;

/// What opens the keyring; it is the login password of a desktop.
const MASTER: &str = "keyring-pass";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";
const SECRETS: &str = "org.freedesktop.secrets";

/// A bus that ends with this value.
pub struct Bus {
    session: Child,
    connection: Connection,
}

impl Bus {
    /// A bus with an open keyring, and a home that knows both.
    pub fn with_keyring(home: &mut Home) -> Bus {
        let bus = Bus::start(home, &["--config-file=/usr/share/dbus-1/session.conf"]);
        let log = fs::File::create(home.path().join("keyring.log")).unwrap();
        let mut daemon = Command::new("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets"])
            .env_clear()
            .envs(home.environment())
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        daemon.stdin.take().unwrap().write_all(MASTER.as_bytes()).unwrap();
        assert!(daemon.wait().unwrap().success());
        // It has gone into the background, and takes its name a moment later.
        for _ in 0..500 {
            if bus.has(SECRETS) {
                return bus;
            }
            pause();
        }
        panic!("no keyring: {}", fs::read_to_string(home.path().join("keyring.log")).unwrap());
    }

    /// A bus on which nothing can be started.
    pub fn without_keyring(home: &mut Home) -> Bus {
        let config = home.path().join("bus.conf");
        fs::write(
            &config,
            "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
        )
        .unwrap();
        Bus::start(home, &[&format!("--config-file={}", config.display())])
    }

    fn start(home: &mut Home, options: &[&str]) -> Bus {
        let log = fs::File::create(home.path().join("bus.log")).unwrap();
        // It ends with its input, so also with this process.
        let mut session = Command::new("dbus-run-session")
            .args(options)
            .args(["--", "sh", "-c", "echo \"$DBUS_SESSION_BUS_ADDRESS\"; exec cat"])
            .env_clear()
            .envs(home.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(session.stdout.take().unwrap()).read_line(&mut address).unwrap();
        home.set("DBUS_SESSION_BUS_ADDRESS", address.trim());
        let connection =
            zbus::blocking::connection::Builder::address(address.trim()).unwrap().build().unwrap();
        Bus { session, connection }
    }

    fn has(&self, name: &str) -> bool {
        let bus = zbus::blocking::fdo::DBusProxy::new(&self.connection).unwrap();
        bus.name_has_owner(name.try_into().unwrap()).unwrap()
    }

    /// An entry as `secret-tool` makes it; `more` are attributes beside those of the program.
    pub fn keep(&self, home: &Home, user: &str, more: &[&str], secret: &str) {
        let mut tool = Command::new("secret-tool")
            .args(["store", "--label=thanks", "service", "thanks", "username", user])
            .args(more)
            .env_clear()
            .envs(home.environment())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        tool.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
        assert!(tool.wait().unwrap().success());
    }

    /// Locks the keyring, as a desktop does when nobody is there.
    pub fn lock(&self) {
        let service = Proxy::new(&self.connection, SECRETS, "/org/freedesktop/secrets", SERVICE).unwrap();
        let (locked, _): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            service.call("Lock", &(vec![ObjectPath::try_from(LOGIN).unwrap()],)).unwrap();
        assert_eq!(locked.len(), 1);
    }

    /// Opens it again, as logging in does.
    pub fn unlock(&self) {
        let path = "/org/freedesktop/secrets";
        let service = Proxy::new(&self.connection, SECRETS, path, SERVICE).unwrap();
        let (_, session): (OwnedValue, OwnedObjectPath) =
            service.call("OpenSession", &("plain", Value::from(""))).unwrap();
        let inside = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
        let inside = Proxy::new(&self.connection, SECRETS, path, inside).unwrap();
        let secret = (session, Vec::<u8>::new(), MASTER.as_bytes().to_vec(), "text/plain".to_owned());
        let login = ObjectPath::try_from(LOGIN).unwrap();
        let () = inside.call("UnlockWithMasterPassword", &(login, secret)).unwrap();
    }

    /// From now on whoever the keyring asks for its password gets the question and says nothing.
    pub fn nobody_answers(&self) {
        self.connection.object_server().at("/org/gnome/keyring/Prompter", SilentPrompter).unwrap();
        self.connection.request_name("org.gnome.keyring.SystemPrompter").unwrap();
    }
}

const SERVICE: &str = "org.freedesktop.Secret.Service";

impl Drop for Bus {
    fn drop(&mut self) {
        drop(self.session.stdin.take());
        let _ = self.session.wait();
    }
}

/// The window in which the password of the keyring is typed, before a chair that is empty.
struct SilentPrompter;

#[zbus::interface(name = "org.gnome.keyring.internal.Prompter")]
impl SilentPrompter {
    fn begin_prompting(&self, _callback: ObjectPath<'_>) {}

    fn perform_prompt(
        &self,
        _callback: ObjectPath<'_>,
        _kind: &str,
        _properties: HashMap<&str, Value<'_>>,
        _exchange: &str,
    ) {
    }

    fn stop_prompting(&self, _callback: ObjectPath<'_>) {}
}

/// Whether nothing below a folder holds the text, neither as it is nor as a login writes it.
pub fn holds_nowhere(home: &Home, user: &str, secret: &str) -> Vec<std::path::PathBuf> {
    let coded = |text: String| data_encoding::BASE64.encode(text.as_bytes());
    let shapes = [secret.to_owned(), coded(secret.to_owned()), coded(format!("\0{user}\0{secret}"))];
    shapes.iter().flat_map(|shape| home.files_with(shape.as_bytes())).collect()
}

/// Whether a folder of the keyring is there, encrypted.
pub fn has_keyring(home: &Path) -> bool {
    home.join("share/keyrings/login.keyring").is_file()
}
