//! The reader of a server's replies: whatever comes, what it keeps is bounded, has a code of SMTP,
//! and prints on one line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thanks::adapters::smtp::{Reply, server_ids};

fuzz_target!(|octets: &[u8]| {
    let mut rest = octets.to_vec();
    loop {
        let before = rest.len();
        match Reply::take(&mut rest) {
            Ok(Some(reply)) => {
                assert!(rest.len() < before, "a reply of no octets");
                check(&reply);
            }
            Ok(None) => return,
            Err(why) => {
                assert!(why.chars().count() <= 400, "an endless reason");
                return;
            }
        }
    }
});

fn check(reply: &Reply) {
    assert!((200..=599).contains(&reply.code));
    assert!(reply.text.chars().count() <= 300, "an endless text");
    assert!(!reply.to_string().chars().any(char::is_control), "{reply:?}");
    for id in server_ids(&reply.text) {
        assert!(id.starts_with('<') && id.ends_with('>') && id.contains('@') && id.is_ascii(), "{id:?}");
        assert!(!id.contains(char::is_whitespace) && id.len() <= 252, "{id:?}");
    }
    let mut again = format!("{} {}\r\n", reply.code, reply.text).into_bytes();
    assert_eq!(Reply::take(&mut again).as_ref(), Ok(&Some(reply.clone())), "it reads differently");
    assert!(again.is_empty());
}
