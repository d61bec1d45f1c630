//! Company names and the legal forms that people say or leave out: "Globex, Inc." is Globex.

use super::text::{nfc, unaccented};

/// Legal forms in lower-case ASCII where possible, without dots, spaces, hyphens, or brackets:
/// "Sp. z o.o." is `spzoo`, "(Pty) Ltd" is `ptyltd`. Other scripts stay as they are.
const FORMS: &[&str] = &[
    // English-speaking countries
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "unltd",
    "unlimited",
    "unlimitedcompany",
    "llc",
    "l3c",
    "llp",
    "lllp",
    "lp",
    "plc",
    "pllc",
    "pbc",
    "ulc",
    "dac",
    "clg",
    "cic",
    "cio",
    "limitedliabilitycompany",
    "limitedliabilitypartnership",
    "limitedpartnership",
    "publiclimitedcompany",
    "publicbenefitcorporation",
    "designatedactivitycompany",
    "communityinterestcompany",
    // Australia, South Africa, South and Southeast Asia
    "pty",
    "ptyltd",
    "proprietarylimited",
    "pte",
    "pteltd",
    "pvt",
    "pvtltd",
    "privatelimited",
    "npc",
    "bhd",
    "sdnbhd",
    "tbk",
    "opc",
    "jsc",
    "pjsc",
    "ojsc",
    "cjsc",
    // Germany, Austria, Switzerland
    "gmbh",
    "ggmbh",
    "gesmbh",
    "mbh",
    "gesellschaftmbh",
    "gesellschaftmitbeschrankterhaftung",
    "ag",
    "aktiengesellschaft",
    "kg",
    "kgaa",
    "kommanditgesellschaft",
    "ohg",
    "og",
    "gbr",
    "egbr",
    "ug",
    "haftungsbeschrankt",
    "ughaftungsbeschrankt",
    "partg",
    "partgmbb",
    "sagl",
    "societascooperativaeuropaea",
    "societaseuropaea",
    "se",
    "sce",
    // French-speaking countries
    "sa",
    "sas",
    "sasu",
    "sarl",
    "selarl",
    "eurl",
    "sci",
    "snc",
    "scop",
    "scs",
    "sca",
    "sprl",
    "scrl",
    "asbl",
    "gie",
    "cie",
    "compagnie",
    "societeanonyme",
    "societearesponsabilitelimitee",
    "societeparactionssimplifiee",
    // Italy, Spain, Portugal, Latin America
    "spa",
    "srl",
    "srls",
    "sapa",
    "scarl",
    "scpa",
    "unipersonale",
    "societabenefit",
    "societaperazioni",
    "societaaresponsabilitalimitata",
    "sl",
    "slu",
    "sll",
    "slp",
    "slne",
    "sau",
    "sociedadlimitada",
    "sociedadanonima",
    "sadecv",
    "sabdecv",
    "sapidecv",
    "srldecv",
    "sderldecv",
    "sderl",
    "sac",
    "saa",
    "eirl",
    "eireli",
    "cia",
    "lda",
    "ltda",
    "limitada",
    "unipessoal",
    "sgps",
    // Netherlands, Belgium
    "bv",
    "nv",
    "vof",
    "bvba",
    "cvba",
    "vzw",
    "bvio",
    "beslotenvennootschap",
    "naamlozevennootschap",
    // Nordic countries
    "oy",
    "oyj",
    "oyab",
    "ky",
    "tmi",
    "osk",
    "ab",
    "abp",
    "abpubl",
    "publ",
    "aktiebolag",
    "aktiebolaget",
    "hb",
    "kb",
    "handelsbolag",
    "kommanditbolag",
    "as",
    "a/s",
    "asa",
    "aksjeselskap",
    "allmennaksjeselskap",
    "ans",
    "nuf",
    "aps",
    "ivs",
    "i/s",
    "k/s",
    "p/s",
    "amba",
    "aktieselskab",
    "anpartsselskab",
    "osakeyhtio",
    "hf",
    "ehf",
    "ohf",
    // Baltic countries
    "ou",
    "osauhing",
    "aktsiaselts",
    "sia",
    "uab",
    "mb",
    "vsi",
    // Poland, Czechia, Slovakia, Hungary, Romania
    "spzoo",
    "spk",
    "spj",
    "spp",
    "ska",
    "psa",
    "spolkaakcyjna",
    "spolkazoo",
    "spolkazograniczonaodpowiedzialnoscia",
    "spolkakomandytowa",
    "sro",
    "spolsro",
    "spolecnostsrucenimomezenym",
    "spolocnostsrucenimobmedzenym",
    "akciovaspolecnost",
    "akciovaspolocnost",
    "vos",
    "ks",
    "kft",
    "korlatoltfelelossegutarsasag",
    "zrt",
    "nyrt",
    "rt",
    "bt",
    "kkt",
    // Southeastern Europe, Turkey, Israel, the Gulf, Egypt
    "doo",
    "jdoo",
    "dooel",
    "dd",
    "ad",
    "ead",
    "ood",
    "eood",
    "ooo",
    "oao",
    "zao",
    "pao",
    "ae",
    "epe",
    "ike",
    "sti",
    "ltdsti",
    "anonimsirketi",
    "limitedsirketi",
    "sae",
    "wll",
    "fzc",
    "fzco",
    "fze",
    "fzllc",
    "dmcc",
    "psc",
    "saog",
    "saoc",
    "qsc",
    // Other scripts
    "ооо",
    "оао",
    "зао",
    "пао",
    "ао",
    "тов",
    "прат",
    "ад",
    "еад",
    "оод",
    "еоод",
    "αε",
    "επε",
    "ικε",
    "בעמ",
    "株式会社",
    "有限会社",
    "合同会社",
    "有限公司",
    "股份有限公司",
    "주식회사",
    // Japan, as written abroad
    "kk",
    "kabushikikaisha",
    "kabushikigaisha",
    "gk",
    "godokaisha",
    "godogaisha",
    "yk",
    "yugengaisha",
    // Groups of companies
    "holding",
    "holdings",
    "group",
    "groupe",
    "gruppe",
    "gruppen",
    "grupo",
    "gruppo",
    "konzern",
];

/// Forms that would be words or other abbreviations if they were written without dots:
/// "Acme PC", "Acme EV".
const DOTTED: &[&str] =
    &["ev", "eg", "ek", "eu", "pc", "pa", "na", "cv", "ua", "sc", "is", "ks", "da", "me", "oe", "ee", "no"];

/// Forms that stand before the name: "UAB Acme", "PT Acme Tbk".
const LEADING: &[&str] =
    &["uab", "sia", "ou", "pt", "ooo", "oao", "zao", "pao", "ооо", "оао", "зао", "пао", "ао", "тов"];

/// Written without a space before or after the name.
const ATTACHED: &[&str] = &[
    "株式会社",
    "有限会社",
    "合同会社",
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "주식회사",
    "(株)",
    "(주)",
    "（株）",
    "（주）",
    "㈱",
    "㈜",
];

/// Words that say nothing alone: "The Company, Inc." is not called "The".
const ARTICLES: [&str; 10] = ["the", "a", "an", "la", "le", "el", "il", "der", "die", "das"];

/// What joins a form to a name or to another form: "GmbH & Co. KG", "et Cie".
const CONNECTORS: [&str; 9] = ["&", "+", "and", "und", "et", "e", "y", "og", "och"];

/// The most words that a form is written in: "Sp. z o. o.", "S. de R. L. de C. V.".
const LONGEST_FORM: usize = 7;

/// The name as people use it in a text, without legal forms; never empty unless `name` is.
pub fn core_name(name: &str) -> String {
    let name = nfc(name);
    let name = without_attached(&name);
    let mut words: Vec<&str> = name.split_whitespace().collect();
    while let Some(rest) = without_form(&words) {
        words.truncate(rest);
    }
    while let [first, rest @ ..] = words.as_slice()
        && LEADING.contains(&letters(first).as_str())
        && says_something(rest)
    {
        words.remove(0);
    }
    let core = words.join(" ");
    core.trim_matches([',', ';', ' ']).to_owned()
}

/// The letters and digits that two spellings of one company have in common, whatever its form:
/// `acme` for "A.C.M.E. Pty Ltd".
pub fn key(name: &str) -> String {
    let core = core_name(name);
    let plain = unaccented(&core).to_lowercase();
    let key: String = plain.chars().filter(|c| c.is_alphanumeric()).collect();
    // A name of signs alone is at least itself.
    if key.is_empty() { plain } else { key }
}

/// How many words are left before a form at the end.
fn without_form(words: &[&str]) -> Option<usize> {
    let most = LONGEST_FORM.min(words.len().saturating_sub(1));
    (1..=most).rev().map(|length| words.len() - length).find_map(|at| {
        let (before, form) = words.split_at_checked(at)?;
        let mut kept = before.len();
        while kept > 1 && before.get(kept - 1).is_some_and(|word| is_connector(word)) {
            kept -= 1;
        }
        let kept = before.get(..kept)?;
        (is_form(form) && says_something(kept)).then_some(kept.len())
    })
}

fn is_form(words: &[&str]) -> bool {
    // "(haftungsbeschränkt)", but also "(UK)" of "Acme (UK) Ltd".
    if let [word] = words
        && word.starts_with('(')
        && word.trim_end_matches([',', '.']).ends_with(')')
    {
        return true;
    }
    let compact: String = words.iter().map(|word| letters(word)).collect();
    if FORMS.contains(&compact.as_str()) {
        return true;
    }
    let is_marked = words.iter().any(|word| word.trim_end_matches(',').contains(['.', '/']))
        || matches!(words, ["eV" | "eG" | "eK" | "eU"]);
    is_marked && DOTTED.contains(&compact.replace('/', "").as_str())
}

fn is_connector(word: &str) -> bool {
    let word = word.trim_matches([',', '-']).to_lowercase();
    word.is_empty() || CONNECTORS.contains(&word.as_str())
}

fn says_something(words: &[&str]) -> bool {
    words.iter().any(|word| {
        let letters = letters(word);
        !letters.is_empty() && !is_connector(word) && !ARTICLES.contains(&letters.as_str())
    })
}

/// Lower-case letters and digits without marks, and the slash of "A/S".
fn letters(word: &str) -> String {
    unaccented(word).to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '/').collect()
}

fn without_attached(name: &str) -> &str {
    let name = name.trim();
    let rest = ATTACHED.iter().find_map(|form| name.strip_prefix(form).or_else(|| name.strip_suffix(form)));
    rest.map(str::trim).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legal_form_is_no_part_of_the_name() {
        for form in [
            "Inc",
            "Inc.",
            "INC",
            ", Inc.",
            "Incorporated",
            "Corp.",
            "Corporation",
            "Co.",
            "Company",
            "Ltd",
            "Ltd.",
            "Limited",
            "LLC",
            "L.L.C.",
            "LLP",
            "PLC",
            "P.L.C.",
            "GmbH",
            "gmbh",
            "G.m.b.H.",
            "GmbH & Co. KG",
            "GmbH und Co KG",
            "GmbH + Co. OHG",
            "SE & Co. KGaA",
            "AG",
            "A.G.",
            "SE",
            "KG",
            "OHG",
            "UG (haftungsbeschränkt)",
            "UG",
            "e.V.",
            "e. V.",
            "eG",
            "SA",
            "S.A.",
            "S. A.",
            "SAS",
            "S.A.S.",
            "SARL",
            "S.à r.l.",
            "Sàrl",
            "SRL",
            "S.R.L.",
            "S.r.l.",
            "Srl",
            "S.p.A.",
            "SpA",
            "BV",
            "B.V.",
            "NV",
            "N.V.",
            "Oy",
            "Oyj",
            "Oy Ab",
            "AB",
            "AB (publ)",
            "AS",
            "ASA",
            "A/S",
            "ApS",
            "Pty",
            "Pty Ltd",
            "Pty. Ltd.",
            "(Pty) Ltd",
            "Proprietary Limited",
            "Pte Ltd",
            "Pte. Ltd.",
            "Pvt Ltd",
            "Pvt. Ltd.",
            "Private Limited",
            "KK",
            "K.K.",
            "Co., Ltd.",
            "Co. Ltd",
            "Ltda",
            "Ltda.",
            "Lda.",
            "S.L.",
            "SL",
            "S.A. de C.V.",
            "S. de R.L. de C.V.",
            "Sp. z o.o.",
            "sp. z o. o.",
            "Sp. z o.o. sp.k.",
            "s.r.o.",
            "spol. s r.o.",
            "a.s.",
            "d.o.o.",
            "Kft.",
            "Zrt.",
            "EOOD",
            "OÜ",
            "SIA",
            "UAB",
            "Sdn Bhd",
            "Sdn. Bhd.",
            "W.L.L.",
            "A.Ş.",
            "Ltd. Şti.",
            "PBC",
            "& Co.",
            "& Cie",
            "et Cie",
            "and Company",
            "Holdings, Inc.",
            "Holding GmbH",
            "Group plc",
            "Group",
            "Holdings",
            "(UK) Ltd",
            "(Germany) GmbH",
            "ООО",
            "בע\"מ",
        ] {
            let written = format!("Acme{}{form}", if form.starts_with(',') { "" } else { " " });
            assert_eq!(core_name(&written), "Acme", "{written}");
            assert_eq!(key(&written), "acme", "{written}");
            let written = format!("Acme Data Works{}{form}", if form.starts_with(',') { "" } else { " " });
            assert_eq!(core_name(&written), "Acme Data Works", "{written}");
        }
        for written in ["UAB Acme", "SIA Acme", "PT Acme Tbk", "ООО Acme", "株式会社Acme", "Acme株式会社"]
        {
            assert_eq!(core_name(written), "Acme", "{written}");
        }
    }

    #[test]
    fn what_is_left_is_always_a_name() {
        for name in [
            "Inc",
            "The Company",
            "The Group",
            "Co",
            "AB",
            "SIA",
            "Procter & Gamble",
            "Johnson & Johnson",
            "Acme Labs",
            "Black and Decker",
            "Acme EV",
            "株式会社",
            "A.C.M.E.",
            "&",
            "",
        ] {
            assert_eq!(core_name(name), name, "{name}");
        }
        assert_eq!(core_name("The Company, Inc."), "The Company,".trim_end_matches(','));
        assert_eq!(core_name("Inc. Magazine Inc."), "Inc. Magazine");
        assert_eq!(core_name("McKinsey & Company"), "McKinsey");
    }

    #[test]
    fn one_company_has_one_key() {
        for alike in ["ACME", "Acme Inc.", "acme, inc", "Acme GmbH & Co. KG", "Acme S.A.", "A.C.M.E.", "Ácme"]
        {
            assert_eq!(key(alike), "acme", "{alike}");
        }
        assert_eq!(key("Inc"), "inc");
        assert_ne!(key("Acme Labs"), key("Acme"));
        assert_ne!(key("!"), key("?"));
    }
}
