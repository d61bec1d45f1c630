//! A mail account by questions or flags: preset, password, a login that works, and only then the
//! secret's place and the configuration. `init` is this alone; `send` without an account goes
//! through it and carries on.

mod plan;
mod reach;

use std::path::PathBuf;

use super::account::Account;
use crate::adapters::config::{self, Auth, Config, Imap, Method, Paths, Security, Smtp};
use crate::adapters::net;
use crate::adapters::secrets::{self, Secret};
use crate::adapters::smtp::{Interrupt, OpenError, OpenFailure, Patience, Phase, Session};
use crate::adapters::terminal::Terminal;
use crate::domain::address::Mailbox;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::view;
use plan::Plan;

/// What is told beforehand; the rest is asked for, or follows from the mail address.
#[derive(Debug, Default)]
pub struct Told {
    pub me: Option<Mailbox>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub security: Option<Security>,
    /// Empty: no login.
    pub user: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub method: Option<Method>,
    pub secret: Option<Provided>,
    /// The server that holds the mail: `imap.example.com`, or with a port.
    pub imap: Option<String>,
    pub imap_security: Option<Security>,
}

/// Where the secret comes from, if nobody is to be asked.
#[derive(Debug)]
pub enum Provided {
    Command(Vec<String>),
    Secret(Secret),
}

/// An account that a login has proved, as it was written; the secret is still at hand.
#[derive(Debug)]
pub struct Enrolled {
    pub config: Config,
    pub account: Account,
    pub kept: Kept,
}

/// Where the secret is from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    Keyring,
    /// It is asked for at each send; why there is no keyring.
    Nowhere(String),
    Command(Vec<String>),
    NoLogin,
}

/// Asks for an account, logs in, writes the configuration, and returns both, ready to send.
pub fn by_questions(paths: &Paths, terminal: &Terminal) -> Result<Enrolled, Problem> {
    terminal.say("no mail account is set up yet; four questions, and a login that sends nothing");
    enroll(Told::default(), paths, terminal).map_err(|problem| problem.detail("nothing was sent"))
}

/// Finds out what is missing, logs in, and only then stores the secret and writes the
/// configuration, in which all else stays as it is. Without a terminal what is missing is
/// `NeedsYou`, with the flags that tell it.
pub fn enroll(told: Told, paths: &Paths, terminal: &Terminal) -> Result<Enrolled, Problem> {
    let old = config::load(&paths.config_file)?;
    let unwritten = |problem: Problem| problem.detail("nothing was written");
    let mut wanted = reach::Wanted { server: told.imap.clone(), security: told.imap_security };
    let mut plan = Plan::make(told, old.unwrap_or_default(), terminal).map_err(unwritten)?;
    wanted.settle(&plan, terminal).map_err(unwritten)?;
    let (account, kept, imap) = loop {
        let (account, secret) = prove(&mut plan, terminal).map_err(unwritten)?;
        let imap = reach::mailbox(&plan, &wanted, secret.as_ref(), terminal).map_err(unwritten)?;
        if let Some(kept) = keep(&mut plan, secret.as_ref(), terminal).map_err(unwritten)? {
            break (account.with_secret(secret), kept, imap);
        }
    };
    let config = write(&plan, imap, paths).map_err(|problem| match kept {
        Kept::Keyring => problem.detail("the password is in the keyring"),
        _ => problem,
    })?;
    Ok(Enrolled { config, account, kept })
}

/// Logs in, with another password or at another server if the person has one.
fn prove(plan: &mut Plan, terminal: &Terminal) -> Result<(Account, Option<Secret>), Problem> {
    loop {
        let account = plan.account()?;
        let secret = plan.secret(terminal)?;
        let login = secret.as_ref().map(|secret| account.login(secret));
        terminal.say(&match &account.server.user {
            Some(user) => format!("logging in at {} as {}", plan.smtp.host, printable(user)),
            None => format!("connecting to {}", plan.smtp.host),
        });
        let opened =
            Session::open(&account.server, login.as_ref(), &Patience::default(), &Interrupt::default());
        let error = match opened {
            Ok(session) => {
                session.quit();
                return Ok((account, secret));
            }
            Err(error) => error,
        };
        let problem = explained(&account, &error);
        if !terminal.is_interactive() {
            return Err(problem);
        }
        terminal.say(&view::problem_text(&problem));
        let is_refusal = matches!(error.kind, OpenFailure::Authentication(_));
        let goes_on = match (is_refusal, account.takes_typed_password()) {
            (true, true) => plan.ask_new_password(terminal)?,
            (true, false) => false,
            (false, _) => plan.ask_other_server(terminal)?,
        };
        if !goes_on {
            return Err(Problem::new(problem.kind, "no account was set up"));
        }
    }
}

/// The configuration that other hints speak of does not exist yet.
fn explained(account: &Account, error: &OpenError) -> Problem {
    let problem = account.problem(error);
    let hint = match &error.kind {
        OpenFailure::Certificate(why) => why.flags(&account.server.host),
        OpenFailure::WrongMode(speaks) => {
            return problem.hint(format!("use --security {}", speaks.security()));
        }
        OpenFailure::Config(_) => "check the name of the server; `thanks init --help` has the flags",
        OpenFailure::Protocol(_) if error.phase == Phase::StartTls => {
            "use --security tls, or none for a server on this computer"
        }
        OpenFailure::NoMechanism(_) if account.server.security == net::Security::Plain => {
            "use --security starttls (many servers take a login only inside TLS), or --user \"\" for no login"
        }
        OpenFailure::NoMechanism(_) => "--method xoauth2 with --auth-command, or --user \"\" for no login",
        _ => return problem,
    };
    problem.hint(hint)
}

/// Puts the secret where it belongs. `None`: it belongs to another place than was planned, which
/// is to be tried first.
fn keep(plan: &mut Plan, secret: Option<&Secret>, terminal: &Terminal) -> Result<Option<Kept>, Problem> {
    if let Some(command) = plan.command() {
        return Ok(Some(Kept::Command(command.to_vec())));
    }
    let Some(secret) = secret else {
        return Ok(Some(Kept::NoLogin));
    };
    let why = match plan.keyring() {
        Ok(()) => match secrets::store(&plan.user, secret) {
            Ok(()) => return Ok(Some(Kept::Keyring)),
            Err(problem) => problem.details.first().cloned().unwrap_or(problem.message),
        },
        // Its owner has chosen already.
        Err(why) => return Ok(Some(Kept::Nowhere(why))),
    };
    if !terminal.is_interactive() {
        return Ok(Some(Kept::Nowhere(why)));
    }
    terminal.say(&format!("The keyring did not take it: {}", printable(&why)));
    plan.choose_place(&why, terminal)?;
    Ok(plan.command().is_none().then_some(Kept::Nowhere(why)))
}

fn write(plan: &Plan, imap: Option<Imap>, paths: &Paths) -> Result<Config, Problem> {
    let base = config::load_text(&paths.config_file)?;
    let account = config::Account {
        name: plan.me.name.clone(),
        email: plan.me.address.clone(),
        smtp: Smtp {
            user: (plan.user != plan.me.address.as_str()).then(|| plan.user.clone()),
            ..plan.smtp.clone()
        },
        // The example's mailbox is nobody's; one's own stays.
        imap: imap.or_else(|| plan.old.imap.clone().filter(|_| base.is_some())),
        auth: Auth { method: plan.method, command: plan.command().map(<[String]>::to_vec) },
    };
    let text = account.text(base.as_deref().unwrap_or(config::EXAMPLE));
    config::save(&paths.config_file, &text)?;
    let missing = || Problem::new(Kind::LocalIo, "the configuration that was just written is gone");
    config::load(&paths.config_file)?.ok_or_else(missing)
}
