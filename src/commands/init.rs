//! A mail account: asked for or told, logged in at, and only then written down.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use super::{App, Overdue};
use crate::adapters::config::{Method, Security};
use crate::adapters::secrets;
use crate::domain::address::Mailbox;
use crate::domain::problem::{Kind, Problem};
use crate::flow::enroll::{self, Kept, Provided, Told};
use crate::flow::refusal::{self, Side};

/// Set up your mail account: asks, logs in without sending anything, then writes it down
///
/// Examples:
///   thanks init                         asks for what it needs
///   thanks init --email "Jo Marsh <jo@example.com>" --host smtp.example.com \
///     --auth-command "pass show mail"
///   thanks init --email jo@gmail.com --password-stdin < FILE
///
/// The password goes into the keyring of your system, never into a file.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// You, as in From: "Jo Marsh <jo@example.com>"
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The server that takes your mail; follows from the address at the usual providers
    #[arg(long)]
    host: Option<String>,
    /// 465 for tls, 587 for starttls
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// tls, starttls, or none for this computer only; follows from the usual ports
    #[arg(long, value_parser = security(), hide_possible_values = true)]
    security: Option<Security>,
    /// Who logs in, if not the address; "" for no login
    #[arg(long)]
    user: Option<String>,
    /// One more trusted root certificate, in PEM
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// password or xoauth2; for xoauth2 the secret is an access token
    #[arg(long, value_parser = method(), hide_possible_values = true)]
    method: Option<Method>,
    /// A command that prints the password, run at each send; quotes group words, no shell runs it
    #[arg(long, value_name = "COMMAND", conflicts_with = "password_stdin")]
    auth_command: Option<String>,
    /// The server that holds your mail, to look for answers; follows from the address at the usual
    /// providers
    #[arg(long, value_name = "HOST[:PORT]")]
    imap: Option<String>,
    /// tls, starttls, or none for this computer only; follows from the usual ports
    #[arg(long, value_parser = security(), hide_possible_values = true, requires = "imap")]
    imap_security: Option<Security>,
    /// Read the password from standard input, for the keyring
    #[arg(long)]
    password_stdin: bool,
}

/// The account that works.
#[derive(Debug, Serialize)]
pub struct Report {
    pub name: Option<String>,
    pub email: String,
    pub host: String,
    pub port: u16,
    pub security: &'static str,
    /// Who logged in; absent without a login.
    pub user: Option<String>,
    pub method: &'static str,
    /// `keyring`, `command`, `asked` at each send, or `none`.
    pub secret: &'static str,
    /// The server that is asked for answers; absent where they are told by hand.
    pub mailbox: Option<String>,
    pub config: PathBuf,
    #[serde(skip)]
    pub kept: Kept,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let enrolled = enroll::enroll(told(args)?, &app.paths, &app.terminal)?;
    app.config = Some(enrolled.config);
    lift_refusals(app);
    let config = app.config.as_ref();
    let (me, smtp) = config
        .and_then(|config| Some((config.me.as_ref()?, config.smtp.as_ref()?)))
        .context("the new account is missing")?;
    Ok(Report {
        name: me.name.as_ref().map(ToString::to_string),
        email: me.email.to_string(),
        host: smtp.host.clone(),
        port: smtp.port,
        security: smtp.security.word(),
        user: enrolled.account.server.user,
        method: config.map(|config| config.auth.method).unwrap_or_default().word(),
        secret: match &enrolled.kept {
            Kept::Keyring => "keyring",
            Kept::Nowhere(_) => "asked",
            Kept::Command(_) => "command",
            Kept::NoLogin => "none",
        },
        mailbox: config.and_then(|config| config.imap.as_ref()).map(|imap| imap.host.clone()),
        config: app.paths.config_file.clone(),
        kept: enrolled.kept,
    })
}

/// A login has just worked, so that the timer may try again; a record that cannot be opened says so
/// to the command that needs it.
fn lift_refusals(app: &mut App) {
    app.overdue = Overdue::Known;
    if let Ok(Some(mut store)) = app.existing_store() {
        for side in [Side::Sending, Side::Reading] {
            let _ = refusal::forget(side, &mut store);
        }
    }
}

fn told(args: &Args) -> Result<Told> {
    let me = args.email.as_deref().map(Mailbox::typed).transpose().map_err(Problem::from)?;
    // The configuration is read from whatever folder a later command starts in.
    if args.ca_file.as_ref().is_some_and(|path| path.starts_with("~")) {
        let refused = Problem::new(Kind::Data, "--ca-file begins with `~`, which only a shell expands");
        return Err(refused
            .detail("nothing was written")
            .hint("write the whole path, or --ca-file ~/… with a blank in between")
            .into());
    }
    let ca_file = args.ca_file.as_ref().map(std::path::absolute).transpose();
    let secret = match &args.auth_command {
        Some(text) => Some(Provided::Command(secrets::command_words(text)?)),
        None if args.password_stdin => Some(Provided::Secret(secrets::from_stdin()?)),
        None => None,
    };
    Ok(Told {
        me,
        host: args.host.clone(),
        port: args.port,
        security: args.security,
        user: args.user.clone(),
        ca_file: ca_file.context("--ca-file is no path")?,
        method: args.method,
        secret,
        imap: args.imap.clone(),
        imap_security: args.imap_security,
    })
}

fn security() -> impl TypedValueParser<Value = Security> {
    PossibleValuesParser::new(["tls", "starttls", "none"])
        .map(|word| Security::named(&word).unwrap_or_default())
}

fn method() -> impl TypedValueParser<Value = Method> {
    PossibleValuesParser::new(["password", "xoauth2"]).map(|word| Method::named(&word).unwrap_or_default())
}
