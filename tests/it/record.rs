//! The record from outside: what is told, changed, heard and closed, through the program itself.

use crate::sandbox::Sandbox;

#[test]
fn a_new_home_has_nothing_recorded() {
    let sandbox = Sandbox::new();
    sandbox.run(&["status"]).talks("nothing recorded yet\nnext: thanks add\n").prints("");
    assert!(!sandbox.home().join("thanks.db").exists());
    let shown = sandbox.terminal(&["status"]).ends(0);
    assert_eq!(shown, "nothing recorded yet\nnext: thanks add\n");
}
