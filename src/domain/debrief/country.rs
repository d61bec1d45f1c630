//! Countries as ISO 3166-1 has them. Which of them have a calendar is not known here.

use crate::domain::address::Refused;
use crate::domain::text;

/// ISO 3166-1 alpha-2, the codes that are officially assigned.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN \
    BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ \
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM \
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK \
    LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG \
    NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
    US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// What people write for a code, and the code.
const MEANT: [(&str, &str); 10] = [
    ("UK", "GB"),
    ("EN", "GB"),
    ("GBR", "GB"),
    ("USA", "US"),
    ("DEU", "DE"),
    ("GER", "DE"),
    ("AUT", "AT"),
    ("CHE", "CH"),
    ("SUI", "CH"),
    ("JAP", "JP"),
];

/// A country as ISO 3166 has it, perhaps with a subdivision: `US`, `DE-BY`. Of a subdivision only
/// the form is known. `field` names it in the refusal.
pub fn country(field: &str, text: &str) -> Result<String, Refused> {
    let code = text.trim().to_ascii_uppercase();
    let (country, part) = match code.split_once('-') {
        Some((country, part)) => (country, Some(part)),
        None => (code.as_str(), None),
    };
    let is_part =
        |part: &str| (1..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    if codes().any(|known| known == country) && part.is_none_or(is_part) {
        return Ok(code);
    }
    let shown = text::printable(text.trim());
    let meant = MEANT.iter().find(|(written, _)| *written == country).map(|(_, code)| *code);
    let instead = meant.or_else(|| codes().find(|known| *known == country)).or_else(|| near(country));
    Err(Refused {
        message: format!("{field} {shown:?} is no country code; write two letters, as in US or DE-BY"),
        instead: instead.map(str::to_owned),
    })
}

fn codes() -> impl Iterator<Item = &'static str> {
    CODES.split_whitespace()
}

/// Of codes this short all are near one another: one with the same first letter is likelier.
fn near(country: &str) -> Option<&'static str> {
    let first = country.chars().next();
    let alike = codes().filter(|code| code.chars().next() == first);
    text::nearest(country, alike).or_else(|| text::nearest(country, codes()))
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
        for bad in ["", "D", "DE-", "DE-BYXX", "D1", "XX", "ZZ-BY"] {
            assert!(country("--country", bad).is_err(), "{bad}");
        }
        assert_eq!(codes().count(), 249);
    }

    #[test]
    fn a_code_that_is_none_is_answered_with_the_one_that_was_meant() {
        for (written, meant) in
            [("UK", "GB"), ("usa", "US"), ("UX", "UA"), ("XX", "AX"), ("de-toolong", "DE"), ("Germany", "-")]
        {
            let instead = country("--country", written).unwrap_err().instead;
            assert_eq!(instead.as_deref().unwrap_or("-"), meant, "{written}");
        }
    }
}
