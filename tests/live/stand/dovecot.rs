//! Dovecot: it serves the mailboxes, and knows the passwords for Postfix as well.

use std::fs;
use std::path::Path;

use data_encoding::BASE64;

use super::{PASSWORD, Ports, make};

/// Its configuration, its users, and the key that its tokens are signed with.
pub fn write(dir: &Path, ports: &Ports, shown: &str) {
    let Ports { imap, imaps, lmtp, .. } = ports;
    let d = dir.display();
    let conf = format!(
        "base_dir = {d}/dovecot/run
log_path = {d}/log/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = required
ssl_cert = <{d}/tls/{shown}.pem
ssl_key = <{d}/tls/{shown}.key
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
        [("candidate@thanks.test", "candidate", PASSWORD), ("jane@acme.test", "jane", "jane-pass")]
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
