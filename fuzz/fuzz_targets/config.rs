//! The configuration: whatever the text, it is taken or refused with a place and on one line; and
//! an account that is written into a text that was taken changes nothing else in it.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use thanks::adapters::config::{Account, Config, parse};
use thanks::domain::policy::{MOST_FOLLOW_UPS, Policy};
use thanks::domain::problem::Kind;

fuzz_target!(|text: &str| {
    let path = Path::new("config.toml");
    let config = match parse(path, text) {
        Ok(config) => config,
        Err(problem) => {
            assert_eq!(problem.kind, Kind::Config);
            assert!(problem.message.starts_with("config.toml:"), "{problem}");
            for line in [&problem.message].into_iter().chain(&problem.details).chain(&problem.hint) {
                assert!(!line.chars().any(char::is_control), "{line:?}");
            }
            return;
        }
    };
    check(&config);
    let Some(account) = account(&config) else {
        return;
    };
    // Where the text is too odd to be changed line by line, it is refused; never is it changed
    // into something else.
    let written = account.text(text);
    if let Ok(again) = parse(path, &written) {
        assert_eq!(again, config, "{written}");
    }
});

fn check(config: &Config) {
    let policy = config.policy.over(Policy::default());
    assert!(policy.follow_ups <= MOST_FOLLOW_UPS);
    let _ = config.checks.limits();
    let _ = (config.smtp_user(), config.imap_user(), config.sent_copy());
    let hosts = config.smtp.iter().map(|s| &s.host).chain(config.imap.iter().map(|i| &i.host));
    for host in hosts {
        assert!(!host.is_empty() && !host.contains(char::is_whitespace), "{host:?}");
    }
}

/// What `init` would write again.
fn account(config: &Config) -> Option<Account> {
    let me = config.me.as_ref()?;
    Some(Account {
        name: me.name.clone(),
        email: me.email.clone(),
        smtp: config.smtp.clone()?,
        imap: config.imap.clone(),
        auth: config.auth.clone(),
    })
}
