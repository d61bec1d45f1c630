//! The words of a mail that are its sender's own: without what it quotes, without the signature and
//! without the line that a phone adds. The text is split by its form first, and by the words of
//! several languages only where the form tells nothing.

use super::lexicon::{Phrases, begins, plain, says};

/// An attribution, "On Thursday … wrote:", wraps over so many lines at most.
const MOST_ATTRIBUTION_LINES: usize = 3;
const LONGEST_ATTRIBUTION: usize = 300;

/// Lines that programs put under a text begin like this.
const PROGRAM_LINES: Phrases = &[
    "sent from my|sent from outlook|sent from mail|sent from yahoo|sent from proton|sent from a|sent from samsung|sent via|sent with",
    "get outlook for|get bluemail|gesendet von|von meinem|von unterwegs|gesendet mit|diese nachricht wurde von meinem|holen sie sich outlook|outlook für",
    "envoyé de mon|envoyé de ma|envoyé depuis|envoyé à partir|envoyé avec|télécharger outlook|obtenez outlook|obtenir outlook",
    "enviado desde|enviado de mi|enviado del|enviado con|obtener outlook|descargar outlook|enviado do meu|enviado a partir|enviado via|obter o outlook|baixe o outlook",
    "inviato da|scarica outlook|ottieni outlook|verstuurd vanaf|verzonden vanaf|verstuurd met|verzonden met|outlook voor|download outlook",
    "skickat från|skickat med|hämta outlook|sendt fra|sendt med|sendt via|hent outlook|få outlook|lähetetty|hanki outlook",
    "wysłane z|wysłano z|wysłane przy|pobierz outlook|pobierz program outlook|odesláno z|odoslané z|iphone'umdan|iphone'dan",
    "отправлено с|отправлено из|надіслано|发自|發自|发送自|从我的|나의 |내 iphone|στάλθηκε από",
];
/// Or hold one of these, in languages that put the verb last.
const PROGRAM_WORDS: Phrases =
    &["から送信|を入手|gönderildi|에서 보냄|outlook for ios|outlook for android|iphone küldve"];

const WROTE: Phrases = &[
    "wrote:|schrieb:|écrit :|a écrit:|escribió:|ha scritto:|schreef:|skrev:|escreveu:|napisał:|napisała:|napisał(a):|kirjoitti:",
    "napsal:|napsala:|napsal(a):|yazdı:|írta:|a scris:|написал:|написала:|написал(а):|пише:|έγραψε:|写道:|寫道:|のメール:|작성:",
];
const OPENS: Phrases = &["on |am |le |el |il |op |den |em |dnia |w dniu |dne |в "];
const FROM_LABELS: Phrases = &[
    "from:|von:|de :|de:|da:|van:|från:|fra:|od:|lähettäjä:|от:|від:|kimden:|feladó:|差出人:|发件人:|寄件者:|보낸 사람:|από:",
];
const SENT_LABELS: Phrases = &[
    "sent:|date:|to:|gesendet:|datum:|an:|envoyé :|envoyé:|date :|à :|à:|enviado:|enviada:|enviado el:|fecha:|para:|data:|inviato:|a:",
    "verzonden:|aan:|skickat:|till:|sendt:|dato:|til:|wysłano:|wysłane:|do:|lähetetty:|отправлено:|дата:|送信日時:|宛先:|发送时间:|日期:|收件人:",
];

/// What the sender wrote, line by line.
pub(super) fn own_text(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut own: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let rest = lines.get(at..).unwrap_or_default();
        if is_signature_mark(line) || quotes_from_here(rest) {
            break;
        }
        let low = plain(line);
        let is_program_line =
            begins(&low, PROGRAM_LINES) || says(&low, PROGRAM_WORDS) && low.chars().count() < 60;
        if !line.trim_start().starts_with('>') && !is_program_line {
            own.push(line);
        }
    }
    own.join("\n")
}

fn is_signature_mark(line: &str) -> bool {
    matches!(line.trim_end(), "--" | "---" | "\u{2014}" | "\u{2013}")
}

/// "On Thu, Jo Marsh wrote:", "-----Original Message-----", a line of Outlook, "From: …".
fn quotes_from_here(lines: &[&str]) -> bool {
    let Some(first) = lines.first() else { return false };
    let bare = first.trim();
    let low = plain(bare.trim_matches(['*', ' ']));
    let is_rule = bare.chars().count() > 9 && bare.chars().all(|c| c == '_');
    let is_titled_rule = bare.starts_with("---") && (bare.ends_with("---") || bare.starts_with("-----"));
    is_rule || is_titled_rule || opens_a_header(&low, lines) || is_attribution(&low, lines)
}

/// The header of the quoted mail, as Outlook shows it.
fn opens_a_header(low: &str, lines: &[&str]) -> bool {
    let label = |line: &&str| begins(&plain(line.trim().trim_matches('*')), SENT_LABELS);
    begins(low, FROM_LABELS) && (low.contains('@') || lines.iter().skip(1).take(2).any(label))
}

/// A line, perhaps wrapped, that ends with a colon and names a moment and an address, or after which
/// the quotation begins.
fn is_attribution(low: &str, lines: &[&str]) -> bool {
    if begins(low, OPENS) && low.contains('@') && low.contains('<') {
        return true;
    }
    for taken in 1..=MOST_ATTRIBUTION_LINES {
        let Some(wrapped) = lines.get(..taken) else { return false };
        // What is wrapped has no blank line in it.
        if wrapped.iter().any(|line| line.trim().is_empty() || line.trim_start().starts_with('>')) {
            return false;
        }
        let joined = plain(&wrapped.join(" ")).replace('\u{ff1a}', ":");
        if joined.chars().count() > LONGEST_ATTRIBUTION {
            return false;
        }
        if joined.ends_with(':') {
            let next = lines.iter().skip(taken).find(|line| !line.trim().is_empty());
            let is_followed = next.is_some_and(|line| line.trim_start().starts_with('>'));
            let wrote = WROTE.iter().flat_map(|line| line.split('|')).any(|end| joined.ends_with(end));
            // Two lines of their own before it are no part of it.
            return (wrote && (taken == 1 || names_a_moment(&joined)))
                || names_a_moment(&joined) && (joined.contains('@') || is_followed);
        }
    }
    false
}

/// A year or a time of day.
fn names_a_moment(text: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || ",()[]<>".contains(c));
    words.into_iter().any(|word| {
        let digits: Vec<&str> = word.split(|c: char| !c.is_ascii_digit()).collect();
        let is_year = digits.iter().any(|part| part.len() == 4 && part.starts_with("20"));
        let is_time = matches!(digits.as_slice(), [hour, minute, ..]
            if (1..=2).contains(&hour.len()) && minute.len() == 2 && word.contains([':', '.', 'h']));
        is_year || is_time
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_cut(line: &str) {
        assert_eq!(
            own_text(&format!("Thanks!\n\n{line}\n\nHi Jane,\nShall we talk?")).trim(),
            "Thanks!",
            "{line}"
        );
    }

    #[test]
    fn a_quotation_begins_with_its_attribution_in_any_language() {
        for line in [
            "On Thu, Mar 5, 2026 at 4:00 PM Jo Marsh <jo@example.com> wrote:",
            "On Thursday, March 5, 2026 at 3:54 PM Jo Marsh\n<jo@example.com<mailto:jo@example.com>>\nwrote:",
            "Jo Marsh wrote:",
            "6. marts 2026 kl. 09.00 skrev Jo Marsh <jo@example.com>:",
            "tors. 5. mars 2026 kl. 15:54 skrev Jo Marsh <jo@example.com>:",
            "Den tors 5 mars 2026 kl 15:54 skrev Jo Marsh <jo@example.com>:",
            "Il giorno gio 5 mar 2026 alle ore 15:54 Jo Marsh <jo@example.co\nm>\nha scritto:",
            "El jue, 5 mar 2026 a las 15:54, Jo Marsh (<jo@example.com>) escribi\u{f3}:",
            "Em qui., 5 de mar. de 2026 \u{e0}s 15:54, Jo Marsh <jo@example.com>\nescreveu:",
            "czw., 5 mar 2026 o 15:54 Jo Marsh <jo@example.com> napisa\u{142}(a):",
            "to 5. maalisk. 2026 klo 15.54 Jo Marsh (jo@example.com) kirjoitti:",
            "2026\u{5e74}3\u{6708}5\u{65e5}(\u{6728}) 15:54 Jo Marsh <jo@example.com>:",
            "Jo Marsh <jo@example.com> \u{4e8e}2026\u{5e74}3\u{6708}5\u{65e5}\u{5468}\u{56db} 15:54\u{5199}\u{9053}\u{ff1a}",
            "-----Urspr\u{fc}ngliche Nachricht-----",
            "---- On Thu, 05 Mar 2026 15:54:00 -0500 Jo Marsh wrote ---",
            "________________________________",
            "Van: Jo Marsh <jo@example.com>",
            "*From:* Jo Marsh\n*Sent:* Thursday, March 5, 2026",
            "Fr\u{e5}n: Jo Marsh\nSkickat: den 5 mars 2026 15:54",
            "--\u{20}",
        ] {
            is_cut(line);
        }
    }

    #[test]
    fn a_colon_or_an_address_alone_quotes_nothing() {
        for text in [
            "Two things about Tuesday:\nbring your passport",
            "Please write to sam@acme.example:\nhe knows more",
            "We can meet at 15:00 or 16:00.",
            "From: my point of view it went well",
        ] {
            assert_eq!(own_text(text), text);
        }
    }

    #[test]
    fn what_a_phone_adds_is_nobodys_words() {
        for line in [
            "Sent from my iPhone",
            "Get Outlook for iOS<https://outlook.example>",
            "Von meinem iPhone gesendet",
            "Verstuurd vanaf mijn iPhone",
            "Envoy\u{e9} de mon t\u{e9}l\u{e9}phone",
            "Inviato da iPhone",
            "Enviado do meu iPhone",
            "Skickat fr\u{e5}n min iPhone",
            "Wys\u{142}ane z iPhone'a",
            "iPhone\u{304b}\u{3089}\u{9001}\u{4fe1}",
            "\u{53d1}\u{81ea}\u{6211}\u{7684}iPhone",
        ] {
            is_cut(&format!("{line}\n--"));
        }
    }
}
