//! The words that an answer adds to what it quotes, and whether they are more than a courtesy.
//! In doubt they are: a courtesy is only what consists of nothing but thanks.

use super::Message;
use super::quoted::own_text;
use crate::domain::text::{parts, tokens, words};

/// What the sender wrote, apart from what they quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    Courtesy,
    /// Nothing at all.
    Empty,
    Content,
}

const MOST_COURTEOUS_WORDS: usize = 40;

/// At least one of these makes a courtesy.
const THANKS: &str = "thanks thank thx ty welcome pleasure likewise cheers appreciate appreciated noted received same \
    danke dankeschön vielen dank gern gerne bitte merci plaisir gracias nada gusto obrigado obrigada prazer \
    grazie prego piacere bedankt dank dankjewel dankuwel graag tack tackar tusen tusind tusan takk tak varsågod velbekomme kiitos \
    dziękuję dzięki děkuji děkuju ďakujem köszönöm köszi mulțumesc teşekkürler teşekkür hvala спасибо дякую ευχαριστώ";

/// Words that promise, ask and tell nothing.
const HOLLOW: &str = "a again all also and as back best chat chatting conversation day dear email enjoy enjoyed \
    evening for from glad good got great had happy have hello here hey hi i i'm it kind kindly lot lovely many me \
    meet meeting message morning much my nice note of one our out pleased quick reaching real really regards rest \
    sending so speak speaking sweet talk talking that the this thoughtful time to today too us very warm warmly was \
    we weekend well were wonderful words writing yesterday you you're your yours coming by in \
    die das der für ihre ihren deine deinen nachricht schönen schönes tag wochenende war mir uns sehr auch ihnen dir \
    herzlichen lieben besten nette netten gespräch e-mail mail und zeilen viele grüße liebe freundlichen freundliche \
    pour votre ton beaucoup bonne journée soirée à vous te toi et de du le la cordialement message \
    por tu su mensaje muchas mucho un saludo saludos el los muy buen día ti usted y correo muito muita pela pelo sua \
    seu mensagem um abraço você o bom dia mille molte per il suo tuo messaggio saluti buona giornata a te lei e \
    je jouw uw bericht voor het je wel groet groeten met vriendelijke veel hartelijk fijne dag så mycket för ditt \
    meddelande trevlig helg vänliga hälsningar mange for din besked hilsen venlig ha en god dagen det samme i lige måde \
    bardzo za wiadomość pozdrawiam miłego dnia \
    hyggelig hyggelige melding epost e-post møte møde samtale samtalen trevligt fint veldig meget og vennlig \
    mooi leuk gesprek bericht bedankje fin bella chiacchierata gentil gentile messaggio amable correo gentileza";

/// Thanks in scripts that put no blanks between words.
const UNSPACED_THANKS: [&str; 12] = [
    "ありがとうございます",
    "ありがとうございました",
    "ありがとう",
    "谢谢您",
    "谢谢你",
    "谢谢",
    "謝謝",
    "感谢",
    "多谢",
    "感謝",
    "감사합니다",
    "고맙습니다",
];
/// Room for a name and its title beside them.
const MOST_BESIDE_UNSPACED: usize = 6;

/// Tells courtesy from content; a text that was not fetched counts as content.
pub(super) fn fresh(message: &Message) -> Fresh {
    let Some(text) = &message.text else {
        return Fresh::Content;
    };
    let own = own_text(text);
    if !own.chars().any(char::is_alphanumeric) {
        // A thumb is a courtesy; a reply that lost its text is a question.
        return if own.chars().any(|c| u32::from(c) > 0x2000) { Fresh::Courtesy } else { Fresh::Empty };
    }
    if own.contains(['?', '\u{ff1f}']) {
        return Fresh::Content;
    }
    if is_unspaced_thanks(&own) {
        return Fresh::Courtesy;
    }
    let account = |address: &str| words(address.split('@').next().unwrap_or_default());
    let names: Vec<String> = message
        .from
        .iter()
        .flat_map(|party| {
            [words(party.name.as_deref().unwrap_or_default()), account(&party.address)].concat()
        })
        .collect();
    let said = said(&own, &names);
    let thanks = said.iter().any(|word| is_one_of(THANKS, word));
    let hollow =
        said.iter().all(|word| is_one_of(THANKS, word) || is_one_of(HOLLOW, word) || names.contains(word));
    match thanks && hollow && said.len() <= MOST_COURTEOUS_WORDS {
        true => Fresh::Courtesy,
        false => Fresh::Content,
    }
}

/// Thanks alone, where words are not told apart by blanks.
fn is_unspaced_thanks(own: &str) -> bool {
    let mut rest: String = own.chars().filter(|c| c.is_alphanumeric()).collect();
    let whole = rest.chars().count();
    for thanks in UNSPACED_THANKS {
        rest = rest.replace(thanks, "");
    }
    let beside = rest.chars().count();
    beside < whole && beside <= MOST_BESIDE_UNSPACED
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// The words between greeting and sign-off. Where thanks stand as the sign-off, what follows is
/// read on: only the sender's name ends a text.
fn said(own: &str, names: &[String]) -> Vec<String> {
    let parts = parts(own);
    let mut said: Vec<String> = Vec::new();
    let mut lines: Vec<&str> = parts.salutation.iter().chain(&parts.middle).map(|(_, line)| *line).collect();
    let closes_with_thanks = parts
        .sign_off
        .first()
        .is_some_and(|(_, line)| words(line).iter().any(|word| is_one_of(THANKS, word)));
    if closes_with_thanks {
        lines.extend(parts.sign_off.iter().map(|(_, line)| *line));
    }
    let mut lines = lines.into_iter().filter(|line| line.chars().any(char::is_alphanumeric));
    if let Some(first) = lines.next() {
        said.extend(without_addressee(first));
    }
    for line in lines {
        let line = words(line);
        if line.iter().all(|word| names.contains(word)) {
            break;
        }
        said.extend(line);
    }
    said
}

/// "Hi Jo, thanks" and "Thanks, Jo!" without the name of whoever is spoken to.
fn without_addressee(line: &str) -> Vec<String> {
    const OPENINGS: &str = "hi hello hey dear good morning hallo liebe lieber bonjour hola ciao olá hej hei beste \
        cześć buongiorno many so much vielen muchas mille mange";
    let opens = |word: &String| is_one_of(OPENINGS, word) || is_thanks(word);
    let mut said = Vec::new();
    for piece in line.split_inclusive([',', '!', '.', ':', ';']) {
        let mut piece_words = words(piece);
        let named =
            tokens(piece).last().is_some_and(|word| word.chars().next().is_some_and(char::is_uppercase));
        let spoken_to = piece_words.split_last().is_some_and(|(_, before)| before.iter().all(opens));
        if named && spoken_to && !piece_words.last().is_some_and(is_thanks) {
            piece_words.pop();
        }
        said.extend(piece_words);
    }
    said
}

fn is_thanks(word: &String) -> bool {
    is_one_of(THANKS, word) || word == "you"
}
