//! The environment, read once into a value, and what follows from it: where the files are, which
//! machine this is, which time zone it is in.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{create_draft, create_private_folder, failed_write, folder_of, random_hex, sync_folder};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::zone::{UnknownZone, Zone};

/// What the program takes from its environment; an empty variable counts as none. Tests and
/// `demo` build their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `THANKS_HOME`: everything in one folder.
    pub thanks_home: Option<PathBuf>,
    /// `THANKS_CONFIG`, or the path of `--config`.
    pub thanks_config: Option<PathBuf>,
    /// `THANKS_NOW`: fixes the clock.
    pub thanks_now: Option<String>,
    pub xdg_config_home: Option<PathBuf>,
    pub xdg_data_home: Option<PathBuf>,
    pub xdg_state_home: Option<PathBuf>,
    /// `HOME`; on Windows `USERPROFILE`.
    pub home: Option<PathBuf>,
    /// `APPDATA` and `LOCALAPPDATA`, on Windows only.
    pub appdata: Option<PathBuf>,
    pub local_appdata: Option<PathBuf>,
    pub visual: Option<String>,
    pub editor: Option<String>,
    /// `TZ`; an empty one is kept, since it means UTC (POSIX).
    pub tz: Option<String>,
}

/// Where everything is. Nothing is created before it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub config_file: PathBuf,
    pub data_dir: PathBuf,
    pub database: PathBuf,
    pub journal: PathBuf,
    pub lock: PathBuf,
    /// Outside of what people copy from machine to machine.
    pub state_dir: PathBuf,
    /// The user's own templates, unless the configuration names another folder.
    pub templates_dir: PathBuf,
}

impl Environment {
    /// The only reader of the process's environment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    pub fn from_process() -> Environment {
        let any = |name: &str| std::env::var_os(name);
        let path = |name: &str| any(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let lossy = |value: OsString| value.to_string_lossy().into_owned();
        let text = |name: &str| any(name).map(lossy).filter(|value| !value.is_empty());
        let on_windows = |name: &str| if cfg!(windows) { path(name) } else { None };
        Environment {
            thanks_home: path("THANKS_HOME"),
            thanks_config: path("THANKS_CONFIG"),
            thanks_now: text("THANKS_NOW"),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            xdg_data_home: path("XDG_DATA_HOME"),
            xdg_state_home: path("XDG_STATE_HOME"),
            home: path("HOME").or_else(|| on_windows("USERPROFILE")),
            appdata: on_windows("APPDATA"),
            local_appdata: on_windows("LOCALAPPDATA"),
            visual: text("VISUAL"),
            editor: text("EDITOR"),
            tz: any("TZ").map(lossy),
        }
    }

    /// The command of the user's editor, if one is named: `VISUAL` before `EDITOR`.
    pub fn editor_command(&self) -> Option<&str> {
        self.visual.as_deref().or(self.editor.as_deref())
    }

    /// The first absolute one of an XDG folder (a relative one is to be ignored: XDG base
    /// directories 0.8), Windows's own place, and a folder below the home.
    fn base(&self, xdg: &Option<PathBuf>, windows: &Option<PathBuf>, home: &str) -> Option<PathBuf> {
        let below_home = self.home.as_ref().map(|folder| folder.join(home));
        [xdg.clone(), windows.clone(), below_home]
            .into_iter()
            .flatten()
            .find(|folder| folder.is_absolute())
            .map(|folder| folder.join("thanks"))
    }
}

impl Paths {
    pub fn find(environment: &Environment) -> Result<Paths, Problem> {
        let e = environment;
        if let Some(home) = e.thanks_home.as_ref().filter(|home| !home.is_absolute()) {
            // Another database in every folder would mean a second note to the same person.
            return Err(Problem::new(
                Kind::Config,
                format!("THANKS_HOME is not an absolute path: {}", home.display()),
            ));
        }
        let state = e.base(&e.xdg_state_home, &e.local_appdata, ".local/state");
        let (config, data, state) = match &e.thanks_home {
            Some(home) => (home.clone(), home.clone(), state.unwrap_or_else(|| home.clone())),
            None => {
                let config = e.base(&e.xdg_config_home, &e.appdata, ".config");
                let data = e.base(&e.xdg_data_home, &e.local_appdata, ".local/share");
                match (config, data, state) {
                    (Some(config), Some(data), Some(state)) => (config, data, state),
                    _ => {
                        return Err(Problem::new(
                            Kind::Config,
                            "neither HOME nor THANKS_HOME is set, so there is no place for the data",
                        )
                        .hint("set THANKS_HOME to a folder of your own"));
                    }
                }
            }
        };
        let config_file = e.thanks_config.clone().unwrap_or_else(|| config.join("config.toml"));
        Ok(Paths {
            templates_dir: folder_of(&config_file).join("templates"),
            config_file,
            database: data.join("thanks.db"),
            journal: data.join("journal"),
            lock: data.join("send.lock"),
            data_dir: data,
            state_dir: state,
        })
    }

    /// Where the calendars of the user's own holidays are.
    pub fn holidays(&self, policy: &super::PolicyTable) -> Vec<PathBuf> {
        let folder = folder_of(&self.config_file);
        policy.holidays_ics.iter().map(|path| folder.join(path)).collect()
    }

    /// The folder of the user's own templates, as configured or by default.
    pub fn templates(&self, configured: &super::Templates) -> PathBuf {
        match &configured.folder {
            Some(folder) => folder_of(&self.config_file).join(folder),
            None => self.templates_dir.clone(),
        }
    }
}

/// 32 hexadecimal digits that tell this machine from others, made at the first call. They stay
/// behind when the database is copied.
pub fn machine_id(paths: &Paths) -> Result<String, Problem> {
    let file = paths.state_dir.join("machine-id");
    if let Some(id) = read_machine_id(&file)? {
        return Ok(id);
    }
    create_machine_id(&file).map_err(|error| failed_write(&file, &error))?;
    // Another process may have been first: what stands in the file is the id.
    read_machine_id(&file)?.ok_or_else(|| bad_machine_id(&file))
}

/// The time zone of this computer: `TZ`, else what the system says.
pub fn local_zone(environment: &Environment) -> Result<Zone, Problem> {
    if let Some(name) = environment.tz.as_deref().map(zone_name) {
        match name {
            ZoneName::Utc => return Ok(Zone::utc()),
            ZoneName::Named(name) => {
                return Zone::named(name).map_err(|unknown| unknown_zone("TZ", unknown));
            }
            ZoneName::System => {}
        }
    }
    match iana_time_zone::get_timezone() {
        Ok(name) => Zone::named(&name).map_err(|unknown| unknown_zone("this computer", unknown)),
        Err(_) => Err(Problem::new(Kind::Config, "this computer does not say its time zone")
            .hint("set timezone in the section [me] of the configuration, or TZ")),
    }
}

/// Whether a program is there, by its path or on the search path.
#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
pub fn finds_program(program: &str) -> bool {
    if Path::new(program).components().count() > 1 {
        return Path::new(program).is_file();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .any(|folder| folder.join(program).is_file() || folder.join(format!("{program}.exe")).is_file())
}

/// Which release of the IANA database this computer has, where it says so.
pub fn system_zones() -> Option<String> {
    let text = fs::read("/usr/share/zoneinfo/tzdata.zi").ok()?;
    let first = String::from_utf8_lossy(text.get(..40)?).into_owned();
    let version = first.lines().next()?.strip_prefix("# version ")?;
    version.chars().all(char::is_alphanumeric).then(|| version.to_owned())
}

enum ZoneName<'a> {
    Utc,
    Named(&'a str),
    /// TZ points at the system's own file.
    System,
}

/// What TZ means: `Europe/Berlin`, `:Europe/Berlin` or a file below `zoneinfo/`.
fn zone_name(tz: &str) -> ZoneName<'_> {
    let tz = tz.trim().trim_start_matches(':');
    if tz.is_empty() {
        return ZoneName::Utc;
    }
    if !tz.starts_with('/') {
        return ZoneName::Named(tz);
    }
    match tz.split_once("/zoneinfo/") {
        Some((_, name)) => ZoneName::Named(
            name.strip_prefix("posix/").or_else(|| name.strip_prefix("right/")).unwrap_or(name),
        ),
        None => ZoneName::System,
    }
}

pub(super) fn unknown_zone(who: &str, unknown: UnknownZone) -> Problem {
    let near = unknown.nearest.as_deref().unwrap_or("Europe/Berlin");
    Problem::new(
        Kind::Config,
        format!("{who} names a time zone that is unknown: `{}`", printable(&unknown.name)),
    )
    .hint(format!("zones are named like {near}: set TZ, or timezone in the section [me]"))
}

fn read_machine_id(file: &Path) -> Result<Option<String>, Problem> {
    match fs::read(file) {
        Ok(bytes) => {
            let id = String::from_utf8_lossy(&bytes).trim().to_owned();
            if id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()) {
                Ok(Some(id))
            } else {
                Err(bad_machine_id(file))
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::new(
            match error.kind() {
                ErrorKind::PermissionDenied => Kind::Permission,
                _ => Kind::LocalIo,
            },
            format!("{} cannot be read", file.display()),
        )
        .detail(error.to_string())),
    }
}

fn bad_machine_id(file: &Path) -> Problem {
    Problem::new(Kind::LocalIo, format!("{} holds no machine id", file.display()))
        .hint("remove it while nothing is being sent; a new one is made")
}

fn create_machine_id(file: &Path) -> io::Result<()> {
    create_private_folder(folder_of(file))?;
    let id = random_hex().map_err(io::Error::other)?;
    let (draft, mut out) = create_draft(file)?;
    out.write_all(id.as_bytes())?;
    out.sync_all()?;
    // A link does not replace the id of a process that was first; where there are no links, the
    // rename might.
    let linked = match fs::hard_link(&draft, file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => fs::rename(&draft, file),
        _ => Ok(()),
    };
    let _ = fs::remove_file(&draft);
    linked?;
    sync_folder(folder_of(file))
}
