//! Session stores on servers of their own, with 64 operations in flight.
//!
//!     stores speed ROUNDS [PEERS]    operations per second beside other clients, as the median of all rounds:
//!                                    `requests <name> <operations per second>`. PEERS is the program of
//!                                    benches/peers.
//!     stores size STORE COUNT ..     requests per second of redis, postgres or sqlite with so many sessions, and at
//!                                    the end the bytes of one session: `bytes <store> <bytes>`

mod records;
mod size;
mod speed;

use records::Outcome;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [what, rounds, peers @ ..] if what == "speed" && peers.len() < 2 => {
            let (rounds, peers) = (rounds.parse()?, peers.first().map(String::as_str));
            speed::redis(rounds, peers).await?;
            speed::postgres(rounds).await?;
            speed::sqlite(rounds, peers).await
        }
        [what, store, sizes @ ..] if what == "size" && !sizes.is_empty() => {
            let sizes: Result<Vec<u32>, _> = sizes.iter().map(|size| size.parse()).collect();
            size::of(store, &sizes?).await
        }
        _ => Err("see the head of benches/src/bin/stores/main.rs".into()),
    }
}
