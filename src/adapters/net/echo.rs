//! What a server may not say back to a reader: some repeat what they did not understand, and a
//! secret must not come back into a message, a record or a log. It knows no protocol.

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// The beginnings of a login in each way in which it may have been written. There is no `Debug`,
/// so that it cannot get into a message.
pub struct Echo(Vec<Zeroizing<String>>);

/// In characters: so much of a login tells it from other words, also where a server cuts it.
const TELLING: usize = 8;
/// A shorter secret is a word that servers say by themselves.
const SHORTEST: usize = 4;

impl Echo {
    pub fn of(user: &str, secret: &str) -> Echo {
        if secret.chars().count() < SHORTEST {
            return Echo(Vec::new());
        }
        let coded = |text: String| Zeroizing::new(BASE64.encode(Zeroizing::new(text).as_bytes()));
        let shapes = [
            Zeroizing::new(secret.to_owned()),
            Zeroizing::new(secret.replace('\\', "\\\\").replace('"', "\\\"")),
            coded(secret.to_owned()),
            coded(format!("\0{user}\0{secret}")),
            coded(format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}")),
        ];
        Echo(shapes.iter().map(|shape| Zeroizing::new(shape.chars().take(TELLING).collect())).collect())
    }

    /// The text, or that there was one.
    pub fn veiled(&self, text: String) -> String {
        match self.0.iter().any(|beginning| text.contains(beginning.as_str())) {
            true => "(its words repeat the login, and are left out)".to_owned(),
            false => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_a_server_repeats_is_left_out_however_it_is_written() {
        let token = "ya29.".repeat(100);
        let coded = |text: &str| BASE64.encode(text.as_bytes());
        for (text, secret) in [
            ("LOGIN jo sesame-42 failed".to_owned(), "sesame-42"),
            (r#"what is LOGIN jo "se\"same"?"#.to_owned(), r#"se"same"#),
            (format!("no {}", coded("\0jo\0sesame-42")), "sesame-42"),
            (format!("no {}", coded("sesame-42")), "sesame-42"),
            (format!("bad {token}").chars().take(300).collect(), &token),
            (format!("bad {}", coded(&format!("user=jo\u{1}auth=Bearer {token}\u{1}\u{1}"))), &token),
        ] {
            let told = Echo::of("jo", secret).veiled(text);
            assert!(told.starts_with("(its words"), "{told}");
        }
    }

    #[test]
    fn other_words_are_left_as_they_are() {
        let other = "[AUTHENTICATIONFAILED] wrong";
        assert_eq!(Echo::of("jo", "sesame-42").veiled(other.to_owned()), other);
        assert_eq!(Echo::of("jo", "ok").veiled("2.0.0 ok".to_owned()), "2.0.0 ok");
    }
}
