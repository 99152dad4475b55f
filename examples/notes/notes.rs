//! Notes. Each note belongs to the user that wrote it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jam::Auth;
use serde::Deserialize;

use crate::db::{Db, Note, NoteId};
use crate::user::User;

#[derive(Deserialize)]
pub(crate) struct Draft {
    text: String,
}

pub(crate) async fn list(user: Auth<User>, State(db): State<Db>) -> Json<Vec<Note>> {
    Json(db.notes_of(user.id))
}

pub(crate) async fn create(
    user: Auth<User>,
    State(db): State<Db>,
    Json(draft): Json<Draft>,
) -> (StatusCode, Json<Note>) {
    (StatusCode::CREATED, Json(db.add_note(user.id, draft.text)))
}

/// Updates a note. The policy in the table has checked that the caller owns it.
pub(crate) async fn update(
    Path(id): Path<NoteId>,
    State(db): State<Db>,
    Json(draft): Json<Draft>,
) -> Result<Json<Note>, StatusCode> {
    let note = db.set_note(id, draft.text);
    note.map(Json).ok_or(StatusCode::NOT_FOUND)
}
