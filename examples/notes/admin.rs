//! Handlers for administrators. The table requires the role.

use axum::Json;
use axum::extract::State;

use crate::db::Db;

pub(crate) async fn index(State(db): State<Db>) -> Json<Vec<String>> {
    Json(db.users())
}
