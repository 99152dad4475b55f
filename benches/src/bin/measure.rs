//! Runs one measurement and prints one line for each result: `<kind> <case> <number>`.
//!
//!     measure count [CASE ..]        instructions of one request, or of one operation
//!     measure growth                 instructions of one request while one quantity grows
//!     measure bytes jam|tower COUNT  resident bytes of one session among COUNT sessions
//!     measure sweep COUNT            milliseconds of the longest step that frees expired sessions
//!     measure places CASE            the addresses of the executed instructions
//!     measure time [ROUNDS]          nanoseconds of one request, as the median of all rounds
//!     measure operations NAME ..     nanoseconds of one operation each, as the median of all rounds
//!     measure serve CASE             serves the case on a free port and prints the port

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode};
use std::time::Instant;

use jam_benches::case::{self, Case};
use jam_benches::{cases, counter};

type Outcome = Result<(), Box<dyn Error>>;

/// The number of requests before the count starts. They fill caches and run one-time
/// initialization.
const WARM: usize = 64;
/// The number of requests that are counted one by one. A slow machine sets the clock during most of
/// them, see [`least`].
const COUNTED: usize = 25;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["count"] => {
            let names = cases::ALL.iter().map(|(name, _)| name);
            let operations = cases::OPERATIONS.iter().map(|(name, _)| name);
            names.chain(operations).try_for_each(|name| count(name))
        }
        ["count", names @ ..] => names.iter().try_for_each(|name| count(name)),
        ["places", name] => places(name),
        ["counted", name] => counted(name),
        ["growth"] => growth(),
        ["grown", what, size] => size
            .parse()
            .map_err(Into::into)
            .and_then(|size| grown(what, size)),
        ["bytes", whose, sessions] => sessions
            .parse()
            .map_err(Into::into)
            .and_then(|sessions| bytes(whose, sessions)),
        ["sweep", sessions] => sessions.parse().map_err(Into::into).and_then(sweep),
        ["time"] => time(41),
        ["time", rounds] => rounds.parse().map_err(Into::into).and_then(time),
        ["operations", names @ ..] => operations(names),
        ["serve", name] => serve(name),
        _ => Err("see the head of benches/src/bin/measure.rs".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error}");
            ExitCode::FAILURE
        }
    }
}

fn named(name: &str) -> Result<Case, Box<dyn Error>> {
    cases::named(name).ok_or_else(|| format!("there is no case `{name}`").into())
}

fn count(name: &str) -> Outcome {
    println!("instructions {name} {}", least(&["counted", name])?);
    Ok(())
}

/// Returns the fewest instructions of the counted parts of this program. A part can take more: the
/// system's clock is read again if it is set at the same time, and this is likely in a stepped
/// program, because it is slow.
fn least(arguments: &[&str]) -> Result<u64, Box<dyn Error>> {
    let counts = counter::count(Command::new(env::current_exe()?).args(arguments))?;
    let (empty, parts) = counts.split_first().ok_or("nothing was counted")?;
    let least = parts.iter().min().ok_or("nothing was counted")?;
    Ok(least - empty)
}

fn growth() -> Outcome {
    for (what, sizes) in jam_benches::growth::ALL {
        for size in *sizes {
            let instructions = least(&["grown", what, &size.to_string()])?;
            println!("growth {what} {size} {instructions}");
        }
    }
    Ok(())
}

/// Runs the requests in the process that [`growth`] steps.
fn grown(what: &str, size: usize) -> Outcome {
    let cases = jam_benches::growth::case(what, size);
    let mut cases = cases.ok_or_else(|| format!("there is no growth case `{what}`"))?;
    if let [(case, _)] = cases.as_mut_slice() {
        for _ in 0..WARM {
            let request = case.request();
            case.send(request);
        }
    }
    counter::be_counted()?;
    counter::counted(|| ())?;
    for (mut case, request) in cases {
        counter::counted(|| case.send(request))?;
    }
    Ok(())
}

fn resident() -> Result<u64, Box<dyn Error>> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = pages
        .split(' ')
        .nth(1)
        .ok_or("no resident pages")?
        .parse()?;
    Ok(pages * 4096)
}

fn bytes(whose: &str, sessions: usize) -> Outcome {
    let before = resident()?;
    let kept: Box<dyn std::any::Any> = match whose {
        "jam" => Box::new(cases::profiles(sessions)),
        "tower" => cases::fill_tower_sessions(sessions),
        _ => return Err(format!("there is no session store `{whose}`").into()),
    };
    let each = (resident()? - before) / sessions as u64;
    drop(kept);
    println!("bytes {whose} {each}");
    Ok(())
}

/// Measures the longest creation of one session, which also frees a few expired sessions. The
/// processor time of a creation is the upper bound of the time that it holds a lock.
fn sweep(sessions: usize) -> Outcome {
    use jam::session::{MemoryStore, OwnerLimit, Record, SessionData, SessionStore};
    use nix::time::{ClockId, clock_gettime};

    const BEGIN: u64 = 1_700_000_000;
    let store = MemoryStore::new();
    let data = SessionData::from_json("{}");
    let create = |number: usize, now: u64| {
        let id = jam_benches::people::session_id(number);
        let record = Record::new(format!("user-{number}"), data.clone(), now, now + 3600);
        case::run(store.create(id, record, OwnerLimit::DEFAULT))
    };
    for number in 0..sessions {
        create(number, BEGIN)?;
    }
    let mut longest = 0;
    let mut number = sessions;
    while store.len() > number - sessions {
        for _ in 0..10_000 {
            let begin = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?;
            create(number, BEGIN + 7200)?;
            let taken = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)? - begin;
            longest = longest
                .max(i128::from(taken.tv_sec()) * 1_000_000_000 + i128::from(taken.tv_nsec()));
            number += 1;
        }
    }
    println!("sweep jam {:.3}", longest as f64 / 1e6);
    Ok(())
}

fn places(name: &str) -> Outcome {
    let mut command = Command::new(env::current_exe()?);
    let places = counter::places(command.args(["counted", name]))?;
    for (at, (own, called)) in places {
        println!("{at:#x} {own} {called}");
    }
    Ok(())
}

/// Runs the requests in the process that [`count`] and [`places`] step.
fn counted(name: &str) -> Outcome {
    if let Some(mut operation) = cases::operation(name) {
        for _ in 0..WARM {
            operation();
        }
        counter::be_counted()?;
        counter::counted(|| ())?;
        for _ in 0..COUNTED {
            counter::counted(&mut operation)?;
        }
        return Ok(());
    }
    let mut case = named(name)?;
    for _ in 0..WARM {
        let request = case.request();
        case.send(request);
    }
    counter::be_counted()?;
    counter::counted(|| ())?;
    for _ in 0..COUNTED {
        let request = case.request();
        counter::counted(|| case.send(request))?;
    }
    Ok(())
}

/// Measures the cases in turn, so that all of them run at the same processor speeds.
fn time(rounds: usize) -> Outcome {
    const BATCH: usize = 256;
    let mut all: Vec<_> = cases::ALL
        .iter()
        .map(|(name, build)| (name, build(), Vec::new()))
        .collect();
    for round in 0..=rounds {
        for (_, case, times) in &mut all {
            let requests: Vec<_> = (0..BATCH).map(|_| case.request()).collect();
            let begin = Instant::now();
            for request in requests {
                case.send(request);
            }
            // The first round is a warm-up.
            if round > 0 {
                times.push(begin.elapsed().as_nanos() / BATCH as u128);
            }
        }
    }
    for (name, _, mut times) in all {
        times.sort_unstable();
        println!("nanoseconds {name} {}", times[times.len() / 2]);
    }
    Ok(())
}

/// Measures the processor time of operations in turn. It is for those that take too many instructions to be
/// stepped.
fn operations(names: &[&str]) -> Outcome {
    use nix::time::{ClockId, clock_gettime};

    const ROUNDS: usize = 301;
    let mut all = Vec::new();
    for name in names {
        let operation = cases::operation(name);
        let operation = operation.ok_or_else(|| format!("there is no operation `{name}`"))?;
        all.push((name, operation, Vec::with_capacity(ROUNDS)));
    }
    for round in 0..=ROUNDS {
        for (_, operation, times) in &mut all {
            let begin = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?;
            operation();
            let taken = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)? - begin;
            // The first round is a warm-up.
            if round > 0 {
                times
                    .push(i128::from(taken.tv_sec()) * 1_000_000_000 + i128::from(taken.tv_nsec()));
            }
        }
    }
    for (name, _, mut times) in all {
        times.sort_unstable();
        println!("nanoseconds {name} {}", times[times.len() / 2]);
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn serve(name: &str) -> Outcome {
    let case = named(name)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/me", listener.local_addr()?);
    if let Some((name, value)) = &case.header {
        println!("{name}: {value}");
    }
    axum::serve(listener, case.router()).await?;
    Ok(())
}
