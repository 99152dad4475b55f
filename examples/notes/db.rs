//! An in-memory replacement for a database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::user::{Role, User};

pub(crate) type NoteId = u64;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) id: NoteId,
    pub(crate) owner: u64,
    pub(crate) text: String,
}

/// A hash that no password has. It has the parameters of the users' hashes.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$\
                      QlFkcu5ORAcGhDMLiC3Swfz8DUDbBYZEXdcr4MTd6eE";

#[derive(Clone, Default)]
pub(crate) struct Db(Arc<Mutex<Tables>>);

#[derive(Default)]
struct Tables {
    last_id: u64,
    notes: BTreeMap<NoteId, Note>,
    /// The user and the password hash, by name.
    users: BTreeMap<String, (User, String)>,
}

impl Tables {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

impl Db {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a user with a random password and returns the password.
    pub(crate) fn add_user(&self, name: &str, roles: &[Role]) -> String {
        let password = crate::api_keys::random();
        let hash = password_auth::generate_hash(&password);
        let mut tables = self.tables();
        let scopes: &[&str] = match roles.contains(&Role::Editor) {
            true => &["notes:read", "notes:write"],
            false => &["notes:read"],
        };
        let user = User {
            id: tables.next_id(),
            name: name.to_owned(),
            roles: roles.to_vec(),
            scopes: scopes.iter().collect(),
        };
        tables.users.insert(name.to_owned(), (user, hash));
        password
    }

    /// Returns the user with this name and password. The password hash makes this call slow on
    /// purpose.
    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Option<User> {
        // An unknown name takes the same time, so that the time does not reveal which names exist.
        let known = self.tables().users.get(name).cloned();
        let hash = known.as_ref().map_or(NOBODY, |(_, hash)| hash);
        let is_right = password_auth::verify_password(password, hash).is_ok();
        known.filter(|_| is_right).map(|(user, _)| user)
    }

    pub(crate) fn remove_user(&self, id: u64) {
        let mut tables = self.tables();
        tables.users.retain(|_, (user, _)| user.id != id);
        tables.notes.retain(|_, note| note.owner != id);
    }

    pub(crate) fn users(&self) -> Vec<String> {
        self.tables().users.keys().cloned().collect()
    }

    pub(crate) fn notes_of(&self, owner: u64) -> Vec<Note> {
        let tables = self.tables();
        let notes = tables.notes.values().filter(|note| note.owner == owner);
        notes.cloned().collect()
    }

    pub(crate) fn owner_of(&self, id: NoteId) -> Option<u64> {
        self.tables().notes.get(&id).map(|note| note.owner)
    }

    pub(crate) fn add_note(&self, owner: u64, text: String) -> Note {
        let mut tables = self.tables();
        let id = tables.next_id();
        let note = Note { id, owner, text };
        tables.notes.insert(id, note.clone());
        note
    }

    pub(crate) fn set_note(&self, id: NoteId, text: String) -> Option<Note> {
        let mut tables = self.tables();
        let note = tables.notes.get_mut(&id)?;
        note.text = text;
        Some(note.clone())
    }

    pub(crate) fn count_notes(&self) -> usize {
        self.tables().notes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{Db, NOBODY, Role};

    #[test]
    fn an_unknown_name_takes_as_long_as_a_wrong_password() {
        let db = Db::default();
        let password = db.add_user("ann", &[Role::Reader]);
        assert!(db.sign_in("ann", &password).is_some());
        assert!(db.sign_in("ann", "wrong").is_none());
        assert!(db.sign_in("nobody", "wrong").is_none());
        // The hash has the same algorithm and parameters, and can be parsed.
        let users = password_auth::generate_hash("");
        let parameters = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(parameters(NOBODY), parameters(&users));
        assert!(matches!(
            password_auth::verify_password("", NOBODY),
            Err(password_auth::VerifyError::PasswordInvalid)
        ));
    }
}
