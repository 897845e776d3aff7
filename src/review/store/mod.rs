//! [`Store`]: one SQLite file with all verdicts, to which rows are only ever added.
//!
//! It holds who said what of which row, when, and from which sheet; no text of the corpus and no
//! comment. Triggers refuse changes, and a chain of digests over all rows shows those that were
//! made past the triggers. What was cut off at the end the chain cannot show: whoever keeps its
//! head can.

mod append;
mod chain;
mod rows;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::RunError;

pub use append::{Addition, Appended, Mode, NewVerdict, Refusal};
pub use rows::{Head, Kept, StoredSample, StoredSheet, StoredVerdict};

/// `YJRV`, in the header of the file.
const APPLICATION: i32 = 0x594A_5256;
/// Version of the tables.
pub const STORE_FORMAT: i32 = 1;
/// How long another command that writes is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

const SCHEMA: &str = include_str!("schema.sql");

/// The verdicts of people.
pub struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    /// Opens a store that is there, for reading.
    ///
    /// # Errors
    ///
    /// If there is none, or it is none.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        // SQLite opens what may not be written for reading only, and else must be able to take back
        // what a killed command has left half-written.
        let store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if store.is_new()? {
            return Err(RunError::state(
                format!("{} is empty", path.display()),
                "yujian review import fills it",
            ));
        }
        store.known()
    }

    /// Opens a store for adding to it, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// If there is something else of that name, or it cannot be made.
    pub fn open_or_create(path: &Path) -> Result<Self, RunError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut store = Self::connect(path, flags)?;
        if store.is_new()? {
            store.create()?;
        }
        store.known()
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, RunError> {
        // Empty names and `:memory:` are no files to SQLite.
        let named = if path.is_relative() {
            Path::new(".").join(path)
        } else {
            path.to_owned()
        };
        if !flags.contains(OpenFlags::SQLITE_OPEN_CREATE) {
            // SQLite says of all that cannot be opened that it cannot be opened.
            std::fs::File::open(&named).map_err(|error| RunError::io("read", path, error))?;
        }
        if named.is_dir() {
            return Err(RunError::state(
                format!("{} is a folder", path.display()),
                "name a file, such as verdicts.sqlite",
            ));
        }
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&named, flags);
        let connection = connection.map_err(|error| told(path, &error))?;
        let store = Self {
            path: path.to_owned(),
            connection,
        };
        store
            .connection
            .busy_timeout(PATIENCE)
            .map_err(|e| store.told(&e))?;
        // Views and triggers of a file that somebody else made are not run.
        let guard = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
        store
            .connection
            .execute_batch(guard)
            .map_err(|e| store.told(&e))?;
        Ok(store)
    }

    fn number(&self, pragma: &str) -> Result<i32, RunError> {
        let value = self
            .connection
            .pragma_query_value(None, pragma, |row| row.get(0));
        value.map_err(|error| self.told(&error))
    }

    fn is_new(&self) -> Result<bool, RunError> {
        let tables = "SELECT count(*) FROM sqlite_schema";
        let tables: i64 = self
            .connection
            .query_row(tables, [], |row| row.get(0))
            .map_err(|error| self.told(&error))?;
        Ok(tables == 0 && self.number("application_id")? == 0 && self.number("user_version")? == 0)
    }

    fn create(&mut self) -> Result<(), RunError> {
        let made = (|| {
            let behavior = rusqlite::TransactionBehavior::Immediate;
            let transaction = self.connection.transaction_with_behavior(behavior)?;
            let version: i32 =
                transaction.pragma_query_value(None, "user_version", |r| r.get(0))?;
            // Another command may have been faster.
            if version == 0 {
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "application_id", APPLICATION)?;
                transaction.pragma_update(None, "user_version", STORE_FORMAT)?;
            }
            transaction.commit()
        })();
        made.map_err(|error| self.told(&error))
    }

    /// Itself, if it is a store of this version with all its triggers.
    fn known(self) -> Result<Self, RunError> {
        let name = self.path.display();
        if self.number("application_id")? != APPLICATION {
            return Err(RunError::state(
                format!("{name} is a database of something else"),
                "name the file that yujian review import has written, or one that is not there yet",
            ));
        }
        let version = self.number("user_version")?;
        if version != STORE_FORMAT {
            return Err(RunError::state(
                format!(
                    "{name} has version {version} of the tables, and this program knows {STORE_FORMAT}"
                ),
                "use the version of the program that has written it, or a newer one",
            ));
        }
        let schema = |connection: &Connection| {
            let mut query = connection
                .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
            let all: Result<Vec<String>, rusqlite::Error> =
                query.query_map([], |row| row.get(0))?.collect();
            all
        };
        let expected = (|| {
            let fresh = Connection::open_in_memory()?;
            fresh.execute_batch(SCHEMA)?;
            schema(&fresh)
        })();
        let found = schema(&self.connection);
        if found.map_err(|e| self.told(&e))? != expected.map_err(|e| self.told(&e))? {
            return Err(RunError::state(
                format!(
                    "the tables or triggers of {name} were changed, so that nothing guards its rows"
                ),
                "take a copy from before that, or import the sheets into a new file",
            ));
        }
        Ok(self)
    }

    fn told(&self, error: &rusqlite::Error) -> RunError {
        told(&self.path, error)
    }
}

/// What went wrong with a store, and what to do about it.
fn told(path: &Path, error: &rusqlite::Error) -> RunError {
    let name = path.display();
    let (what, hint) = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => (
            "is no database".to_owned(),
            "name the file that yujian review import has written, or one that is not there yet",
        ),
        Some(ErrorCode::DatabaseCorrupt) => (
            "is damaged".to_owned(),
            "take a copy from before that, or import the sheets into a new file",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            "is in use by another command".to_owned(),
            "wait until it has ended and try again; nothing was imported",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
            "may not be written".to_owned(),
            "ask for the right to write it and its folder, or name another file",
        ),
        Some(ErrorCode::DiskFull) => (
            "cannot grow: the disk is full".to_owned(),
            "make room and try again; what was imported before is whole, and this was not imported",
        ),
        Some(ErrorCode::CannotOpen) => (
            "cannot be opened".to_owned(),
            "check that its folder is there and may be written",
        ),
        _ => (
            format!("cannot be used ({error})"),
            "check the file; what was imported before is whole",
        ),
    };
    RunError::state(format!("{name} {what}"), hint)
}
