// `nest` takes a path and a table.

use jam::{Jam, JamRouter, jam_routes};

fn inner() -> JamRouter<Jam> {
    jam_routes![]
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        nest("api", inner()),
        nest("/", inner()),
        nest("/api/", inner()),
        nest("/api"),
        nest(),
        crate = "jam",
    ]
}

fn main() {
    routes();
}
