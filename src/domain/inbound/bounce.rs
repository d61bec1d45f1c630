//! Delivery reports: those of RFC 3464, and the prose of servers that never heard of it. They
//! count only if they name a note of ours.

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::known::{SentNote, identity};
use super::lexicon::{Phrases, begins, plain, says};
use super::tracking;
use super::{About, Certainty, Delivery, Doubt, Known, Message, Verdict};

/// Servers give up after five days (RFC 5321, 4.5.4.1); the report may take its time too.
const LONGEST_RETRY: TimeDelta = TimeDelta::days(7);
const LONGEST_REASON: usize = 240;

const FAILED: Phrases = &[
    "undeliver|failure notice|delivery failure|delivery failed|delivery has failed|failed delivery|failed to deliver|mail delivery error",
    "delivery to the following recipient|(failure)|returned mail|returned to sender|returning message to sender|message returned",
    "could not be delivered|couldn't be delivered|could not deliver|couldn't deliver|wasn't delivered|was not delivered|not delivered",
    "wasn't able to deliver|was not able to deliver|unable to deliver|cannot be delivered|can't be delivered|cannot deliver|not able to be delivered",
    "permanent error|permanent fatal error|permanently failed|address not found|recipient not found|recipient rejected|message rejected",
    "message was rejected|message blocked|delivery was refused|mail system error|unable to relay",
    "unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|zustellung gescheitert|zustellfehler|nicht zustellbar|konnte nicht übermittelt",
    "adresse nicht gefunden|fehler bei der zustellung|zustellung nicht möglich",
    "non remis|n'a pas pu être remis|n'a pas été remis|n'a pas été distribué|n'a pas pu être distribué|échec de la remise|échec de remise",
    "non distribué|échec de livraison|n'a pas pu être livré|n'a pas été livré|adresse introuvable|impossible de remettre|impossible de distribuer|échec de l'envoi",
    "no se pudo entregar|no se ha podido entregar|no se puede entregar|no se entregó|no se ha entregado|no entregado|no ha sido entregado",
    "error de entrega|error en la entrega|fallo en la entrega|fallo de entrega|dirección no encontrada|no se encontró la dirección|correo devuelto|mensaje devuelto",
    "não foi entregue|não pôde ser entregue|não pode ser entregue|não entregue|não foi possível entregar|falha na entrega|falha ao entregar",
    "endereço não encontrado|mensagem devolvida|erro na entrega",
    "mancato recapito|mancata consegna|non è stato consegnato|non è stato possibile consegnare|non è stato recapitato|impossibile consegnare",
    "impossibile recapitare|consegna non riuscita|recapito non riuscito|indirizzo non trovato|non recapitabile|errore di consegna",
    "onbestelbaar|niet bezorgd|niet worden bezorgd|niet afgeleverd|niet worden afgeleverd|bezorging mislukt|bezorging is mislukt|aflevering mislukt|adres niet gevonden",
    "niedostarcz|nie została dostarczona|nie został dostarczony|nie można dostarczyć|nie dostarczono|nie udało się dostarczyć|nie mogła zostać dostarczona|błąd dostarcz",
    "kunde inte levereras|inte levererats|inte leverera|gick inte att leverera|går inte att leverera|leveransfel|kunne ikke leveres|kan ikke leveres",
    "ikke leveret|ikke levert|blev ikke leveret|leveringsfejl|leveringsfeil|ei voitu toimittaa|toimitus epäonnistui|nelze doručit|nedoručiteln|nebyla doručena",
    "nem kézbesíthető|kézbesítése sikertelen|nu a putut fi livrat|teslim edilemedi|iletilemedi|δεν παραδόθηκε|не доставлен|недоставлен|не удалось доставить|не може бути доставлен",
    "配信不能|配信できません|配信に失敗|送信できません|送信に失敗|配達できません|届けることができません|お届けできません|エラーメール|見つかりません",
    "退信|投递失败|投遞失敗|无法投递|無法投遞|无法送达|未送达|未能送达|無法傳遞|无法传递|发送失败|找不到地址|전송 실패|배달되지|전달되지|반송",
];

const DELAYED: Phrases = &[
    "(delay)|delayed|delivery incomplete|still being retried|still trying|keep trying|will be retried|will retry|not yet been delivered",
    "not need to resend|no action is required|delivery status: delay|verzögert|noch nicht zugestellt|wird weiterhin versucht",
    "retardé|n'a pas encore été remis|retrasad|atrasad|ritardo nella|in ritardo|vertraagd|vertraging|opóźnion|försenad|forsinket|viivästy",
    "задерж|遅延|延迟|延遲|지연",
];

/// Who sends reports, by the letters that the address begins with.
const SERVER_ADDRESSES: [&str; 9] = [
    "mailerdaemon",
    "postmaster",
    "maildaemon",
    "mdaemon",
    "microsoftexchange",
    "systemadministrator",
    "maildelivery",
    "mailsystem",
    "bounce",
];
/// By the name.
const SERVER_NAMES: Phrases = &[
    "mail delivery|mailer-daemon|mailer daemon|mail daemon|postmaster|system administrator|systemadministrator|mail administrator",
    "mail system|mail router|mail server|mailserver|mail transport|mail transfer|delivery subsystem|delivery system|delivery service|delivery status|delivery agent",
    "email delivery|e-mail delivery|message delivery|mail gateway|mailgateway|mail security|e-mail-zustell|mailzustellung|zustellsystem",
    "administrateur système|service de messagerie|distribution du courrier|administrador del sistema|servicio de correo|entrega de correo",
    "administrador do sistema|entrega de e-mail|amministratore di sistema|consegna posta|systeembeheerder|administrator systemu|postmästare|systemadministratör",
];
/// By the subject.
const SERVER_SUBJECTS: Phrases = &[
    "delivery status notification|delivery report|non-delivery|nondelivery|delivery notification|undelivered mail|zustellbericht|unzustellbarkeit",
    "rapport de non-remise|notification d'état de remise|informe de no entrega|notificación de estado de entrega|notificação de status de entrega",
];
/// Behind one of these stands what the other server said.
const RESPONSES: Phrases = &[
    "the response was|the response from the remote server was|the error that the other server returned was|the remote server responded",
    "die antwort lautete|die antwort war|la réponse était|réponse du serveur distant|la respuesta fue|la respuesta del servidor|a resposta foi",
    "a resposta do servidor|la risposta è stata|la risposta era|het antwoord was|odpowiedź serwera|svaret var|応答は|回應是|响应是|响应为",
];
const MOST_RESPONSE_LINES: usize = 4;
/// Reasons that another address of the recipient does not change.
const SENDER_FAULTS: Phrases = &[
    "send mail as|sent_second_ehlo|advertise auth|authentication required|authentication failed|authentication credentials|not authenticated",
    "must be authenticated|login required|auth required|sendasdenied|5.7.60|5.7.57|5.7.139|5.7.8|5.7.9|relay access denied|relaying denied",
    "spf |spf:|dkim|dmarc|5.7.23|5.7.26|quota exceeded for sender|sending limit|daily sending|rate limit|5.4.5",
];

/// Where a notice ends and the copy of the note begins, whose words must not be read as its own.
const COPY_STARTS: [&str; 6] = [
    "--- below this line",
    "------ this is a copy",
    "----- original message",
    "original message headers",
    "----- the header of",
    "received: from",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Failed,
    Delayed,
    PassedOn,
}

/// What speaks for a report beside its words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sender {
    Anybody,
    /// It takes no answer, as many machines do that report nothing.
    Machine,
    /// It bears the name or the marks of a mail server.
    Server,
}

/// Whether the header alone gives reason to read the text.
pub(super) fn may_be_report(message: &Message) -> bool {
    is_report(message)
        || sender(message) == Sender::Server
        || message.from.iter().all(|party| party.address.is_empty())
        || message.return_path.as_deref() == Some("")
        || matches!(told_by_subject(message), Some(Fate::Failed | Fate::Delayed))
}

/// Whether a note came back for a reason that another address of its recipient does not change.
pub fn is_fault_of_the_sender(reason: &str) -> bool {
    says(&format!("{} ", plain(reason)), SENDER_FAULTS)
}

/// What a delivery report means; `None` if it is no report, `Unrelated` if it is not about us.
pub(super) fn report(message: &Message, known: &Known, received: DateTime<FixedOffset>) -> Option<Verdict> {
    let prose = notice(message);
    let sender = sender(message);
    let has_code = prose.lines().any(|line| line.split_whitespace().any(is_code));
    // Of a mail server's report the code is enough.
    let by_code = || (sender == Sender::Server && has_code).then_some(Fate::Failed);
    let told = told(message, &prose).or_else(by_code);
    if !is_report(message) && sender < Sender::Server {
        // Whoever else it may be says it in the subject, or with a code.
        let is_met = message.from.iter().any(|party| {
            known.applications.iter().any(|application| application.person_at(&party.address).is_some())
        });
        let is_named = note(message, &prose, known, received).is_some();
        let speaks = match (told_by_subject(message), told) {
            (Some(Fate::Failed), _) => has_code || sender == Sender::Machine || bears_id(message, known),
            (Some(Fate::Delayed), _) => bears_id(message, known),
            (_, Some(Fate::Failed)) => has_code && (sender == Sender::Machine || bears_id(message, known)),
            _ => false,
        };
        let is_doubtful = matches!(told_by_subject(message), Some(Fate::Failed)) && !speaks;
        if is_met || !is_named || !(speaks || is_doubtful) {
            return None;
        }
        if is_doubtful {
            return note(message, &prose, known, received).map(unclear);
        }
    } else if !is_report(message) && told.is_none() {
        return None;
    }
    let Some(note) = note(message, &prose, known, received) else {
        return Some(Verdict::Unrelated);
    };
    let delivery = match delivery(message, note, known) {
        // All that failed is our copy to ourselves.
        None if !message.deliveries.is_empty() => return Some(Verdict::Unrelated),
        delivery => delivery,
    };
    let fate = match delivery.map(|delivery| delivery.action.as_str()) {
        Some("failed") => Some(Fate::Failed),
        Some("delayed") => Some(Fate::Delayed),
        Some("delivered" | "relayed" | "expanded") => Some(Fate::PassedOn),
        _ => told,
    };
    Some(match fate {
        Some(Fate::Failed) => Verdict::Bounce {
            note: note.id.clone(),
            recipient: delivery
                .and_then(|delivery| delivery.final_recipient.clone())
                .unwrap_or_else(|| note.to.as_str().to_owned()),
            reason: reason(delivery, &prose),
        },
        Some(Fate::Delayed) => Verdict::Delayed { note: note.id.clone() },
        Some(Fate::PassedOn) => Verdict::Delivered { note: note.id.clone() },
        None => unclear(note),
    })
}

fn unclear(note: &SentNote) -> Verdict {
    Verdict::Answer {
        about: About {
            application: note.application.clone(),
            note: Some(note.id.clone()),
            person: Some(note.person.clone()),
            others: Vec::new(),
        },
        certainty: Certainty::Ask(Doubt::UnclearReport),
    }
}

fn is_report(message: &Message) -> bool {
    message.report_type.as_deref() == Some("delivery-status") || !message.deliveries.is_empty()
}

/// Whether it names a note by its id, or returns it.
fn bears_id(message: &Message, known: &Known) -> bool {
    by_id(message, known).is_some()
}

fn sender(message: &Message) -> Sender {
    let is_server = !message.failed_recipients.is_empty()
        || message.from.iter().any(|party| {
            let local = party.address.split('@').next().unwrap_or_default().to_lowercase();
            let letters: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
            SERVER_ADDRESSES.iter().any(|name| letters.starts_with(name))
                || says(&plain(party.name.as_deref().unwrap_or_default()), SERVER_NAMES)
        })
        || begins(&plain(&message.subject), SERVER_SUBJECTS);
    let is_machine = message.return_path.as_deref() == Some("")
        || message.from.iter().all(|party| party.address.is_empty())
        || message.auto_submitted.as_deref().is_some_and(|submitted| submitted != "no")
        || tracking::nobody_reads(message);
    match (is_server, is_machine) {
        (true, _) => Sender::Server,
        (false, true) => Sender::Machine,
        (false, false) => Sender::Anybody,
    }
}

fn told_by_subject(message: &Message) -> Option<Fate> {
    let subject = plain(&message.subject);
    let passed_on =
        subject.contains("successful") || subject.contains("(success)") || subject.contains("relayed");
    match () {
        () if says(&subject, DELAYED) => Some(Fate::Delayed),
        () if passed_on => Some(Fate::PassedOn),
        () if says(&subject, FAILED) => Some(Fate::Failed),
        () => None,
    }
}

/// What the words say; the subject before the text, and in the text a delay before a failure,
/// since a notice of delay speaks of both.
fn told(message: &Message, prose: &str) -> Option<Fate> {
    let prose = plain(prose);
    told_by_subject(message).or_else(|| match () {
        () if says(&prose, DELAYED) => Some(Fate::Delayed),
        () if says(&prose, FAILED) => Some(Fate::Failed),
        () => None,
    })
}

/// The server's own words, without the copy of the note.
fn notice(message: &Message) -> String {
    let mut notice = String::new();
    for line in message.text.as_deref().unwrap_or_default().lines() {
        let start = line.trim().to_lowercase();
        if COPY_STARTS.iter().any(|sign| start.starts_with(sign)) {
            break;
        }
        notice.push_str(line);
        notice.push('\n');
    }
    notice
}

/// The note that came back: by its id wherever it stands, else by the address that failed.
fn note<'k>(
    message: &Message,
    prose: &str,
    known: &'k Known,
    received: DateTime<FixedOffset>,
) -> Option<&'k SentNote> {
    if let Some(note) = by_id(message, known) {
        return Some(note);
    }
    let returned = message.returned.as_ref();
    let returned_subject = returned.and_then(|returned| returned.subject.as_deref());
    let failed = failed_addresses(message, prose);
    known
        .sent
        .iter()
        .filter(|note| note.sent_at <= received && received - note.sent_at <= LONGEST_RETRY)
        .filter(|note| failed.contains(&identity(note.to.as_str())))
        // Another mail of ours to the same person.
        .filter(|note| returned_subject.is_none_or(|subject| subject.trim() == note.subject.trim()))
        .max_by_key(|note| note.sent_at)
}

fn by_id<'k>(message: &Message, known: &'k Known) -> Option<&'k SentNote> {
    let returned = message.returned.as_ref();
    let returned_ids = returned.map(|returned| returned.ids.as_slice()).unwrap_or_default();
    let ids = returned_ids.iter().chain(&message.in_reply_to).chain(message.references.iter().rev());
    let text = message.text.as_deref().unwrap_or_default();
    known.note_of(ids).or_else(|| {
        known.sent.iter().find(|note| note.message_ids.iter().any(|id| text.contains(id.as_str())))
    })
}

fn failed_addresses(message: &Message, prose: &str) -> Vec<String> {
    let fields = message
        .deliveries
        .iter()
        .flat_map(|delivery| delivery.final_recipient.iter().chain(&delivery.original_recipient));
    let in_prose = prose
        .split(|c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c))
        .filter(|word| word.contains('@'))
        .map(|word| word.trim_end_matches('.'));
    fields.chain(&message.failed_recipients).map(String::as_str).chain(in_prose).map(identity).collect()
}

/// The part of the report that is about the note's recipient; another's only if it is not our own
/// copy, since addresses change on the way.
fn delivery<'m>(message: &'m Message, note: &SentNote, known: &Known) -> Option<&'m Delivery> {
    let wanted = identity(note.to.as_str());
    let recipients =
        |delivery: &'m Delivery| delivery.original_recipient.iter().chain(&delivery.final_recipient);
    let exact = message
        .deliveries
        .iter()
        .find(|delivery| recipients(delivery).any(|address| identity(address) == wanted));
    exact.or_else(|| {
        message
            .deliveries
            .iter()
            .find(|delivery| !recipients(delivery).any(|address| known.is_own_address(address)))
    })
}

/// The diagnostic, else the line with a code, else the first line that speaks of failure.
fn reason(delivery: Option<&Delivery>, prose: &str) -> String {
    let diagnostic = delivery.and_then(|delivery| delivery.diagnostic.clone());
    let coded = || prose.lines().find(|line| line.split_whitespace().any(is_code)).map(str::to_owned);
    let status = || delivery.and_then(|delivery| delivery.status.clone());
    let spoken = || prose.lines().find(|line| says(&plain(line), FAILED)).map(str::to_owned);
    let reason = diagnostic
        .or_else(|| response(prose))
        .or_else(coded)
        .or_else(status)
        .or_else(spoken)
        .unwrap_or_default();
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    match reason.is_empty() {
        true => "no reason was given".to_owned(),
        false => reason.chars().take(LONGEST_REASON).collect(),
    }
}

/// What stands behind "The response was:", up to the next blank line.
fn response(prose: &str) -> Option<String> {
    let mut lines = prose.lines().skip_while(|line| !begins(&plain(line), RESPONSES));
    let first = lines.next()?;
    let beside = first.split_once([':', '\u{ff1a}']).map(|(_, beside)| beside.trim()).unwrap_or_default();
    let below = lines.map(str::trim).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    let response = match beside.is_empty() {
        true => below.take(MOST_RESPONSE_LINES).collect::<Vec<_>>().join(" "),
        false => beside.to_owned(),
    };
    (!response.is_empty()).then_some(response)
}

/// `550`, `554:`, `#5.1.1`: the code of a failure for good (RFC 5321, RFC 3463).
fn is_code(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    let parts: Vec<&str> = word.split(['.', '-']).collect();
    let digits =
        |part: &&str| !part.is_empty() && part.len() <= 3 && part.chars().all(|c| c.is_ascii_digit());
    match parts.as_slice() {
        [code] => code.len() == 3 && digits(code) && code.starts_with('5'),
        ["5", subject, detail] => digits(subject) && digits(detail),
        _ => false,
    }
}
