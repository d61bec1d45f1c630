//! Setting up, as a person reads it.

use super::Page;
use crate::commands::init;
use crate::domain::text::printable;
use crate::flow::enroll::Kept;

pub fn init(report: &init::Report) -> Page {
    let (host, port) = (&report.host, report.port);
    let encryption = match report.security {
        "tls" => "TLS",
        "starttls" => "STARTTLS",
        _ => "in clear, on this computer",
    };
    let proved = match &report.user {
        Some(user) => format!("logged in at {host}, port {port}, {encryption}, as {}", printable(user)),
        None => format!("reached {host}, port {port}, {encryption}, without a login"),
    };
    let place = match &report.kept {
        Kept::Keyring => "in the keyring, service thanks".to_owned(),
        Kept::Nowhere(why) => format!("kept nowhere ({}); asked for at each send", printable(why)),
        Kept::Command(command) => format!("from `{}` at each send", printable(&command.join(" "))),
        Kept::NoLogin => "none needed".to_owned(),
    };
    let mailbox = match &report.mailbox {
        Some(host) => format!("mailbox        {}\n", printable(host)),
        None => String::new(),
    };
    let config = report.config.display();
    Page {
        data: format!(
            "{proved}; nothing was sent\npassword       {place}\n{mailbox}configuration  {config}\n"
        ),
        talk: "next: thanks draft, then thanks send\n".to_owned(),
    }
}
