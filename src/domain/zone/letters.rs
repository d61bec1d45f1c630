//! The letters of a clock ("PST"), read as people in one country mean them.

use chrono::{DateTime, Datelike, Utc};

use super::Zone;

/// Country, letters, place. Letters that two zones of the same country share are left out.
const LETTERS: &[(&str, &[&str], &str)] = &[
    ("US", &["ET", "EST", "EDT"], "America/New_York"),
    ("US", &["CT", "CST", "CDT"], "America/Chicago"),
    ("US", &["MT", "MST", "MDT"], "America/Denver"),
    ("US", &["PT", "PST", "PDT"], "America/Los_Angeles"),
    ("US", &["AKST", "AKDT"], "America/Anchorage"),
    ("US", &["HST"], "Pacific/Honolulu"),
    ("CA", &["ET", "EST", "EDT"], "America/Toronto"),
    ("CA", &["MT", "MST", "MDT"], "America/Edmonton"),
    ("CA", &["PT", "PST", "PDT"], "America/Vancouver"),
    ("CA", &["AST", "ADT"], "America/Halifax"),
    ("CA", &["NST", "NDT"], "America/St_Johns"),
    ("GB", &["BST"], "Europe/London"),
    ("IE", &["IST"], "Europe/Dublin"),
    ("IN", &["IST"], "Asia/Kolkata"),
    ("IL", &["IST", "IDT"], "Asia/Jerusalem"),
    ("JP", &["JST"], "Asia/Tokyo"),
    ("KR", &["KST"], "Asia/Seoul"),
    ("CN", &["CST"], "Asia/Shanghai"),
    ("TW", &["CST"], "Asia/Taipei"),
    ("SG", &["SGT"], "Asia/Singapore"),
    ("HK", &["HKT"], "Asia/Hong_Kong"),
    ("ZA", &["SAST"], "Africa/Johannesburg"),
    ("BR", &["BRT"], "America/Sao_Paulo"),
    ("AU", &["AET", "AEST", "AEDT"], "Australia/Sydney"),
    ("AU", &["ACDT"], "Australia/Adelaide"),
    ("AU", &["AWST"], "Australia/Perth"),
    ("NZ", &["NZST", "NZDT"], "Pacific/Auckland"),
    ("DE", &["CET", "CEST", "MEZ", "MESZ"], "Europe/Berlin"),
    ("AT", &["CET", "CEST", "MEZ", "MESZ"], "Europe/Vienna"),
    ("CH", &["CET", "CEST", "MEZ", "MESZ"], "Europe/Zurich"),
    ("FR", &["CET", "CEST"], "Europe/Paris"),
    ("ES", &["CET", "CEST"], "Europe/Madrid"),
    ("ES", &["WET", "WEST"], "Atlantic/Canary"),
    ("IT", &["CET", "CEST"], "Europe/Rome"),
    ("NL", &["CET", "CEST"], "Europe/Amsterdam"),
    ("BE", &["CET", "CEST"], "Europe/Brussels"),
    ("LU", &["CET", "CEST"], "Europe/Luxembourg"),
    ("DK", &["CET", "CEST"], "Europe/Copenhagen"),
    ("SE", &["CET", "CEST"], "Europe/Stockholm"),
    ("NO", &["CET", "CEST"], "Europe/Oslo"),
    ("PL", &["CET", "CEST"], "Europe/Warsaw"),
    ("CZ", &["CET", "CEST"], "Europe/Prague"),
    ("SK", &["CET", "CEST"], "Europe/Bratislava"),
    ("HU", &["CET", "CEST"], "Europe/Budapest"),
    ("SI", &["CET", "CEST"], "Europe/Ljubljana"),
    ("HR", &["CET", "CEST"], "Europe/Zagreb"),
    ("RS", &["CET", "CEST"], "Europe/Belgrade"),
    ("PT", &["WET", "WEST"], "Europe/Lisbon"),
    ("FI", &["EET", "EEST"], "Europe/Helsinki"),
    ("EE", &["EET", "EEST"], "Europe/Tallinn"),
    ("LV", &["EET", "EEST"], "Europe/Riga"),
    ("LT", &["EET", "EEST"], "Europe/Vilnius"),
    ("GR", &["EET", "EEST"], "Europe/Athens"),
    ("RO", &["EET", "EEST"], "Europe/Bucharest"),
    ("BG", &["EET", "EEST"], "Europe/Sofia"),
    ("UA", &["EET", "EEST"], "Europe/Kyiv"),
];

impl Zone {
    /// What the letters mean in a country; without one, this zone itself where its own clock has
    /// them in some month of this year.
    pub fn by_letters(&self, letters: &str, country: Option<&str>) -> Option<Zone> {
        let Some(country) = country else {
            return self.shows(letters).then(|| self.clone());
        };
        let country = country.split('-').next().unwrap_or(country);
        LETTERS
            .iter()
            .filter(|(code, known, _)| {
                code.eq_ignore_ascii_case(country)
                    && known.iter().any(|known| known.eq_ignore_ascii_case(letters))
            })
            .find_map(|(_, _, place)| Zone::named(place).ok())
    }

    fn shows(&self, letters: &str) -> bool {
        let seasons = [1, 7].into_iter().filter_map(|month| {
            DateTime::<Utc>::UNIX_EPOCH.with_year(2026).and_then(|day| day.with_month(month))
        });
        seasons.into_iter().any(|day| self.abbreviation(day).eq_ignore_ascii_case(letters))
    }
}
