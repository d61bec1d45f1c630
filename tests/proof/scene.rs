//! A send that something is to happen to: what it begins with, and how it ends undisturbed.

use std::time::Duration;

use crate::aftermath::{self, Arrivals, arrivals};
use crate::home::{Home, Wire};
use crate::it::smtp_server::{At, Certificate, Fault, SmtpServer, Transport};
use crate::table::Fate;
use crate::trace::{self, Call, Stops};

pub const NOTES: usize = 2;
pub const SEND: [&str; 2] = ["send", "--yes"];
const LONGEST: Duration = Duration::from_secs(60);

pub struct Scene {
    pub name: &'static str,
    pub wire: Wire,
    template: Home,
    /// What had arrived before.
    had: Arrivals,
}

impl Scene {
    /// Two notes that their owner has seen, in clear.
    pub fn plain() -> Scene {
        Scene { name: "plain", wire: Wire::Plain, template: Home::with_notes(NOTES), had: Arrivals::new() }
    }

    /// The same inside TLS.
    pub fn tls() -> Scene {
        Scene { name: "tls", wire: Wire::Tls, ..Scene::plain() }
    }

    /// The sender before this one died at its first dot, which the server took.
    pub fn orphaned() -> Scene {
        let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
        let template = Home::with_notes(NOTES).speaks_to(&server, Wire::Plain);
        let mut sender = template.start(&SEND);
        server.wait_for(At::Dot);
        sender.child.kill().unwrap();
        assert!(sender.wait(LONGEST).was_killed());
        server.let_go();
        let had = arrivals(&server, &Arrivals::new());
        assert_eq!(template.look().states(), ["sending", "claimed"]);
        assert_eq!(had.len(), 1);
        Scene { name: "orphaned", wire: Wire::Plain, template, had }
    }

    /// A home of its own for one position, and its server.
    pub fn open(&self) -> (SmtpServer, Home) {
        let server = server(self.wire);
        let home = self.template.copy().speaks_to(&server, self.wire);
        (server, home)
    }

    /// The system calls of a send that nothing happens to.
    pub fn calls(&self) -> Vec<Call> {
        let (server, home) = self.open();
        let (ran, trace) = trace::run(&home, &SEND, Stops::Always, &["-y"], LONGEST);
        let in_doubt = if self.had.is_empty() { 0 } else { 3 };
        assert_eq!(ran.code(), Some(in_doubt), "{ran:?}");
        assert_eq!(server.accepted().len() + self.had.len(), NOTES);
        trace::calls(&trace)
    }

    pub fn arrivals(&self, server: &SmtpServer) -> Arrivals {
        arrivals(server, &self.had)
    }

    pub fn examine(&self, home: &Home, server: &SmtpServer) -> Fate {
        aftermath::examine(home, server, &self.had, NOTES)
    }
}

pub fn server(wire: Wire) -> SmtpServer {
    let transport = match wire {
        Wire::Plain => Transport::Plain,
        Wire::Tls => Transport::Tls(Certificate::Good),
    };
    SmtpServer::builder().transport(transport).start()
}
