//! The user's own editor on a private file. Whatever goes wrong, a text that was typed there is
//! still in the file, and the error says where.

use std::fs::{self, File};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

const DEFAULT_EDITOR: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// A text that came back. Its file stays until it is discarded.
#[derive(Debug)]
pub struct Edited {
    /// With line feeds only and without a byte order mark.
    pub text: String,
    pub path: PathBuf,
}

impl Edited {
    /// Removes the file: to be called once the text is in safety.
    pub fn discard(self) {
        let _ = fs::remove_file(self.path);
    }
}

/// Opens `command` (words as for a shell, but no shell; none: `vi`) on a new file
/// `<stem><suffix>` in `folder`, and waits for its end. `folder` is made, for the user alone.
pub fn edit(
    command: Option<&str>,
    folder: &Path,
    stem: &str,
    suffix: &str,
    initial: &str,
) -> Result<Edited, Problem> {
    let command = match command {
        Some(command) => command,
        None if io::stdin().is_terminal() => DEFAULT_EDITOR,
        None => {
            return Err(Problem::new(Kind::NeedsYou, "there is no terminal to edit on")
                .detail("nothing was changed")
                .hint("type it on a terminal, or set VISUAL or EDITOR to a program that needs none"));
        }
    };
    let words = shell_words::split(command).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else {
        return Err(Problem::new(Kind::Config, format!("the editor `{}` is no command", printable(command)))
            .hint("set VISUAL or EDITOR, like EDITOR=\"code --wait\""));
    };
    let path = write_new(folder, stem, suffix, initial).map_err(|error| {
        Problem::new(Kind::LocalIo, format!("no file for the editor in {}", folder.display()))
            .detail(error.to_string())
    })?;
    let status = match Command::new(program).args(arguments).arg(&path).status() {
        Ok(status) => status,
        Err(error) => {
            // Nobody has typed anything yet.
            let _ = fs::remove_file(&path);
            return Err(Problem::new(
                Kind::Config,
                format!("the editor `{}` cannot be run", printable(program)),
            )
            .detail(error.to_string())
            .hint("set VISUAL or EDITOR to an editor that is installed"));
        }
    };
    let kept = |kind, what: String| {
        Problem::new(kind, what).detail(format!("nothing was changed; your text is in {}", path.display()))
    };
    if !status.success() {
        let program = printable(program);
        return Err(kept(Kind::Declined, format!("the editor `{program}` failed ({status})")));
    }
    let bytes = fs::read(&path)
        .map_err(|error| kept(Kind::LocalIo, format!("the edited text cannot be read: {error}")))?;
    let text =
        String::from_utf8(bytes).map_err(|_| kept(Kind::Data, "the edited text is not UTF-8".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
    Ok(Edited { text, path })
}

/// A file that nobody else may read, beside those that earlier failures left.
fn write_new(folder: &Path, stem: &str, suffix: &str, initial: &str) -> io::Result<PathBuf> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let fits = |c: char| {
        if c.is_alphanumeric() || c == '-' { c } else { '-' }
    };
    let stem: String = stem.chars().map(fits).collect();
    for number in 1..1000 {
        let path = folder.join(match number {
            1 => format!("{stem}{suffix}"),
            _ => format!("{stem}-{number}{suffix}"),
        });
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(mut file) => return file.write_all(initial.as_bytes()).map(|()| path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, "a thousand kept texts are there already"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn edit_by(script: &str, folder: &Path) -> Result<Edited, Problem> {
        let command = format!("sh -c {}", shell_words::quote(script));
        edit(Some(&command), folder, "acme/jane", ".txt", "Hi Jane,\n")
    }

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn an_edited_text_comes_back_and_its_file_goes_when_it_is_safe() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("drafts");
        let edited = edit_by("printf 'thank you\\r\\n' >> \"$0\"", &folder).unwrap();
        assert_eq!(edited.text, "Hi Jane,\nthank you\n");
        assert_eq!(names(&folder), ["acme-jane.txt"]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&edited.path)), (0o700, 0o600));
        edited.discard();
        assert_eq!(names(&folder), [""; 0]);
    }

    #[test]
    fn a_text_outlives_its_editor_and_the_next_edit() {
        let folder = tempfile::tempdir().unwrap();
        let lost = edit_by("echo typed >> \"$0\"; exit 1", folder.path()).unwrap_err();
        let kept = folder.path().join("acme-jane.txt");
        assert_eq!(lost.kind, Kind::Declined);
        assert!(lost.details[0].ends_with(&format!("your text is in {}", kept.display())));
        assert_eq!(fs::read_to_string(&kept).unwrap(), "Hi Jane,\ntyped\n");
        edit_by("true", folder.path()).unwrap().discard();
        let latin1 = edit_by("printf '\\351' >> \"$0\"", folder.path()).unwrap_err();
        assert_eq!(latin1.kind, Kind::Data);
        assert_eq!(names(folder.path()), ["acme-jane-2.txt", "acme-jane.txt"]);
        assert_eq!(fs::read_to_string(&kept).unwrap(), "Hi Jane,\ntyped\n");
    }

    #[test]
    fn the_words_of_the_editor_are_not_run_by_a_shell() {
        let folder = tempfile::tempdir().unwrap();
        let marker = folder.path().join("marker");
        let command = format!("true ; touch {}", marker.display());
        edit(Some(&command), folder.path(), "a", ".txt", "").unwrap();
        assert!(!marker.exists());
        edit(Some("sh -c 'echo \"x y\" > \"$0\"'"), folder.path(), "b", ".toml", "").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("b.toml")).unwrap(), "x y\n");
    }

    #[test]
    fn an_editor_that_is_none_is_a_mistake_of_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        for command in ["/no/such/editor", "unclosed 'quote", " "] {
            let problem = edit(Some(command), folder.path(), "a", ".txt", "").unwrap_err();
            assert_eq!(problem.kind, Kind::Config, "{command}");
        }
        assert_eq!(names(folder.path()), [""; 0]);
    }
}
