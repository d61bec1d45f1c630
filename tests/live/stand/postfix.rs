//! Postfix: it takes what is handed in after a login, and delivers it into the mailboxes.

use std::fs;
use std::path::Path;

use super::certificates::FAULTS;
use super::{Ports, give, make};

/// The line that makes a mailbox busy.
pub const BUSY: &str = "busy@acme.test retry:4.2.1 mailbox is busy";

/// Who is judged only at the end of the text.
pub const JUDGED_LATE: &str = "refused@acme.test 550 5.7.1 not this text\n\
                               deferred@acme.test 450 4.7.1 not this text, not now\n";

/// How a port with TLS from the first byte is served.
const SMTPS: &str = "-o syslog_name=postfix/smtps -o smtpd_sasl_auth_enable=yes -o smtpd_tls_wrappermode=yes";

/// Its configuration and its queue. Beside the two usual ports there is one for each bad
/// certificate, two that take small messages only, one of which does not say so, and two that judge
/// some recipients after the text, one of which does not pipeline.
pub fn write(dir: &Path, ports: &Ports, shown: &str) {
    let Ports { smtps, submission, lmtp, small, silent, late, late_lockstep, .. } = ports;
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
virtual_mailbox_domains = thanks.test, acme.test, bücher.test, xn--bcher-kva.test
virtual_mailbox_base = {d}/mail
virtual_mailbox_maps = texthash:{d}/postfix/mailboxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = texthash:{d}/postfix/transport
default_transport = error:5.4.4 nothing leaves this stand
recipient_delimiter = +
message_size_limit = 5242880
smtpd_tls_cert_file = {d}/tls/{shown}.pem
smtpd_tls_key_file = {d}/tls/{shown}.key
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
    let boxes = "candidate@thanks.test candidate/Maildir/\njane@acme.test jane/Maildir/\nomar@acme.test omar/Maildir/\n\
                 jürgen@bücher.test jürgen/Maildir/\njürgen@xn--bcher-kva.test jürgen/Maildir/\n\
                 desk@xn--bcher-kva.test desk/Maildir/\nbusy@acme.test busy/Maildir/\n\
                 ghost@acme.test x\nlater@acme.test x\n\
                 refused@acme.test refused/Maildir/\ndeferred@acme.test deferred/Maildir/\n";
    fs::write(
        dir.join("postfix/transport"),
        format!(
            "ghost@acme.test lmtp:inet:127.0.0.1:{lmtp}\nlater@acme.test lmtp:inet:127.0.0.1:1\n{BUSY}\n"
        ),
    )
    .unwrap();
    fs::write(dir.join("postfix/mailboxes"), boxes).unwrap();
    fs::write(dir.join("postfix/judged-late"), JUDGED_LATE).unwrap();
    let judging = format!(
        "-o {{ smtpd_end_of_data_restrictions = check_recipient_access texthash:{d}/postfix/judged-late }}"
    );
    let mut master = format!(
        "127.0.0.1:{submission} inet n - n - - smtpd
  -o syslog_name=postfix/submission -o smtpd_sasl_auth_enable=yes -o smtpd_tls_security_level=encrypt
127.0.0.1:{smtps} inet n - n - - smtpd
  {SMTPS}
127.0.0.1:{small} inet n - n - - smtpd
  {SMTPS} -o message_size_limit=20000
127.0.0.1:{silent} inet n - n - - smtpd
  {SMTPS} -o message_size_limit=20000 -o smtpd_discard_ehlo_keywords=size
127.0.0.1:{late} inet n - n - - smtpd
  {SMTPS} {judging}
127.0.0.1:{late_lockstep} inet n - n - - smtpd
  {SMTPS} {judging} -o smtpd_discard_ehlo_keywords=pipelining
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
    for (fault, port) in FAULTS.iter().zip(ports.faulty) {
        let tls =
            format!("-o smtpd_tls_cert_file={d}/tls/{fault}.pem -o smtpd_tls_key_file={d}/tls/{fault}.key");
        master.push_str(&format!("127.0.0.1:{port} inet n - n - - smtpd\n  {SMTPS} {tls}\n"));
    }
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
