//! A message as it lies in a mailbox, and what the way there adds to it.

/// What servers put on top of a message on its way (RFC 5321 4.4, and what Postfix adds).
const TRACES: [&str; 4] = ["return-path", "received", "delivered-to", "x-original-to"];

/// A header line, unfolded; empty if there is none.
pub fn header(message: &str, name: &str) -> String {
    let head =
        message.replace("\r\n", "\n").split("\n\n").next().unwrap().replace("\n ", " ").replace("\n\t", " ");
    let start = format!("{name}: ");
    head.lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned)).unwrap_or_default()
}

/// The message as it was handed over, line ends as they lie on disk, and its Date left out.
pub fn as_handed_over(message: &str) -> String {
    let message = message.replace("\r\n", "\n");
    let (head, body) = message.split_once("\n\n").unwrap();
    let mut kept = String::new();
    let mut is_kept = true;
    for line in head.lines() {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap().to_ascii_lowercase();
            is_kept = name != "date" && !TRACES.contains(&name.as_str());
        }
        if is_kept {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    format!("{kept}\n{body}")
}
