//! Countries: their ISO 3166-1 codes, and what people write instead of them. The only list of
//! countries; which of them have holidays or customs of their own is not known here.

use super::address::Refused;
use super::text;

const TABLE: &str = include_str!("countries.txt");

/// What people write, in upper case, and the code that it means: codes of the European Union, the
/// car and the Olympic committee, parts of countries, and other names.
const ALIASES: &[(&str, &str)] = &[
    ("UK", "GB"),
    ("EL", "GR"),
    ("EN", "GB"),
    ("JA", "JP"),
    ("AMERICA", "US"),
    ("BRITAIN", "GB"),
    ("BRASIL", "BR"),
    ("BURMA", "MM"),
    ("CABO VERDE", "CV"),
    ("COTE D'IVOIRE", "CI"),
    ("CZECH REPUBLIC", "CZ"),
    ("DEUTSCHLAND", "DE"),
    ("EAST TIMOR", "TL"),
    ("EIRE", "IE"),
    ("ENGLAND", "GB"),
    ("ESPANA", "ES"),
    ("GREAT BRITAIN", "GB"),
    ("HELLAS", "GR"),
    ("HOLLAND", "NL"),
    ("ITALIA", "IT"),
    ("KOREA", "KR"),
    ("MACAU", "MO"),
    ("MACEDONIA", "MK"),
    ("NEDERLAND", "NL"),
    ("NORTHERN IRELAND", "GB"),
    ("OSTERREICH", "AT"),
    ("POLSKA", "PL"),
    ("REPUBLIC OF IRELAND", "IE"),
    ("REPUBLIC OF KOREA", "KR"),
    ("SCHWEIZ", "CH"),
    ("SCOTLAND", "GB"),
    ("SUISSE", "CH"),
    ("SVERIGE", "SE"),
    ("SWAZILAND", "SZ"),
    ("THE NETHERLANDS", "NL"),
    ("TURKIYE", "TR"),
    ("U.K.", "GB"),
    ("U.S.", "US"),
    ("U.S.A.", "US"),
    ("UAE", "AE"),
    ("UNITED STATES OF AMERICA", "US"),
    ("WALES", "GB"),
    // Three letters that are not ISO's.
    ("BUL", "BG"),
    ("CRO", "HR"),
    ("DEN", "DK"),
    ("ENG", "GB"),
    ("GER", "DE"),
    ("GRE", "GR"),
    ("HOL", "NL"),
    ("JAP", "JP"),
    ("LAT", "LV"),
    ("NED", "NL"),
    ("POR", "PT"),
    ("SCO", "GB"),
    ("SUI", "CH"),
];

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// ISO 3166-1 alpha-3.
    long_code: &'static str,
    pub name: &'static str,
}

pub fn countries() -> impl Iterator<Item = Country> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.splitn(3, ' ');
        Some(Country { code: words.next()?, long_code: words.next()?, name: words.next()? })
    })
}

/// The country with this code, in upper case.
pub fn country_of(code: &str) -> Option<Country> {
    countries().find(|country| country.code == code)
}

/// The code that somebody meant who wrote `text`, which is no code itself: `GR` for `EL`, `GRC`
/// and `Greece`.
pub fn meant(text: &str) -> Option<&'static str> {
    let text = text::unaccented(text.trim()).to_uppercase();
    let by_alias = ALIASES.iter().find(|(written, _)| *written == text).map(|(_, code)| *code);
    by_alias.or_else(|| {
        countries()
            .find(|country| {
                country.long_code == text || text::unaccented(country.name).to_uppercase() == text
            })
            .map(|country| country.code)
    })
}

/// The code in upper case, perhaps with a subdivision, its country as ISO has it: `GB-ENG` for
/// `uk-eng`. What is unknown stays as it is.
pub fn canonical(code: &str) -> String {
    let code = code.trim().to_ascii_uppercase();
    let (country, part) = code.split_at_checked(code.find('-').unwrap_or(code.len())).unwrap_or_default();
    match meant(country).filter(|_| country_of(country).is_none()) {
        Some(iso) => format!("{iso}{part}"),
        None => code,
    }
}

/// A country as ISO 3166 has it, perhaps with a subdivision: `US`, `DE-BY`. Only the form of a
/// subdivision is checked. `field` names it in the refusal.
pub fn country(field: &str, text: &str) -> Result<String, Refused> {
    let code = text.trim().to_ascii_uppercase();
    let (country, part) = match code.split_once('-') {
        Some((country, part)) => (country, Some(part)),
        None => (code.as_str(), None),
    };
    let is_part =
        |part: &str| (1..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    if country_of(country).is_some() && part.is_none_or(is_part) {
        return Ok(code);
    }
    let shown = text::printable(text.trim());
    let whole = meant(text).map(str::to_owned);
    let instead = whole.or_else(|| match (meant(country), part) {
        (Some(iso), Some(part)) if is_part(part) => Some(format!("{iso}-{part}")),
        (Some(iso), _) => Some(iso.to_owned()),
        (None, _) => country_of(country).map(|known| known.code).or_else(|| near(country)).map(str::to_owned),
    });
    Err(Refused {
        message: format!("{field} {shown:?} is no country code; write two letters, as in US or DE-BY"),
        instead,
    })
}

/// The nearest name for a long text, else the nearest code. Short codes are all near one another:
/// one with the same first letter is likelier.
fn near(text: &str) -> Option<&'static str> {
    if text.chars().count() > 3 {
        return near_name(text);
    }
    let first = text.chars().next();
    let codes = || countries().map(|country| country.code);
    let alike = codes().filter(|code| code.chars().next() == first);
    text::nearest(text, alike).or_else(|| text::nearest(text, codes()))
}

/// The country whose name is nearest.
pub fn near_name(text: &str) -> Option<&'static str> {
    let text = text::unaccented(text.trim()).to_uppercase();
    let names: Vec<(String, &str)> = countries()
        .map(|country| (text::unaccented(country.name).to_uppercase(), country.code))
        .chain(
            ALIASES.iter().filter(|(name, _)| name.len() > 3).map(|(name, code)| ((*name).to_owned(), *code)),
        )
        .collect();
    let nearest = text::nearest(&text, names.iter().map(|(name, _)| name.as_str()))?;
    names.iter().find(|(name, _)| name == nearest).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_an_assigned_code() {
        assert_eq!(country("--country", " de-by ").unwrap(), "DE-BY");
        for good in ["us", "GB", "GB-SCT", "XK", "ZW"] {
            assert_eq!(country("--country", good).is_ok(), good != "XK", "{good}");
        }
        for bad in ["", "D", "DE-", "DE-BYXX", "D1", "XX", "ZZ-BY", "EL", "UK"] {
            assert!(country("--country", bad).is_err(), "{bad}");
        }
        assert_eq!(countries().count(), 249);
        for listed in countries() {
            assert!(listed.code.len() == 2 && listed.long_code.len() == 3 && !listed.name.is_empty());
            assert_eq!(meant(listed.name), Some(listed.code), "{}", listed.name);
        }
    }

    #[test]
    fn an_alias_means_an_assigned_code_and_is_none() {
        for (written, code) in ALIASES {
            assert!(country_of(code).is_some(), "{written}");
            assert_eq!(country_of(written), None, "{written}");
            assert_eq!(text::unaccented(written).to_uppercase(), *written, "{written}");
        }
    }

    #[test]
    fn a_code_that_is_none_is_answered_with_the_one_that_was_meant() {
        for (written, meant) in [
            ("UK", "GB"),
            ("uk-eng", "GB-ENG"),
            ("EL", "GR"),
            ("el", "GR"),
            ("GRC", "GR"),
            ("Greece", "GR"),
            ("usa", "US"),
            ("UX", "UA"),
            ("XX", "AX"),
            ("de-toolong", "DE"),
            ("Germany", "DE"),
            ("Grmany", "DE"),
            ("Österreich", "AT"),
            ("Timor-Leste", "TL"),
            ("Northern Ireland", "GB"),
            ("nowhere at all", "-"),
        ] {
            let instead = country("--country", written).unwrap_err().instead;
            assert_eq!(instead.as_deref().unwrap_or("-"), meant, "{written}");
        }
    }

    #[test]
    fn codes_of_others_become_those_of_iso() {
        for (written, code) in
            [("UK", "GB"), ("uk-eng", "GB-ENG"), ("EL", "GR"), ("gr", "GR"), ("DE-BY", "DE-BY"), ("UX", "UX")]
        {
            assert_eq!(canonical(written), code, "{written}");
        }
    }
}
