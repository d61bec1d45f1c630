//! TCP and TLS with total deadlines, for mail protocols to stand on. It knows hosts, certificates
//! and bytes, and must not know a protocol. The one place that measures time.

mod dial;
mod echo;
mod mode;
mod pinned;
mod stream;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub use echo::Echo;
pub use mode::{Speaks, Usual};
pub use stream::Stream;
pub(super) use stream::take_line;

use crate::domain::text::printable;

/// Waiting is done in slices of this length, so that an interruption is seen soon.
const SLICE: Duration = Duration::from_millis(250);

/// Whether and when a connection is encrypted. There is no opportunistic mode: a network that can
/// strip STARTTLS must not get a password for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314): ports 465 and 993.
    Tls,
    /// Begins in clear, and TLS is required before anything else: ports 587 and 143.
    StartTls,
    /// In clear, to loopback addresses only.
    Plain,
}

/// How long each phase may take in all, however busy the peer seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Name, TCP and a TLS handshake.
    pub connect: Duration,
    /// The peer's first line.
    pub banner: Duration,
    /// Without a word in clear for so long, the port is asked whether it speaks TLS.
    pub silence: Duration,
    /// A command and its answer.
    pub command: Duration,
    /// Writing the text of a message.
    pub body: Duration,
    /// From the final dot to its answer (RFC 5321 4.5.3.2.6: ten minutes).
    pub receipt: Duration,
}

impl Default for Patience {
    /// Somebody is waiting at a terminal.
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(20),
            banner: Duration::from_secs(60),
            silence: Duration::from_secs(5),
            command: Duration::from_secs(60),
            body: Duration::from_secs(180),
            receipt: Duration::from_secs(600),
        }
    }
}

/// A flag that ends every wait on a connection: raised by a signal handler, seen within a slice.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// For a signal handler to set.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

/// Why a certificate was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateProblem {
    /// It is for these names.
    WrongHost(Vec<String>),
    UnknownAuthority,
    Expired,
    NotYetValid,
    /// A certificate made to sign others was shown as the server's own.
    CaUsedAsEndEntity,
    Other(String),
}

impl CertificateProblem {
    /// What to do about it in a `section` of the configuration. A mail bridge on this computer makes
    /// its own certificate, which nobody else vouches for.
    pub fn hint(&self, host: &str, section: &str) -> String {
        let is_unvouched =
            matches!(self, CertificateProblem::UnknownAuthority | CertificateProblem::CaUsedAsEndEntity);
        match (is_unvouched, dial::names_loopback(host)) {
            (true, true) => format!(
                "in [{section}], set ca_file to the server's own certificate (a mail bridge exports it), or security = \"none\": on this computer that is safe"
            ),
            (true, false) => {
                format!("in [{section}], set ca_file to its CA's certificate, or to the server's own one")
            }
            (false, _) => format!("see host and ca_file in [{section}] of the configuration"),
        }
    }

    /// The same for the flags of `init`.
    pub fn flags(&self, host: &str) -> &'static str {
        let is_unvouched =
            matches!(self, CertificateProblem::UnknownAuthority | CertificateProblem::CaUsedAsEndEntity);
        match (is_unvouched, dial::names_loopback(host)) {
            (true, true) => {
                "use --ca-file FILE with the server's own certificate (a mail bridge exports it), or --security none: on this computer that is safe"
            }
            (true, false) => "use --ca-file FILE with its CA's certificate, or the server's own one",
            (false, _) => "check the name of the server and the clock; --ca-file FILE trusts one more root",
        }
    }
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CertificateProblem::WrongHost(names) if names.is_empty() => {
                f.write_str("its certificate is for another host")
            }
            CertificateProblem::WrongHost(names) => {
                write!(f, "its certificate is for another host: {}", printable(&names.join(", ")))
            }
            CertificateProblem::UnknownAuthority => f.write_str(
                "its certificate is signed by nobody that this computer trusts; a CA of your own goes into ca_file",
            ),
            CertificateProblem::Expired => {
                f.write_str("its certificate has expired; is your clock right?")
            }
            CertificateProblem::NotYetValid => {
                f.write_str("its certificate is not yet valid; is your clock right?")
            }
            CertificateProblem::CaUsedAsEndEntity => f.write_str(
                "it shows a certificate made to sign others (CA:TRUE) as its own",
            ),
            CertificateProblem::Other(what) => {
                write!(f, "its certificate is not valid: {}", printable(what))
            }
        }
    }
}

/// Why there is no connection, or no longer one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The settings cannot be right; nothing was connected.
    #[error("{0}")]
    Config(String),
    #[error("{0}")]
    Certificate(CertificateProblem),
    /// The host's name has no address, or no server could be asked for it.
    #[error("the name cannot be resolved: {0}")]
    Name(String),
    #[error("{0}")]
    Network(String),
    #[error("the connection was closed")]
    Closed,
    /// Bytes in clear that would have been taken for an answer inside TLS.
    #[error("possible tampering: text arrived in clear before the TLS handshake")]
    Tampering,
    /// The port speaks this, and `security` says something else.
    #[error("{}", told(*.0))]
    WrongMode(Speaks),
    #[error("a line was too long")]
    LineTooLong,
    #[error("no answer in time")]
    TimedOut,
    #[error("interrupted")]
    Interrupted,
}

fn told(speaks: Speaks) -> &'static str {
    match speaks {
        Speaks::Tls => "the port expects TLS from the first byte",
        Speaks::Clear => "the port doesn't speak TLS from the first byte",
    }
}

/// Which half of connecting failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Reach,
    Secure,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    pub step: Step,
    pub error: NetError,
}

/// What a look at a connection found where nothing was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoke {
    Closed,
    /// The peer has sent something that nobody asked for.
    Said,
    /// The peer is quiet, but the user wants to stop.
    Interrupted,
}

/// Connects within `patience.connect`, all addresses of the host tried (RFC 8305); with
/// [`Security::Tls`] the handshake is done, with [`Security::StartTls`] it is prepared. The
/// system's trusted roots count, and those of `extra_ca_pem`.
///
/// A server that speaks something else than TLS on a port of [`Security::Tls`] is
/// [`NetError::WrongMode`]; the reverse is found by [`Stream::await_greeting`].
pub fn connect(
    host: &str,
    port: u16,
    security: Security,
    extra_ca_pem: Option<&[u8]>,
    patience: &Patience,
    interrupt: &Interrupt,
) -> Result<Stream, ConnectError> {
    let reach = |error| ConnectError { step: Step::Reach, error };
    let secure = |error| ConnectError { step: Step::Secure, error };
    let deadline = Deadline::after(patience.connect);
    if security == Security::Plain && !dial::names_loopback(host) {
        return Err(reach(not_loopback(host)));
    }
    let prepared = match security {
        Security::Plain => None,
        Security::Tls | Security::StartTls => Some(tls::prepare(host, extra_ca_pem).map_err(secure)?),
    };
    let socket = dial::dial(host, port, security, deadline, interrupt).map_err(reach)?;
    let mut stream = Stream::new(socket, prepared, deadline, interrupt.clone())
        .map_err(|e| reach(NetError::Network(e.to_string())))?;
    if security == Security::Tls {
        stream.handshake().map_err(secure)?;
    }
    Ok(stream)
}

fn not_loopback(host: &str) -> NetError {
    NetError::Config(format!(
        "security = \"none\" is for loopback addresses only, and {} is not one",
        printable(host)
    ))
}

/// A moment after which a phase is given up.
#[derive(Clone, Copy, Debug)]
struct Deadline(Instant);

impl Deadline {
    fn after(patience: Duration) -> Deadline {
        Deadline(now() + patience)
    }

    fn has_passed(self) -> bool {
        now() >= self.0
    }

    /// The time left; never nothing, which the system would take for "for ever" or refuse.
    fn left(self) -> Duration {
        self.0.saturating_duration_since(now()).max(Duration::from_millis(1))
    }

    /// The time left, at most a slice.
    fn slice(self) -> Duration {
        self.left().min(SLICE)
    }
}

#[expect(clippy::disallowed_methods, reason = "deadlines are measured here and nowhere else")]
fn now() -> Instant {
    Instant::now()
}
