//! The account as it is going to be: from what is told, what was configured, what the provider
//! wants, and what its owner answers. Nothing is written or connected here.

use super::{Provided, Told};
use crate::adapters::config::{self, Config, Imap, Method, Preset, PresetSource, Security, Smtp};
use crate::adapters::secrets::{self, Ask, Secret};
use crate::adapters::terminal::Terminal;
use crate::domain::address::{Mailbox, PersonName, advice};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::view;
use crate::flow::account::Account;

/// The way to do the same without questions.
const HINT: &str = "thanks init --email \"Jo Marsh <jo@example.com>\" --host smtp.example.com \
                    --auth-command \"pass show mail\"";

#[derive(Debug)]
pub(super) struct Plan {
    pub old: Config,
    pub me: Mailbox,
    pub smtp: Smtp,
    /// Empty: no login.
    pub user: String,
    pub method: Method,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Command(Vec<String>),
    /// Typed or handed over; whether there is a keyring to put it into, else why not.
    Person {
        secret: Option<Secret>,
        keyring: Result<(), String>,
    },
    NoLogin,
}

impl Plan {
    pub fn make(told: Told, old: Config, terminal: &Terminal) -> Result<Plan, Problem> {
        if !terminal.is_interactive() {
            require(&told, &old)?;
        }
        let me = match (&told.me, known_me(&old)) {
            (Some(me), _) => named(me.clone(), &old),
            (None, Some(known)) if !terminal.is_interactive() => known,
            (None, known) => ask_me(known, &old, terminal)?,
        };
        let preset = config::preset(&me.address.ascii_domain());
        // An account of the same person stays what it was, unless told otherwise.
        let known = old.smtp.clone().filter(|_| old.me.as_ref().is_some_and(|old| old.email == me.address));
        let smtp = server(&told, known.as_ref().unwrap_or(&preset.smtp), terminal)?;
        let user = match (&told.user, &told.host) {
            (Some(user), _) => user.clone(),
            (None, None) if terminal.is_interactive() => ask_user(known.as_ref(), &me, terminal)?,
            (None, _) => known.and_then(|smtp| smtp.user).unwrap_or_else(|| me.address.to_string()),
        };
        let is_old = old.smtp.as_ref().is_some_and(|old| old.host == smtp.host);
        let method = told.method.unwrap_or(match is_old {
            true => old.auth.method,
            false if smtp.host == preset.smtp.host => preset.method,
            false => Method::Password,
        });
        let source = Source::NoLogin;
        let mut plan = Plan { old, me, smtp, user, method, source };
        plan.find_source(told.secret, &preset, terminal)?;
        Ok(plan)
    }

    pub fn account(&self) -> Result<Account, Problem> {
        let user = Some(self.user.clone()).filter(|user| !user.is_empty());
        Account::new(&self.smtp, user, self.method, self.command().map(<[String]>::to_vec))
    }

    pub fn command(&self) -> Option<&[String]> {
        match &self.source {
            Source::Command(command) => Some(command),
            _ => None,
        }
    }

    /// Whether there is a keyring for the secret, else why not.
    pub fn keyring(&self) -> Result<(), String> {
        match &self.source {
            Source::Person { keyring, .. } => keyring.clone(),
            _ => Ok(()),
        }
    }

    /// What to log in with; asked for once.
    pub fn secret(&mut self, terminal: &Terminal) -> Result<Option<Secret>, Problem> {
        match &mut self.source {
            Source::NoLogin => Ok(None),
            Source::Command(command) => {
                let mut nobody = || Ok(Secret::new(String::new()));
                // Such a program may want to ask for its own password.
                let ask = if terminal.is_interactive() { Ask::Terminal(&mut nobody) } else { Ask::Never };
                let found = secrets::fetch(Some(command), &self.user, ask, &mut |line| terminal.say(line))?;
                Ok(Some(found.secret))
            }
            Source::Person { secret: Some(secret), .. } => Ok(Some(secret.clone())),
            Source::Person { secret, .. } => {
                let prompt = format!("Password of {} (Enter stops): ", printable(&self.user));
                let Some(typed) = ask_password(&prompt, terminal)? else {
                    return Err(Problem::new(Kind::Declined, "no account was set up"));
                };
                *secret = Some(typed.clone());
                Ok(Some(typed))
            }
        }
    }

    /// After a refusal; `false` where the person stops.
    pub fn ask_new_password(&mut self, terminal: &Terminal) -> Result<bool, Problem> {
        let typed = ask_password("New password (Enter stops): ", terminal)?;
        let goes_on = typed.is_some();
        if let Source::Person { secret, .. } = &mut self.source {
            *secret = typed;
        }
        Ok(goes_on)
    }

    /// After a failure to connect; `false` where the person stops.
    pub fn ask_other_server(&mut self, terminal: &Terminal) -> Result<bool, Problem> {
        match ask_server("Another server (Enter stops): ", terminal)? {
            Some(other) => {
                let ca_file = self.smtp.ca_file.take();
                self.smtp = Smtp { ca_file, ..other };
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Where there is no keyring, its owner says what takes its place.
    pub fn choose_place(&mut self, why: &str, terminal: &Terminal) -> Result<(), Problem> {
        terminal.say("  1  ask me at each send, keep nothing");
        terminal.say("  2  run my command (pass, op, gopass)");
        loop {
            match terminal.ask("Choose [1]: ", HINT)?.as_str() {
                "" | "1" => {
                    if let Source::Person { keyring, .. } = &mut self.source {
                        *keyring = Err(why.to_owned());
                    }
                    return Ok(());
                }
                "2" => {
                    if let Some(command) = ask_command("Command", terminal)? {
                        self.source = Source::Command(command);
                        return Ok(());
                    }
                }
                _ => terminal.say("type 1 or 2"),
            }
        }
    }

    fn find_source(
        &mut self,
        provided: Option<Provided>,
        preset: &Preset,
        terminal: &Terminal,
    ) -> Result<(), Problem> {
        if self.user.is_empty() {
            return Ok(());
        }
        let secret = match provided {
            Some(Provided::Command(command)) => {
                self.source = Source::Command(command);
                return Ok(());
            }
            Some(Provided::Secret(secret)) => Some(secret.without_app_password_blanks()),
            None => None,
        };
        let keyring = Ok(());
        if secret.is_some() {
            self.source = Source::Person { secret, keyring: secrets::keyring_status() };
            return Ok(());
        }
        if let Some(command) = self.old.auth.command.clone() {
            let question =
                format!("Go on with your command `{}`? [y]es [n]o: ", printable(&command.join(" ")));
            if terminal.choose(&question, "yn", HINT)? == 'y' {
                self.source = Source::Command(command);
                return Ok(());
            }
        }
        if let Some(hint) = preset.secret_hint.filter(|_| self.smtp.host == preset.smtp.host) {
            terminal.say(hint);
        }
        if self.method == Method::Xoauth2 {
            let Some(command) = ask_command("Command that prints an access token", terminal)? else {
                return Err(Problem::new(Kind::Declined, "no account was set up").hint(HINT));
            };
            self.source = Source::Command(command);
            return Ok(());
        }
        self.source = Source::Person { secret, keyring };
        if let Err(why) = secrets::keyring_status() {
            terminal.say(&format!("No keyring here: {}", printable(&why)));
            self.choose_place(&why, terminal)?;
        }
        Ok(())
    }
}

/// Without a terminal everything that would be asked has to be told.
fn require(told: &Told, old: &Config) -> Result<(), Problem> {
    let mut missing = Vec::new();
    let address = told.me.as_ref().map(|me| &me.address).or(old.me.as_ref().map(|me| &me.email));
    if address.is_none() {
        missing.push("--email");
    }
    let is_guess =
        address.is_none_or(|address| config::preset(&address.ascii_domain()).source == PresetSource::Guessed);
    if told.host.is_none() && old.smtp.is_none() && is_guess {
        missing.push("--host");
    }
    let old_user = old.smtp.as_ref().and_then(|smtp| smtp.user.as_deref());
    let logs_in = told.user.as_deref().or(old_user) != Some("");
    if logs_in && told.secret.is_none() {
        missing.push("--password-stdin or --auth-command");
    }
    let preset = address.map(|address| config::preset(&address.ascii_domain()).smtp);
    let offered = old.smtp.as_ref().or(preset.as_ref());
    if offered.is_some_and(|offered| is_unclear(told, offered)) {
        missing.push("--security");
    }
    let is_known = |server: &str| old.imap.as_ref().is_some_and(|old| old.is_named(server));
    let imap = told.imap.as_deref().filter(|_| told.imap_security.is_none());
    if imap.is_some_and(|server| Imap::is_unclear(server) && !is_known(server)) {
        missing.push("--imap-security");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::new(Kind::NeedsYou, format!("not told, and nobody to ask: {}", missing.join(", ")))
        .hint(HINT))
}

/// A bare address keeps the name that stands beside it in the configuration.
fn named(me: Mailbox, old: &Config) -> Mailbox {
    let known = old.me.as_ref().filter(|old| old.email == me.address);
    let name = me.name.or_else(|| known.and_then(|old| old.name.clone()));
    Mailbox { name, address: me.address }
}

fn known_me(old: &Config) -> Option<Mailbox> {
    old.me.as_ref().map(|me| Mailbox { name: me.name.clone(), address: me.email.clone() })
}

fn ask_me(known: Option<Mailbox>, old: &Config, terminal: &Terminal) -> Result<Mailbox, Problem> {
    let prompt = match &known {
        Some(known) => format!("You, name and address [{known}]: "),
        None => "You, as in Jo Marsh <jo@example.com>: ".to_owned(),
    };
    let mut me = loop {
        let answer = terminal_or(known.as_ref(), &prompt, terminal)?;
        match answer {
            Ok(me) => break me,
            Err(problem) => terminal.say(view::problem_text(&problem).trim_end()),
        }
    };
    for question in advice(None, Some(&me.address), None) {
        terminal.say(&printable(&question));
    }
    me = named(me, old);
    while me.name.is_none() {
        let answer = terminal.ask("Your name, as it stands under each note (Enter: none): ", HINT)?;
        if answer.is_empty() {
            break;
        }
        match PersonName::typed(&answer) {
            Ok(name) => me.name = Some(name),
            Err(refused) => terminal.say(view::problem_text(&refused.into()).trim_end()),
        }
    }
    Ok(me)
}

/// What was typed, or what Enter stands for.
fn terminal_or(
    known: Option<&Mailbox>,
    prompt: &str,
    terminal: &Terminal,
) -> Result<Result<Mailbox, Problem>, Problem> {
    let answer = terminal.ask(prompt, HINT)?;
    Ok(match known.filter(|_| answer.is_empty()) {
        Some(known) => Ok(known.clone()),
        None => Mailbox::typed(&answer).map_err(Problem::from),
    })
}

fn server(told: &Told, offered: &Smtp, terminal: &Terminal) -> Result<Smtp, Problem> {
    let is_offered = told.host.as_ref().is_none_or(|host| *host == offered.host);
    let mut smtp = match &told.host {
        Some(host) if !is_offered => Smtp::new(host, told.port, told.security, None)?,
        _ if told.security.is_none() && told.port == Some(offered.port) => offered.clone(),
        _ if told.port.is_some() || told.security.is_some() => {
            Smtp::new(&offered.host, told.port, told.security, offered.ca_file.clone())?
        }
        _ => offered.clone(),
    };
    if terminal.is_interactive() && is_unclear(told, offered) {
        smtp = with_asked_security(smtp, terminal)?;
    }
    if told.host.is_none() && told.port.is_none() && terminal.is_interactive() {
        let prompt = format!("Server [{}]: ", smtp.host);
        if let Some(other) = ask_server(&prompt, terminal)?.filter(|other| other.host != smtp.host) {
            smtp = other;
        }
    }
    if let Some(ca_file) = &told.ca_file {
        smtp.ca_file = Some(ca_file.clone());
    }
    Ok(smtp)
}

/// Whether only a person can say how the server is encrypted.
fn is_unclear(told: &Told, offered: &Smtp) -> bool {
    let host = told.host.as_ref().unwrap_or(&offered.host);
    let is_known = *host == offered.host && told.port == Some(offered.port);
    told.security.is_none() && !is_known && Smtp::is_unclear(host, told.port)
}

/// `None` for Enter.
fn ask_server(prompt: &str, terminal: &Terminal) -> Result<Option<Smtp>, Problem> {
    loop {
        let answer = terminal.ask(prompt, HINT)?;
        if answer.is_empty() {
            return Ok(None);
        }
        match typed_server(&answer) {
            Ok(smtp) if matches!(smtp.port, 465 | 587) => return Ok(Some(smtp)),
            Ok(smtp) => return with_asked_security(smtp, terminal).map(Some),
            Err(problem) => terminal.say(view::problem_text(&problem).trim_end()),
        }
    }
}

/// `host` or `host:port`.
fn typed_server(answer: &str) -> Result<Smtp, Problem> {
    match answer.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) if !host.contains(':') => Smtp::new(host, Some(port), None, None),
        _ => Smtp::new(answer, None, None, None),
    }
}

/// Other ports than the usual ones do not say how they are encrypted.
fn with_asked_security(smtp: Smtp, terminal: &Terminal) -> Result<Smtp, Problem> {
    loop {
        let security = ask_security("Encryption", smtp.security, terminal)?;
        match Smtp::new(&smtp.host, Some(smtp.port), Some(security), smtp.ca_file.clone()) {
            Ok(smtp) => return Ok(smtp),
            Err(problem) => terminal.say(view::problem_text(&problem).trim_end()),
        }
    }
}

pub(super) fn ask_security(what: &str, default: Security, terminal: &Terminal) -> Result<Security, Problem> {
    let prompt = format!("{what}: tls, starttls or none [{}]: ", default.word());
    loop {
        let answer = terminal.ask(&prompt, HINT)?;
        match Security::named(&answer.to_lowercase()) {
            Some(security) => return Ok(security),
            None if answer.is_empty() => return Ok(default),
            None => terminal.say("type tls, starttls or none"),
        }
    }
}

fn ask_user(known: Option<&Smtp>, me: &Mailbox, terminal: &Terminal) -> Result<String, Problem> {
    let default = known.and_then(|smtp| smtp.user.clone()).unwrap_or_else(|| me.address.to_string());
    let prompt = match default.as_str() {
        "" => "User (Enter: no login): ".to_owned(),
        user => format!("User, - for no login [{}]: ", printable(user)),
    };
    Ok(match terminal.ask(&prompt, HINT)?.as_str() {
        "" => default,
        "-" => String::new(),
        user => user.to_owned(),
    })
}

/// `None` for Enter.
fn ask_password(prompt: &str, terminal: &Terminal) -> Result<Option<Secret>, Problem> {
    let typed = secrets::typed(|| terminal.ask_secret(prompt, HINT))?.without_app_password_blanks();
    Ok(Some(typed).filter(|typed| !typed.expose().is_empty()))
}

/// `None` for Enter.
fn ask_command(what: &str, terminal: &Terminal) -> Result<Option<Vec<String>>, Problem> {
    loop {
        let answer = terminal.ask(&format!("{what}, as in pass show mail (Enter: none): "), HINT)?;
        if answer.is_empty() {
            return Ok(None);
        }
        match secrets::command_words(&answer) {
            Ok(words) => return Ok(Some(words)),
            Err(problem) => terminal.say(view::problem_text(&problem).trim_end()),
        }
    }
}
