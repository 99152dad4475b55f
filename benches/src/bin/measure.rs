//! Measures, and says in one line each: `<what> <case> <figure>`.
//!
//!     measure count [CASE ..]        instructions of one request
//!     measure places CASE            at which addresses they are
//!     measure time [ROUNDS]          nanoseconds of one request, the median of rounds in turn
//!     measure serve CASE             answers on a free port, which it prints, until it is killed

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode};
use std::time::Instant;

use jam_benches::case::Case;
use jam_benches::{cases, counter};

type Outcome = Result<(), Box<dyn Error>>;

/// Requests before the counting begins: tables are filled, and what is made once is made.
const WARM: usize = 64;
/// Requests that are counted one by one.
const COUNTED: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["count"] => cases::ALL.iter().try_for_each(|(name, _)| count(name)),
        ["count", names @ ..] => names.iter().try_for_each(|name| count(name)),
        ["places", name] => places(name),
        ["counted", name] => counted(name),
        ["time"] => time(41),
        ["time", rounds] => rounds.parse().map_err(Into::into).and_then(time),
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

fn case(name: &str) -> Result<Case, Box<dyn Error>> {
    cases::named(name).ok_or_else(|| format!("there is no case `{name}`").into())
}

fn count(name: &str) -> Outcome {
    let counts = counter::count(Command::new(env::current_exe()?).args(["counted", name]))?;
    let (empty, requests) = counts.split_first().ok_or("nothing was counted")?;
    let mut requests: Vec<u64> = requests.iter().map(|count| count - empty).collect();
    requests.sort_unstable();
    println!("instructions {name} {}", requests[requests.len() / 2]);
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

/// The process that [`count`] and [`places`] step.
fn counted(name: &str) -> Outcome {
    let mut case = case(name)?;
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

/// The cases in turn, so that all of them see the processor at the same speeds.
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
            // The first round warms up.
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

#[tokio::main(flavor = "current_thread")]
async fn serve(name: &str) -> Outcome {
    let case = case(name)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/me", listener.local_addr()?);
    if let Some((name, value)) = &case.header {
        println!("{name}: {value}");
    }
    axum::serve(listener, case.router()).await?;
    Ok(())
}
