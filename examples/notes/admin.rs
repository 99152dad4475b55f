//! For administrators. That the caller is one is said in the table.

use axum::Json;
use axum::extract::State;

use crate::db::Db;

pub(crate) async fn index(State(db): State<Db>) -> Json<Vec<String>> {
    Json(db.users())
}
