// A table is not a router before it is checked.

use axum::Router;
use jam::{Jam, JamRouter, jam_routes};

fn routes() -> JamRouter<Jam> {
    jam_routes![]
}

fn main() {
    let _ = Router::<Jam>::new().nest_service("/api", routes());
    let _ = Router::<Jam>::new().nest("/api", routes());
}
