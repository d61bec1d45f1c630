use super::*;
use Cause::{Account, Note, Passing, Sequence};
use Client::{Anonymous, LoggedIn, Unknown};
use Flaw::{Address, Content, Size};
use Obstacle::{Encryption, Login, Policy, Quota, Sender};
use Stage::{Data, Recipient, Text};

const MAIL: Stage = Stage::Sender;

fn assert_all(rows: &[(Stage, &str, Cause)], client: Client) {
    for (stage, reply, expected) in rows {
        let (code, text) = reply.split_once(' ').unwrap_or((reply, ""));
        let cause = Cause::of(*stage, code.parse().unwrap(), text, client);
        assert_eq!(cause, *expected, "{stage:?}: {reply}");
    }
}

#[test]
fn a_spent_quota_is_the_account_s_trouble_wherever_and_however_it_is_said() {
    let quota = |stage, reply| (stage, reply, Account(Quota));
    assert_all(
        &[
            quota(Text, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed"),
            quota(MAIL, "550 5.2.2 Submission quota exceeded"),
            quota(Recipient, "550 5.2.2 Submission quota exceeded"),
            quota(Text, "550 5.1.90 Your message can't be sent because you've reached your daily limit"),
            quota(Recipient, "550 5.1.90 limit"),
            quota(MAIL, "550 5.4.5 Daily user sending limit exceeded"),
            quota(Text, "550 5.4.5 limit"),
            quota(MAIL, "550 5.4.6 Unusual sending activity detected"),
            quota(Text, "550 5.4.6"),
            quota(MAIL, "550 5.2.2 mailbox full"),
            quota(MAIL, "552 over quota"),
            quota(Data, "554 quota exceeded"),
            quota(Recipient, "550 daily quota reached"),
            quota(Recipient, "550 5.7.1 You have exceeded your sending limit"),
            quota(Text, "554 5.7.1 rate limit"),
            quota(Recipient, "550 5.5.3 Too many recipients"),
            quota(Text, "550 5.7.705 Access denied, tenant has exceeded threshold"),
            quota(Text, "550 5.7.233 tenant limit"),
            quota(Recipient, "452 4.5.3 too many recipients"),
            quota(MAIL, "421 4.7.28 unusual rate"),
            quota(MAIL, "450 4.4.5"),
            quota(MAIL, "450 4.7.1 Error: too much mail from 192.0.2.1"),
            quota(MAIL, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        ],
        LoggedIn,
    );
}

#[test]
fn a_login_that_is_missing_or_not_enough_is_told_from_a_bad_address() {
    let login = |stage, reply| (stage, reply, Account(Login));
    assert_all(
        &[
            login(MAIL, "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail"),
            login(MAIL, "550 5.7.57 Client not authenticated"),
            login(MAIL, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"),
            login(Text, "550 5.7.139"),
            login(MAIL, "550 5.7.30 Basic authentication is not supported for Client Submission"),
            login(MAIL, "530 5.7.0 Authentication Required"),
            login(MAIL, "530"),
            login(Recipient, "534 no"),
            login(Recipient, "535 no"),
            login(Recipient, "554 5.7.1 <jane@acme.example>: Relay access denied"),
            login(Recipient, "550 5.7.1 Relaying denied. Proper authentication required."),
            login(Recipient, "550 relay not permitted"),
            login(Recipient, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
            login(Recipient, "550 5.7.64 TenantAttribution"),
            login(MAIL, "503 AUTH first"),
            login(MAIL, "503 5.5.1 Authentication required"),
            login(MAIL, "554 5.5.1 must authenticate"),
            login(Recipient, "550 5.7.8 no"),
            login(MAIL, "550 5.7.14 no"),
            (MAIL, "530 5.7.0 Must issue a STARTTLS command first", Account(Encryption)),
            (MAIL, "538 5.7.11 Encryption required", Account(Encryption)),
            (MAIL, "550 5.7.10 no", Account(Encryption)),
            (Recipient, "554 5.7.1 Session encryption is required", Account(Encryption)),
        ],
        LoggedIn,
    );
}

#[test]
fn who_is_not_logged_in_is_refused_for_that() {
    let rows = |cause| {
        [
            (Recipient, "554 5.7.1 <jane@acme.example>: Recipient address rejected: Access denied", cause),
            (Recipient, "550 5.7.0 no", cause),
        ]
    };
    assert_all(&rows(Account(Login)), Anonymous);
    assert_all(&rows(Note(Address)), LoggedIn);
    assert_all(&rows(Note(Address)), Unknown);
    assert_all(&[(MAIL, "550 5.7.1 no", Account(Login))], Anonymous);
    assert_all(&[(MAIL, "550 5.7.1 no", Account(Policy))], LoggedIn);
    assert_all(
        &[(Recipient, "550 5.1.1 who?", Note(Address)), (Recipient, "550 no", Note(Address))],
        Anonymous,
    );
    assert_all(&[(Text, "554 5.7.1 spam", Note(Content))], Anonymous);
}

#[test]
fn a_sender_address_that_the_account_may_not_use_is_a_matter_of_configuration() {
    let sender = |stage, reply| (stage, reply, Account(Sender));
    assert_all(
        &[
            sender(MAIL, "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
            sender(Text, "554 5.7.60 SendAsDenied"),
            sender(Text, "554 5.2.252 SendAsDenied; jo not allowed to send as ann"),
            sender(Text, "554 5.2.0 SendAsDeniedException"),
            sender(Recipient, "553 5.7.1 <jo@example.com>: Sender address rejected: not owned by user jo"),
            sender(MAIL, "553 5.1.8 domain does not exist"),
            sender(Recipient, "550 5.1.7 bad"),
            sender(MAIL, "550 5.1.1 who?"),
            sender(MAIL, "550 5.1.0 rejected"),
            sender(MAIL, "550 no"),
            sender(MAIL, "501 what?"),
            sender(MAIL, "553 no"),
            sender(Recipient, "550 Sender verify failed"),
            sender(Text, "550 5.7.1 The From address is not yours"),
        ],
        LoggedIn,
    );
}

#[test]
fn rights_that_an_account_or_a_network_lacks_are_not_the_note_s() {
    let policy = |stage, reply| (stage, reply, Account(Policy));
    assert_all(
        &[
            policy(MAIL, "550 5.7.1 no"),
            policy(MAIL, "554 no"),
            policy(MAIL, "550 account suspended"),
            policy(MAIL, "550 5.2.1 mailbox disabled"),
            policy(Data, "554 5.7.1 no"),
            policy(Data, "550 no"),
            policy(Text, "550 5.1.8 Access denied, bad outbound sender"),
            policy(Text, "550 5.7.26 Unauthenticated email is not accepted due to the DMARC policy"),
            policy(Text, "550 rejected, SPF"),
            policy(Text, "550 5.7.501 Access denied, spam abuse detected"),
            policy(Text, "550 5.7.708 Access denied, traffic not accepted from this IP"),
            policy(Recipient, "554 5.7.1 Client host rejected: blocked using zen.spamhaus.org"),
            policy(Recipient, "550 your account is locked"),
        ],
        LoggedIn,
    );
}

#[test]
fn what_is_the_recipient_s_or_the_text_s_refuses_the_note() {
    assert_all(
        &[
            (Recipient, "550 5.1.1 no such user", Note(Address)),
            (Recipient, "550 5.1.2 no such host", Note(Address)),
            (Recipient, "553 5.1.3 syntax", Note(Address)),
            (Recipient, "550 5.1.10 RecipientNotFound", Note(Address)),
            (Recipient, "550 #5.1.0 Address rejected", Note(Address)),
            (Recipient, "550 5.2.1 the account is disabled", Note(Address)),
            (Recipient, "550 5.4.1 Recipient address rejected: Access denied", Note(Address)),
            (Recipient, "550 5.4.4 nothing leaves", Note(Address)),
            (Recipient, "550 5.4.6 routing loop detected", Note(Address)),
            (Recipient, "554 5.4.14 Hop count exceeded", Note(Address)),
            (Recipient, "550 5.7.1 rejected by policy", Note(Address)),
            (Recipient, "550 5.7.1 you are not allowed to send to this group", Note(Address)),
            (Recipient, "550 5.7.133 sender not authenticated for group", Note(Address)),
            (Recipient, "550 5.1.1 see 5.4.5", Note(Address)),
            (Recipient, "550", Note(Address)),
            (Recipient, "501 what?", Note(Address)),
            (Recipient, "550 the account is suspended", Note(Address)),
            (Data, "550 5.1.1 who?", Note(Address)),
            (Data, "550 5.2.9 who?", Note(Address)),
            (Text, "550 5.1.1 who?", Note(Address)),
            (Text, "550 5.2.9 who?", Note(Address)),
            (MAIL, "552 5.3.4 too big", Note(Size)),
            (MAIL, "552", Note(Size)),
            (Text, "552 5.3.4 too big", Note(Size)),
            (Text, "552", Note(Size)),
            (Text, "554 Message size exceeds fixed limit", Note(Size)),
            (Recipient, "550 5.2.3 too large for this recipient", Note(Size)),
            (Text, "554 5.7.1 spam", Note(Content)),
            (Text, "554 5.6.0 bad headers", Note(Content)),
            (MAIL, "554 5.6.3 no conversion", Note(Content)),
            (Text, "550 no", Note(Content)),
            (Text, "571", Note(Content)),
            (Text, "550 5.7.0 blocked", Note(Content)),
        ],
        LoggedIn,
    );
}

#[test]
fn what_passes_by_itself_keeps_the_note() {
    assert_all(
        &[
            (Recipient, "450 4.2.0 greylisted", Passing),
            (Recipient, "450 4.2.1 receiving mail at a rate limit", Passing),
            (Recipient, "451 4.7.1 Greylisting in action, please come back in 5 minutes", Passing),
            (MAIL, "451", Passing),
            (Text, "421 4.3.2 closing down", Passing),
            (Recipient, "552 5.2.2 mailbox full", Passing),
            (Recipient, "552", Passing),
            (Text, "554 5.2.2 mailbox full", Passing),
            (Recipient, "550 quota exceeded", Passing),
            (Recipient, "550 5.2.1 receiving mail too quickly", Passing),
            (Recipient, "550 5.2.121 hourly", Passing),
            (Text, "554 5.7.1 please try again later", Passing),
            (MAIL, "550 temporarily unavailable", Passing),
            (MAIL, "554 5.3.5 local configuration error", Passing),
            (Text, "554 5.3.2 not accepting", Passing),
            (MAIL, "550 5.4.3 routing", Passing),
            (MAIL, "550 5.3.0", Passing),
            (MAIL, "500 what?", Passing),
            (MAIL, "555 5.5.4 parameters", Passing),
            (Recipient, "502 what?", Passing),
            (Data, "504 what?", Passing),
        ],
        LoggedIn,
    );
}

#[test]
fn a_bad_sequence_says_nothing_about_the_note() {
    let sequence = |stage, reply| (stage, reply, Sequence);
    assert_all(
        &[
            sequence(MAIL, "503 5.5.1 Error: nested MAIL command"),
            sequence(MAIL, "503 sender already given"),
            sequence(Recipient, "503 MAIL first"),
            sequence(Data, "503"),
            sequence(Data, "554 5.5.1 Error: no valid recipients"),
        ],
        LoggedIn,
    );
}

#[test]
fn only_the_note_s_own_flaws_refuse_it() {
    let kinds = |causes: &[Cause]| causes.iter().map(|cause| cause.kind()).collect::<Vec<_>>();
    assert_eq!(kinds(&[Note(Address), Note(Size), Note(Content)]), [Kind::Refused; 3]);
    assert_eq!(kinds(&[Account(Quota), Passing, Sequence]), [Kind::TryAgain; 3]);
    assert_eq!(kinds(&[Account(Login), Account(Policy)]), [Kind::Permission; 2]);
    assert_eq!(kinds(&[Account(Sender), Account(Encryption)]), [Kind::Config; 2]);
}

#[test]
fn an_account_in_trouble_is_left_alone_for_an_hour_or_for_the_day_that_its_limit_is_for() {
    assert_eq!(Account(Quota).pause(550, "5.2.0 SubmissionQuota"), Pause::Hour);
    assert_eq!(Account(Quota).pause(550, "the daily quota is spent"), Pause::Day);
    assert_eq!(Account(Quota).pause(550, "5.1.90 limit"), Pause::Day);
    assert_eq!(Account(Sender).pause(550, "5.7.60"), Pause::Hour);
    assert_eq!(Account(Login).pause(550, "basic, retired 24 hours ago"), Pause::Hour);
    assert_eq!(Passing.pause(421, "4.3.2"), Pause::Busy);
    assert_eq!(Passing.pause(451, "daily maintenance"), Pause::None);
}

#[test]
fn a_status_is_read_only_where_the_text_begins() {
    for (text, expected) in [
        ("5.1.1 no", Some((1, 1))),
        ("#5.1.0 no", Some((1, 0))),
        ("(4.7.28): no", Some((7, 28))),
        ("5.7.139, no", Some((7, 139))),
        ("no 5.1.1", None),
        ("2.1.1 no", None),
        ("5.1 no", None),
        ("5.1.1.1 no", None),
        ("5.x.1 no", None),
        ("", None),
    ] {
        assert_eq!(status(text), expected, "{text}");
    }
}
