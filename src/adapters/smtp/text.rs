//! The text of a message on the line.

/// The text as it goes over the line: each line ends with CRLF, and a dot that opens one is
/// doubled (RFC 5321 4.5.2). A lone CR or LF, which some servers take for a line end and others do
/// not, becomes a CRLF, so that no text can end the message early.
pub(super) fn stuffed(wire: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(wire.len() + 64);
    let mut at_start = true;
    let mut octets = wire.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        match octet {
            b'\r' | b'\n' => {
                if octet == b'\r' {
                    octets.next_if_eq(&b'\n');
                }
                out.extend_from_slice(b"\r\n");
                at_start = true;
            }
            other => {
                if at_start && other == b'.' {
                    out.push(b'.');
                }
                out.push(other);
                at_start = false;
            }
        }
    }
    if !at_start {
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a server makes of it.
    fn unstuffed(wire: &[u8]) -> Vec<u8> {
        let text = wire.split_inclusive(|octet| *octet == b'\n');
        text.flat_map(|line| line.strip_prefix(b".").unwrap_or(line)).copied().collect()
    }

    #[test]
    fn a_dot_at_the_start_of_a_line_is_doubled_and_no_other() {
        assert_eq!(stuffed(b".a\r\nb.c\r\n.\r\n..\r\n"), b"..a\r\nb.c\r\n..\r\n...\r\n");
    }

    #[test]
    fn no_lone_cr_or_lf_can_end_a_message_early() {
        assert_eq!(stuffed(b"a\n.\nb\r.\rc"), b"a\r\n..\r\nb\r\n..\r\nc\r\n");
        assert_eq!(stuffed(b""), b"");
        assert_eq!(stuffed(b"\r\n\r\n"), b"\r\n\r\n");
    }

    proptest! {
        #[test]
        fn a_text_with_crlf_line_ends_arrives_as_it_was(lines in prop::collection::vec("[.a\u{e9} ]{0,5}", 0..12)) {
            let wire: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            prop_assert_eq!(unstuffed(&stuffed(wire.as_bytes())), wire.as_bytes());
        }

        #[test]
        fn whatever_the_text_it_holds_no_end_mark_and_ends_with_a_line_end(wire in prop::collection::vec(prop::sample::select(b"\r\n.a".to_vec()), 0..40)) {
            let out = [b"\r\n".to_vec(), stuffed(&wire)].concat();
            prop_assert!(out.ends_with(b"\r\n"));
            prop_assert!(!out.windows(3).any(|w| w == b"\n.\n" || w == b"\n.\r" || w == b"\r.\r"));
            prop_assert_eq!(out.iter().filter(|o| **o == b'\r').count(), out.windows(2).filter(|w| *w == b"\r\n").count());
            prop_assert_eq!(out.iter().filter(|o| **o == b'\n').count(), out.windows(2).filter(|w| *w == b"\r\n").count());
        }
    }
}
