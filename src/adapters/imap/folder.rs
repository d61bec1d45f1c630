//! Which folder holds sent mail: the one that the server marks, the one that the configuration
//! names, or the one that is called so in some language.

use io_imap::rfc3501::list::ImapMailboxList;
use io_imap::types::mailbox::{ListMailbox, Mailbox};

use super::{Failure, ImapError, Phase, Session, at};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFolder {
    pub name: String,
    pub known: Known,
}

/// What says that it is the folder of sent mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The server (RFC 6154) or the configuration.
    Said,
    /// Only its usual name.
    Guessed,
}

/// What servers and mail programs call it, in lower case, the likeliest first.
const USUAL_NAMES: [&str; 66] = [
    "sent",
    "sent items",
    "sent mail",
    "sent messages",
    "sent-mail",
    "sent email",
    "gesendet",
    "gesendete objekte",
    "gesendete elemente",
    "gesendete nachrichten",
    "envoyés",
    "éléments envoyés",
    "messages envoyés",
    "courrier envoyé",
    "objets envoyés",
    "enviados",
    "elementos enviados",
    "mensajes enviados",
    "correo enviado",
    "itens enviados",
    "mensagens enviadas",
    "enviadas",
    "enviats",
    "inviati",
    "posta inviata",
    "inviata",
    "messaggi inviati",
    "elementi inviati",
    "verzonden",
    "verzonden items",
    "verzonden berichten",
    "skickat",
    "skickade objekt",
    "skickade meddelanden",
    "sendt",
    "sendt post",
    "sendte elementer",
    "lähetetyt",
    "lähetetyt viestit",
    "wysłane",
    "elementy wysłane",
    "odeslané",
    "odeslaná pošta",
    "odoslaná pošta",
    "elküldött",
    "elküldött elemek",
    "trimise",
    "gönderilmiş öğeler",
    "gönderilenler",
    "απεσταλμένα",
    "отправленные",
    "отправленные элементы",
    "надіслані",
    "送信済み",
    "送信済みメール",
    "送信済みアイテム",
    "已发送",
    "已发送邮件",
    "已发送邮箱",
    "已傳送",
    "已傳送郵件",
    "寄件備份",
    "보낸편지함",
    "보낸 편지함",
    "보낸메일함",
    "보낸 메일함",
];

/// Where servers keep folders that are not at the top.
const PARENTS: [&str; 3] = ["inbox", "[gmail]", "[google mail]"];

struct Folder {
    name: String,
    separator: Option<char>,
    /// Lower case, with their backslashes.
    attributes: Vec<String>,
}

impl Session {
    /// The folder that the server marks as `\Sent` (RFC 6154), the configured one of several;
    /// without such a mark the configured one, if it exists: by its whole name, or by its last
    /// part where the server keeps all folders below INBOX. Where nothing says which it is, the one
    /// with the usual name.
    pub fn sent_folder(&mut self, configured: Option<&str>) -> Result<Option<SentFolder>, ImapError> {
        let folders = self.folders()?;
        let has = |folder: &&Folder, mark: &str| folder.attributes.iter().any(|a| a == mark);
        let usable: Vec<&Folder> =
            folders.iter().filter(|f| !has(f, "\\noselect") && !has(f, "\\nonexistent")).collect();
        let marked: Vec<&Folder> = usable.iter().copied().filter(|f| has(f, "\\sent")).collect();
        let named = |among: &[&Folder]| {
            let whole = |name: &str| among.iter().find(|f| f.name.eq_ignore_ascii_case(name)).copied();
            let last = |name: &str| {
                among
                    .iter()
                    .find(|f| f.last_part().is_some_and(|part| part.eq_ignore_ascii_case(name)))
                    .copied()
            };
            let name = configured?;
            whole(name).or_else(|| last(name)).map(|folder| folder.name.clone())
        };
        let said = named(&marked)
            .or_else(|| marked.first().map(|folder| folder.name.clone()))
            .or_else(|| named(&usable));
        let known = if said.is_some() { Known::Said } else { Known::Guessed };
        let guessed = || match configured {
            Some(_) => None,
            None => usual(&usable),
        };
        Ok(said.or_else(guessed).map(|name| SentFolder { name, known }))
    }

    fn folders(&mut self) -> Result<Vec<Folder>, ImapError> {
        let unlisted = || at(Phase::List)(Failure::Protocol("folders cannot be listed".into()));
        let all = ListMailbox::try_from("*").map_err(|_| unlisted())?;
        let root = Mailbox::try_from("").map_err(|_| unlisted())?;
        let command = ImapMailboxList::new(root, all);
        let listing = self.wire.run(self.patience.command, command).map_err(at(Phase::List))?;
        Ok(listing
            .into_iter()
            .filter_map(|(mailbox, separator, attributes)| {
                let name = match mailbox {
                    Mailbox::Inbox => "INBOX".to_owned(),
                    Mailbox::Other(other) => String::from_utf8(other.inner().as_ref().to_vec()).ok()?,
                };
                let attributes = attributes.iter().map(|a| a.to_string().to_ascii_lowercase()).collect();
                Some(Folder { name, separator: separator.map(|c| c.inner()), attributes })
            })
            .collect())
    }
}

impl Folder {
    fn last_part(&self) -> Option<&str> {
        self.separator.and_then(|separator| self.name.rsplit(separator).next())
    }

    /// Its name where it is at the top or in a folder that servers keep all others in.
    fn own_name(&self) -> Option<String> {
        let name = self.name.to_lowercase();
        let Some((parent, own)) = self.separator.and_then(|separator| name.rsplit_once(separator)) else {
            return Some(name);
        };
        PARENTS.contains(&parent).then(|| own.to_owned())
    }
}

fn usual(folders: &[&Folder]) -> Option<String> {
    USUAL_NAMES.iter().find_map(|usual| {
        let folder = folders.iter().find(|folder| folder.own_name().as_deref() == Some(*usual))?;
        Some(folder.name.clone())
    })
}
