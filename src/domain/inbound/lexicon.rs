//! Phrases of several languages by which machine mail and courtesies are told apart. It only lists
//! and looks up; what a match means is decided by the callers.
//!
//! Each line holds one language's phrases, separated by `|`, as [`plain`] writes them.

use crate::domain::text::nfc;

pub(super) type Phrases = &'static [&'static str];

/// What the subject of an automatic reply begins with.
pub(super) const AUTOMATIC_SUBJECTS: Phrases = &[
    "automatic reply|automatic response|automated reply|automated response|auto-reply|auto reply|autoreply|auto-response",
    "auto response|autoresponse|auto:|[auto-reply]|[autoreply]|[automatic reply]|out of office|out of the office|out-of-office",
    "ooo:|ooo |[ooo]|vacation reply|vacation:|on vacation|on leave|away from|i am away|i'm away|i am out of|i'm out of",
    "abwesenheit|automatische antwort|automatische rückantwort|automatische nachricht|abwesend|nicht im büro|ich bin im urlaub",
    "réponse automatique|reponse automatique|absence du bureau|message d'absence|absent du bureau|absence :|absence:",
    "respuesta automática|respuesta automatica|fuera de la oficina|fuera de oficina|ausente",
    "resposta automática|resposta automatica|ausência|ausencia temporária|fora do escritório|fora de escritório",
    "risposta automatica|fuori ufficio|fuori sede|assenza|messaggio automatico",
    "automatisch antwoord|automatische beantwoording|afwezigheid|afwezig|niet aanwezig",
    "autosvar|automatiskt svar|frånvaro|frånvarande|automatisk svar|fravær|fraværende|fraværsbesked|fraværsmelding",
    "automaattinen vastaus|poissaoloviesti|poissa toimistosta",
    "automatyczna odpowiedź|odpowiedź automatyczna|poza biurem|nieobecność",
    "automatická odpověď|automatická odpoveď|mimo kancelář|nepřítomnost",
    "automatikus válasz|házon kívül|răspuns automat|samodejni odgovor|automatski odgovor",
    "otomatik yanıt|otomatik cevap|αυτόματη απάντηση",
    "автоматический ответ|автоответ|вне офиса|автоматична відповідь|автоматичен отговор",
    "自動応答|自動返信|自動回答|不在通知|不在のお知らせ|自动答复|自动回复|自動回覆|外出|不在办公室|자동 회신|자동 응답|부재중",
    "תשובה אוטומטית|رد تلقائي|الرد التلقائي|tự động trả lời|trả lời tự động|balasan otomatis|ตอบกลับอัตโนมัติ",
];

/// What says of a machine's mail that somebody is away; too loose for mail that a person may have
/// written.
pub(super) const AWAY: Phrases = &[
    "vacation|travelling|traveling|currently away|absent|absence|retour|elternzeit|erreichbar|ausente|afwezig",
    "parental leave|maternity leave|paternity leave|sick leave|annual leave",
];

/// Statements of an absence, of the present or to come.
pub(super) const ABSENT: Phrases = &[
    "out of office|out of the office|out-of-office|away from the office|away from my desk|away from my email|away from email",
    "on leave|on annual leave|on parental leave|on maternity leave|on paternity leave|on sick leave|on vacation|on holiday",
    "on pto|on a business trip|limited access to email|limited access to my email|limited access to e-mail",
    "limited email access|no access to email|no access to my email|not in the office|unavailable until|i am away|i'm away",
    "i will be away|i'll be away|currently away|currently traveling|currently travelling|i am currently out|i'm currently out",
    "i am out until|i'm out until|i will be out|i'll be out|out until|away until|ooo until|ooo from|ooo,|ooo.|currently ooo|i'm ooo|back in the office|back in office",
    "wieder im büro|zurück im büro|de retour au bureau|de vuelta en la oficina|di nuovo in ufficio|terug op kantoor|tillbaka på kontoret|tilbage på kontoret|tilbake på kontoret",
    "nicht im büro|nicht im haus|nicht im dienst|außer haus|ausser haus|im urlaub|in urlaub|in elternzeit|im mutterschutz",
    "in mutterschutz|abwesend|nicht erreichbar|eingeschränkt erreichbar|nicht am arbeitsplatz|nicht am platz|auf dienstreise",
    "absent du bureau|absente du bureau|suis absent|suis actuellement absent|serai absent|absent(e)|absent jusqu",
    "absente jusqu|en congé|en vacances|hors du bureau|en déplacement|de retour le|pas au bureau|suis indisponible",
    "fuera de la oficina|fuera de oficina|estaré fuera|estoy fuera|de vacaciones|estaré ausente|estoy ausente",
    "me encuentro ausente|me encuentro fuera|de baja|fuera del despacho|ausente de la oficina|permiso de",
    "ausente do escritório|fora do escritório|estou ausente|estarei ausente|estarei fora|estou fora|de férias|em férias|de licença",
    "fuori ufficio|fuori sede|in ferie|sono assente|sarò assente|assente dall'ufficio|in congedo|non sono in ufficio",
    "non sarò in ufficio|sono fuori|sarò fuori",
    "afwezig|niet op kantoor|niet aanwezig|met vakantie|op vakantie|met verlof|buiten kantoor|niet bereikbaar",
    "poza biurem|nieobecn|na urlopie|nie ma mnie w biurze|niedostępn|w delegacji",
    "inte på kontoret|ej på kontoret|på semester|har semester|frånvarande|tjänstledig|föräldraledig|är ledig|bortrest",
    "ikke på kontoret|på ferie|holder ferie|har ferie|fraværende|på barsel|borte fra kontoret|ute av kontoret|i permisjon",
    "bortrejst|ude af kontoret|poissa toimistosta|lomalla|en ole paikalla|olen poissa|mimo kancelář|na dovolené|dovolenou|na dovolenke|nepřítom",
    "ofis dışında|izindeyim|szabadságon|irodán kívül|în concediu|nu sunt la birou|εκτός γραφείου|σε άδεια",
    "в отпуске|отсутствую|отсутствовать|вне офиса|нет в офисе|не в офисе|у відпустці|відсутн",
    "不在に|不在の|不在と|休暇|外出し|お休みをいただ|お休みを頂|休みを頂|休業|出張",
    "不在办公室|不在辦公室|休假|外出|出差|年假|产假|부재중|휴가|자리를 비|출장",
    "מחוץ למשרד|בחופשה|خارج المكتب|في إجازة",
];

/// That somebody works there no more.
pub(super) const GONE: Phrases = &[
    "no longer with|no longer work|no longer employed|no longer at |has left the company|have left the company|no longer part of",
    "left the organization|left the organisation|has left our company|is not with the company anymore|no longer here",
    "nicht mehr für|nicht mehr bei|nicht mehr im unternehmen|das unternehmen verlassen|nicht mehr tätig|ausgeschieden",
    "ne travaille plus|ne fais plus partie|ne fait plus partie|quitté l'entreprise|quitté la société",
    "ya no trabaj|ya no forma parte|ha dejado la empresa|já não trabalh|não trabalha mais|não faz mais parte",
    "non lavora più|non lavoro più|ha lasciato l'azienda|werkt niet meer|niet meer werkzaam|uit dienst",
    "już nie pracuj|nie pracuje już|arbetar inte längre|har slutat|arbejder ikke længere|jobber ikke lenger|har sluttet",
    "больше не работа|退職|已离职|已離職|퇴사",
];

/// What an absence says beside its dates, and a decision never does.
pub(super) const ABSENCE_FORMULAS: Phrases = &[
    "thank you for your email|thank you for your e-mail|thank you for your message|thanks for your email|thanks for your message",
    "thank you for contacting|thank you for getting in touch|thank you for reaching out|for urgent|if urgent|urgent matters|if it is urgent|if this is urgent|in urgent cases",
    "in case of emergency|in my absence|during my absence|during this time|during this period|while i am away|while i'm away",
    "please contact|please call|please reach out to|please email|please e-mail|please write to|i will respond|i will reply|i'll respond",
    "i'll reply|will respond to|will reply to|respond when|reply when|get back to you|when i return|upon my return|on my return|as soon as i",
    "thanks for reaching|thanks for getting in|thanks for contacting|thanks for writing|thank you for writing|not checking email|not be checking|won't be checking|immediate assistance|immediate attention|need assistance|in the meantime|not be checking|checking email|automatic reply|automatically|this mailbox|your message will|your email will",
    "vielen dank für ihre|danke für ihre|vielen dank für deine|danke für deine|in dringenden|bei dringenden|wenden sie sich|erreichen sie|keinen zugriff|bitte kontaktieren",
    "melde mich|nach meiner rückkehr|nicht weitergeleitet|wird nicht|werde ich|werden nicht|meiner abwesenheit|automatisch",
    "merci pour votre|merci de votre|en cas d'urgence|pour toute urgence|veuillez contacter|merci de contacter|vous pouvez contacter",
    "je vous répondrai|dès mon retour|à mon retour|mon absence|votre message",
    "gracias por su|gracias por tu|en caso de urgencia|para asuntos urgentes|para cualquier urgencia|póngase en contacto|contacte con",
    "responderé|a mi regreso|a mi vuelta|mi ausencia|su mensaje|tu mensaje",
    "obrigado pel|obrigada pel|agradeço|em caso de urgência|para assuntos urgentes|entre em contato|por favor contacte|contacte",
    "responderei|meu regresso|meu retorno|minha ausência|sua mensagem",
    "grazie per|in caso di urgenz|per urgenze|per questioni urgenti|si prega di contattare|contattare|risponderò|al mio rientro|mia assenza",
    "bedankt voor|dank voor|in dringende gevallen|voor dringende zaken|neem contact op|kunt u contact|bij terugkomst|na mijn terugkeer|mijn afwezigheid",
    "dziękuję za|w pilnych sprawach|proszę o kontakt|proszę kontaktować|odpowiem|po powrocie|mojej nieobecności",
    "tack för ditt|vid brådskande|kontakta|återkommer|när jag är tillbaka|tak for din|ved hastesager|kontakt venligst|vender tilbage|takk for din",
    "ved behov|vennligst kontakt|hvis det haster|hvis det hast|om det är bråttom|haster det|tilbake på kontoret|min fravær|mit fravær",
    "お世話になっ|ありがとうございます|お急ぎ|緊急|戻り次第|改めて|ご連絡|申し訳|ご了承|ご迷惑",
    "感谢您的|谢谢您的|如有急事|紧急|回复您|请联系|感謝您的|请拨打|спасибо за|срочн|по возвращении|отвечу",
];

/// How a letter closes.
pub(super) const SIGN_OFFS: Phrases = &[
    "best|kind regards|regards|warm regards|many thanks|thanks|thank you|cheers|sincerely|yours|all the best|take care",
    "mit freundlichen|mit besten|viele grüße|liebe grüße|beste grüße|freundliche grüße|herzliche grüße|mfg|gruß",
    "cordialement|bien cordialement|bien à vous|sincères salutations|meilleures salutations|saludos|un saludo|atentamente|un cordial saludo",
    "atenciosamente|cumprimentos|melhores cumprimentos|abraço|obrigad|cordiali saluti|distinti saluti|saluti|un saluto|grazie",
    "met vriendelijke|vriendelijke groet|groet|hartelijke groet|z poważaniem|pozdrawiam|med vänlig|vänliga hälsningar|hälsningar|mvh",
    "med venlig|venlig hilsen|hilsen|med vennlig|vennlig hilsen|よろしくお願い|何卒|以上|此致|祝好|敬上",
];

/// That a text says more than an absence: a decision, a plan, an exception.
pub(super) const BEYOND_ABSENCE: Phrases = &[
    " but |however|although|offer|interview|next round|next step|schedule|we decided|decided to|decision|hire|hiring|candidate|position",
    "we would like|we'd like|would like to|let you know|feedback|proceed|move forward|congratulations|unfortunately|meet you|talk to you|come in|come by",
    " was out| were out|just got back|i am back now|i'm back now|back from|last week|yesterday|call you|contract|send you|see you",
    "in touch with you|looking forward|invite|references|start date|salary| team liked",
    "vertrag|zusenden|einladen|contrat|inviter|contrato|invitar|convidar|contratto|invitare|uitnodigen|umow|zaprosi|kontrakt|bjuda in|invitere",
    " aber |jedoch|angebot|gespräch|stelle|entschieden|entscheidung|bewerbung|leider|zusage|absage|kandidat|letzte woche| war ",
    " mais |toutefois|entretien|poste|décidé|décision|candidature|malheureusement|offre|semaine dernière",
    " pero |sin embargo|entrevista|puesto|decidido|decisión|candidatura|oferta|semana pasada|por desgracia",
    " mas |porém|vaga|decidimos|decisão|proposta|infelizmente|semana passada",
    " ma |tuttavia|colloquio|posizione|deciso|decisione|purtroppo|offerta|settimana scorsa",
    " maar |echter|gesprek|functie|besloten|beslissing|helaas|aanbod|vorige week",
    " ale |jednak|rozmow|stanowisk|zdecydowa|decyzj|niestety|ofert",
    " men |intervju|tjänst|beslut|tyvärr|erbjudande|stilling|desværre|dessverre|tilbud|samtale|sidste uge|förra veckan|forrige uke",
    " но |однако|собеседован|решени|к сожалению|предложени|面接|採用|内定|選考|面试|录用|决定|面試|合格|면접|합격",
];

/// Who is away speaks of themselves; "we" tells of others.
pub(super) const WE: Phrases = &[" we | we'll | wir | nous | nosotros | nós | noi | wij | vi "];

/// How a reaction names itself in the body, in the mail of a provider that knows them.
pub(super) const REACTED_IN_BODY: Phrases = &[
    "reacted via gmail|reacted using gmail|hat über gmail reagiert|per gmail reagiert|via gmail reagiert|a réagi via gmail|a réagi avec gmail",
    "ha reaccionado a través de gmail|reaccionó a través de gmail|ha reaccionado mediante gmail|reaccionó con gmail|reagiu pelo gmail|reagiu através do gmail|reagiu via gmail|reagiu com o gmail",
    "ha reagito tramite gmail|ha reagito con gmail|heeft gereageerd via gmail|zareagował(a) przez gmail|zareagowano w gmailu|reagerade via gmail|reagerede via gmail|reagerte via gmail",
    "gmail でリアクション|gmailでリアクション|通过 gmail|透過 gmail|через gmail",
];

/// How the subject or the first line of a reaction in Outlook reads.
pub(super) const REACTED_TO_MESSAGE: Phrases = &[
    "reacted to your message|liked your message|loved your message|reacted to your email",
    "hat auf ihre nachricht reagiert|hat auf deine nachricht reagiert|auf ihre nachricht reagiert",
    "a réagi à votre message|a réagi à ton message",
    "ha reaccionado a su mensaje|ha reaccionado a tu mensaje|reaccionó a su mensaje|reaccionó a tu mensaje",
    "reagiu à sua mensagem|reagiu a sua mensagem|ha reagito al tuo messaggio|ha reagito al messaggio|ha reagito al suo messaggio",
    "heeft gereageerd op uw bericht|heeft gereageerd op je bericht|heeft op uw bericht gereageerd|heeft op je bericht gereageerd",
    "zareagował na twoją wiadomość|zareagowała na twoją wiadomość|zareagował(a) na twoją wiadomość|zareagowano na twoją wiadomość",
    "reagerade på ditt meddelande|har reagerat på ditt meddelande|reagerede på din meddelelse|har reageret på din meddelelse|reagerte på meldingen din",
    "メッセージにリアクション|メッセージに反応|对你的邮件做出了反应|对您的邮件做出了反应|回应了你的邮件|отреагировал",
];

/// What a machine writes that has stored a message and does not answer it.
pub(super) const RECEIPT_TEXTS: Phrases = &[
    "your message has been|your email has been|your message was received|your request has been|we have received your|we received your",
    "has been received|ticket|case number|reference number|not monitored|unmonitored|do not reply|don't reply|please do not respond",
    "automatic reply|automatically generated|automated message|automatic message|automated response|this is an automatic",
    "verify that you are|verify your message|confirm that you are|click below to|waiting for your confirmation|prove that you are",
    "automatisch erstellt|automatisch generiert|automatisch versendet|nicht auf diese|ihre nachricht wurde|ihre anfrage|eingangsbestätigung",
    "généré automatiquement|message automatique|ne pas répondre|bien reçu votre|accusé de réception",
    "generado automáticamente|mensaje automático|no responda|hemos recibido su|gerado automaticamente|mensagem automática|não responda",
    "generato automaticamente|messaggio automatico|non rispondere|automatisch gegenereerd|niet beantwoorden|wygenerowana automatycznie|prosimy nie odpowiadać",
    "skickas automatiskt|svara inte|sendt automatisk|svar ikke|自動送信|自動的に送信|返信しないで|自动发送|请勿回复",
];

/// How the subject of a receipt begins.
pub(super) const RECEIPT_SUBJECTS: Phrases = &[
    "read:|not read:|read receipt|return receipt|disposition notification|delivered:|receipt:",
    "gelesen:|ungelesen:|nicht gelesen:|lesebestätigung|empfangsbestätigung|lu :|lu:|non lu :|non lu:|accusé de lecture|confirmation de lecture",
    "leído:|leido:|no leído:|confirmación de lectura|lida:|lido:|não lida:|não lido:|confirmação de leitura|recibo de leitura",
    "letto:|non letto:|conferma di lettura|ricevuta di lettura|gelezen:|niet gelezen:|leesbevestiging|przeczytano:|nieprzeczytane:|potwierdzenie przeczytania",
    "läst:|oläst:|läskvitto|læst:|ulæst:|lest:|ulest:|lesebekreftelse|開封済み|開封確認|已读|已讀|未读|прочитано:|не прочитано:",
];

/// Whether `text`, which is [`plain`], holds one of the phrases.
pub(super) fn says(text: &str, phrases: Phrases) -> bool {
    all(phrases).any(|phrase| text.contains(phrase))
}

/// Whether `text`, which is [`plain`], begins with one of them.
pub(super) fn begins(text: &str, phrases: Phrases) -> bool {
    all(phrases).any(|phrase| text.starts_with(phrase))
}

fn all(phrases: Phrases) -> impl Iterator<Item = &'static str> {
    phrases.iter().flat_map(|line| line.split('|'))
}

/// In lower case, composed, with single blanks, straight apostrophes and plain hyphens.
pub(super) fn plain(text: &str) -> String {
    let text = nfc(text).to_lowercase();
    let text = text.replace(['\u{2019}', '\u{2018}', '\u{2bc}'], "'").replace(['\u{2010}', '\u{2011}'], "-");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
