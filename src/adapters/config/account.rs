//! An account written into the text of a configuration: its lines change, all others stay,
//! comments too. Nothing is written to disk here.

use toml::{Table, Value};

use super::{Auth, Imap, Method, Smtp};
use crate::domain::address::{EmailAddress, PersonName};

/// What `init` finds out.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub name: Option<PersonName>,
    pub email: EmailAddress,
    pub smtp: Smtp,
    /// Absent: the section is commented out.
    pub imap: Option<Imap>,
    pub auth: Auth,
}

/// A key of a section, and its value; none is commented out.
type Setting = (&'static str, Option<Value>);

impl Account {
    /// `base` with this account in it: the example for a new file, or the file as it was. What it
    /// says of other things stays. `base` must be a configuration that parses.
    pub fn text(&self, base: &str) -> String {
        let mut sections = sections_of(base.trim_start_matches('\u{feff}'));
        set(&mut sections, "me", self.me());
        set(&mut sections, "smtp", self.smtp());
        match &self.imap {
            Some(imap) => set(&mut sections, "imap", self.imap(imap)),
            None => drop_section(&mut sections, "imap"),
        }
        set(&mut sections, "auth", self.auth());
        let entries = sections.iter().flat_map(|section| &section.entries);
        entries.map(|entry| format!("{}\n", entry.text)).collect()
    }

    fn me(&self) -> Vec<Setting> {
        let name = self.name.as_ref().map(|name| text(name.as_str()));
        vec![("name", name), ("email", Some(text(self.email.as_str())))]
    }

    fn smtp(&self) -> Vec<Setting> {
        // `sent_copy` stays as it stands there.
        let Smtp { host, port, security, user, ca_file, sent_copy: _ } = &self.smtp;
        vec![
            ("host", Some(text(host))),
            ("port", Some(Value::Integer(i64::from(*port)))),
            ("security", Some(text(security.word()))),
            ("user", user.as_deref().map(text)),
            ("ca_file", ca_file.as_ref().map(|path| text(&path.to_string_lossy()))),
        ]
    }

    fn imap(&self, imap: &Imap) -> Vec<Setting> {
        let Imap { host, port, security, user, ca_file, sent } = imap;
        vec![
            ("host", Some(text(host))),
            ("port", Some(Value::Integer(i64::from(*port)))),
            ("security", Some(text(security.word()))),
            ("user", user.as_deref().map(text)),
            ("ca_file", ca_file.as_ref().map(|path| text(&path.to_string_lossy()))),
            ("sent", sent.as_deref().map(text)),
        ]
    }

    fn auth(&self) -> Vec<Setting> {
        let command = self
            .auth
            .command
            .as_ref()
            .map(|arguments| Value::Array(arguments.iter().map(|argument| text(argument)).collect()));
        let method = (self.auth.method != Method::default()).then(|| text(self.auth.method.word()));
        vec![("method", method), ("command", command)]
    }
}

struct Section {
    name: String,
    /// The header first, but in the part before all headers.
    entries: Vec<Entry>,
}

struct Entry {
    /// One line, or all lines of one value.
    text: String,
    means: Meaning,
}

enum Meaning {
    Header,
    /// A key with its value.
    Key(String),
    /// A commented key, as the example shows its default.
    CommentedKey(String),
    Other,
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

fn sections_of(base: &str) -> Vec<Section> {
    let mut sections = vec![Section { name: String::new(), entries: Vec::new() }];
    let mut lines = base.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = header_of(line).or_else(|| header_of(line.strip_prefix("# ")?)) {
            sections.push(Section { name: name.to_owned(), entries: Vec::new() });
        }
        let mut text = line.to_owned();
        let means = if header_of(line).is_some() {
            Meaning::Header
        } else if let Some(key) = key_of(line) {
            // A value may take several lines.
            while toml::from_str::<Table>(&text).is_err()
                && let Some(more) = lines.next()
            {
                text.push('\n');
                text.push_str(more);
            }
            Meaning::Key(key.to_owned())
        } else {
            match line.strip_prefix("# ").and_then(key_of) {
                Some(key) => Meaning::CommentedKey(key.to_owned()),
                None => Meaning::Other,
            }
        };
        if let Some(section) = sections.last_mut() {
            section.entries.push(Entry { text, means });
        }
    }
    sections
}

fn header_of(line: &str) -> Option<&str> {
    let (name, rest) = line.trim().strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_name && (rest.is_empty() || rest.starts_with('#'))).then_some(name)
}

fn key_of(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim();
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    is_key.then_some(key)
}

fn set(sections: &mut Vec<Section>, name: &str, settings: Vec<Setting>) {
    // Of a section that is only shown commented and one that is there, the latter counts.
    let at = sections
        .iter()
        .position(|s| s.name == name && s.entries.iter().any(|e| matches!(e.means, Meaning::Header)))
        .or_else(|| sections.iter().position(|section| section.name == name));
    let section = match at.and_then(|at| sections.get_mut(at)) {
        Some(section) => section,
        None => {
            let header = Entry { text: format!("\n[{name}]"), means: Meaning::Header };
            sections.push(Section { name: name.to_owned(), entries: vec![header] });
            let Some(section) = sections.last_mut() else {
                return;
            };
            section
        }
    };
    if let Some(first) = section.entries.first_mut()
        && matches!(first.means, Meaning::Other)
    {
        *first = Entry { text: format!("[{name}]"), means: Meaning::Header };
    }
    for (key, value) in settings {
        set_key(section, key, value);
    }
}

fn set_key(section: &mut Section, key: &str, value: Option<Value>) {
    let there = section.entries.iter().position(|e| matches!(&e.means, Meaning::Key(k) if k == key));
    let commented =
        || section.entries.iter().position(|e| matches!(&e.means, Meaning::CommentedKey(k) if k == key));
    let Some(value) = value else {
        if let Some(entry) = there.and_then(|at| section.entries.get_mut(at)) {
            comment_out(entry);
        }
        return;
    };
    let line = format!("{key} = {value}");
    let means = Meaning::Key(key.to_owned());
    match there.or_else(commented).and_then(|at| section.entries.get_mut(at)) {
        Some(entry) => {
            let text = format!("{line}{}", remark_of(&entry.text));
            *entry = Entry { text, means };
        }
        None => section.entries.insert(1, Entry { text: line, means }),
    }
}

/// The remark behind the value of a line, with the blanks before it.
fn remark_of(line: &str) -> &str {
    if line.starts_with('#') || line.contains('\n') {
        return "";
    }
    line.match_indices('#')
        .filter_map(|(at, _)| line.split_at_checked(at))
        .find(|(value, _)| toml::from_str::<Table>(value).is_ok())
        .and_then(|(value, _)| line.get(value.trim_end().len()..))
        .unwrap_or_default()
}

fn comment_out(entry: &mut Entry) {
    entry.text = format!("# {}", entry.text.replace('\n', "\n# "));
    entry.means = Meaning::Other;
}

fn drop_section(sections: &mut [Section], name: &str) {
    for section in sections.iter_mut().filter(|section| section.name == name) {
        for entry in &mut section.entries {
            if matches!(entry.means, Meaning::Header | Meaning::Key(_)) {
                comment_out(entry);
            }
        }
    }
}
