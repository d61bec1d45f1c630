//! Names, connections and TLS: 34 to 40.

use std::fs;
use std::net::TcpListener;

use super::world::World;
use super::{Row, at, play, row};
use crate::smtp_server::{At, Builder, Certificate, Fault, SmtpServer, Transport};

pub fn rows() -> Vec<Row> {
    fn other_host(world: &mut World, host: &str) {
        world.reconfigure("[smtp]\nhost = \"127.0.0.1\"", &format!("[smtp]\nhost = \"{host}\""));
    }
    // A name of the kind that never exists (RFC 6761), asked for once: there may be nobody to ask.
    fn unknown(world: &mut World) {
        world.sandbox.set("RES_OPTIONS", "timeout:1 attempts:1");
        other_host(world, "nobody.invalid");
        world.reconfigure("security = \"none\"", "security = \"tls\"");
    }
    vec![
        row(34, "a name that nobody knows")
            .play(play("").breaks(unknown).says(&["no connection to nobody.invalid, port "]).mends(|world| {
                world.reconfigure("nobody.invalid", "127.0.0.1");
                world.reconfigure("security = \"tls\"", "security = \"none\"");
            }))
            .differs("75 also where it never worked: `init` writes no host down that it could not log in at"),
        row(35, "no resolver")
            .elsewhere("where there is none, row 34 is this one; the limit of 20 seconds is tested with the network"),
        row(36, "a port where nobody listens").play(
            play("")
                .breaks(|world| {
                    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
                    let theirs = world.smtp.port();
                    world.reconfigure(&format!("port = {theirs}"), &format!("port = {port}"));
                })
                .says(&["no connection to 127.0.0.1, port "])
                .mends(|world| {
                    let text = fs::read_to_string(world.config()).unwrap();
                    let port = text.split("port = ").nth(1).unwrap().lines().next().unwrap().to_owned();
                    world.reconfigure(&format!("port = {port}"), &format!("port = {}", world.smtp.port()));
                }),
        ),
        row(37, "a page of a hotel in the place of the server")
            .play(
                at(At::Banner, Fault::Reply("HTTP/1.1 302 Found"))
                    .says(&["does not answer as a mail server", "HTTP/1.1 302 Found"]),
            )
            .play(at(At::Banner, Fault::Garbage).says(&["does not answer as a mail server"]).hides(&["\u{1b}"])),
        row(38, "a certificate that cannot be trusted")
            .play(
                play("other host")
                    .server(|| tls(Certificate::WrongHost))
                    .breaks(secured)
                    .exits(78)
                    .says(&["127.0.0.1 cannot be trusted", "for another host"])
                    .mends(trusted),
            )
            .play(
                play("expired")
                    .server(|| tls(Certificate::Expired))
                    .breaks(secured)
                    .exits(78)
                    .says(&["has expired", "is your clock right?"])
                    .mends(trusted),
            )
            .play(
                play("unknown")
                    .server(|| tls(Certificate::UnknownCa))
                    .breaks(secured)
                    .exits(78)
                    .says(&["signed by nobody that this computer trusts", "ca_file"])
                    .mends(trusted),
            )
            .differs("tried again as anything else: a handshake costs nobody anything, and six hours are a quarter of the note's time"),
        row(39, "a handshake that breaks").play(
            at(At::Tls, Fault::Drop).server(|| tls(Certificate::Good)).breaks(secured).says(&["the connection to 127.0.0.1 broke, at the TLS handshake"]),
        ),
        row(40, "text in clear before the handshake").play(
            at(At::StartTls, Fault::Inject("250 injected\r\n"))
                .server(|| SmtpServer::builder().transport(Transport::StartTls(Certificate::Good)))
                .breaks(|world| {
                    secured(world);
                    world.reconfigure("security = \"tls\"", "security = \"starttls\"");
                })
                .says(&["possible tampering"]),
        ),
    ]
}

fn tls(certificate: Certificate) -> Builder {
    SmtpServer::builder().transport(Transport::Tls(certificate))
}

/// The configuration wants TLS and knows the server's CA.
fn secured(world: &mut World) {
    let pem = world.sandbox.folder().join("ca.pem");
    fs::write(&pem, world.smtp.ca_pem()).unwrap();
    let file = pem.display();
    world.reconfigure("security = \"none\"", &format!("security = \"tls\"\nca_file = \"{file}\""));
}

/// The server shows a good one.
fn trusted(world: &mut World) {
    world.replace_server(tls(Certificate::Good).start());
    fs::write(world.sandbox.folder().join("ca.pem"), world.smtp.ca_pem()).unwrap();
}
