//! What must be installed for these tests, and what is done where it is not.

use std::io::{self, Write};
use std::path::Path;

/// A program, and the Debian packages that bring it.
pub type Needed = (&'static str, &'static str);

pub const SERVERS: [Needed; 3] = [
    ("/usr/lib/postfix/sbin/master", "postfix"),
    ("/usr/sbin/dovecot", "dovecot-core dovecot-imapd dovecot-lmtpd"),
    ("/usr/bin/openssl", "openssl"),
];

pub const KEYRING: [Needed; 3] = [
    ("/usr/bin/dbus-run-session", "dbus-daemon"),
    ("/usr/bin/gnome-keyring-daemon", "gnome-keyring"),
    ("/usr/bin/secret-tool", "libsecret-tools"),
];

/// Whether a test can be run; else says why not. In CI that is a failure: a gate that skips its
/// tests is none.
pub fn can_run(needed: &[Needed]) -> bool {
    #[expect(clippy::disallowed_methods, reason = "only the runner knows whether this is a gate")]
    let is_gate = std::env::var_os("CI").is_some();
    match missing(needed) {
        None => true,
        Some(packages) => {
            assert!(!is_gate, "not run, needs {packages}");
            say(&format!("not run, needs {packages}"));
            false
        }
    }
}

fn missing(needed: &[Needed]) -> Option<String> {
    let missing = needed.iter().filter(|(program, _)| !Path::new(program).exists());
    let packages: Vec<&str> = missing.map(|(_, packages)| *packages).collect();
    (!packages.is_empty()).then(|| packages.join(" "))
}

/// A line for whoever runs the tests; what a macro prints is kept back from them while all is well.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

#[test]
fn every_package_that_is_missing_is_named() {
    let needed = [("/bin/sh", "dash"), ("/no/such/one", "first"), ("/no/such/other", "second third")];
    assert_eq!(missing(&needed).as_deref(), Some("first second third"));
    assert_eq!(missing(&needed[..1]), None);
}
