//! The binary against real servers: Postfix, Dovecot and a Secret Service on loopback. Run by
//! `cargo test --features live --test live`.

mod stand;

#[test]
fn the_stand_starts() {
    let Some(stand) = stand::Stand::start() else { return };
    assert!(stand.inbox("jane").is_empty());
}
