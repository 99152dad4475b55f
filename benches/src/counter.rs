//! Counts the executed instructions of a part of a program. Another process steps the program.
//!
//! A virtual machine often has no hardware counters. The simulated processor of valgrind lacks the
//! SHA-256 instructions, so that hashing appears three times as expensive as it is.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::process::Command;

use nix::errno::Errno;
use nix::sys::personality::{self, Persona};
use nix::sys::ptrace;
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

/// The signal at the start and at the end of a counted part.
const MARK: Signal = Signal::SIGUSR1;

/// Lets the parent process step this process. The counted process calls it.
pub fn be_counted() -> Result<(), Errno> {
    ptrace::traceme()
}

/// Runs `part` as a counted part. The counted process calls it.
pub fn counted(part: impl FnOnce()) -> Result<(), Errno> {
    raise(MARK)?;
    part();
    raise(MARK)
}

/// Returns the instructions of each [`counted`] part of `command`, in order.
///
/// The count includes the instructions of the marks. An empty part gives their number.
pub fn count(command: &mut Command) -> Result<Vec<u64>, Box<dyn Error>> {
    let mut counts = Vec::new();
    Steps::of(command)?.parts(|steps| {
        let mut count = 0;
        steps.each(|_| {
            count += 1;
            Ok(())
        })?;
        counts.push(count);
        Ok(())
    })?;
    Ok(counts)
}

/// Counts, for each instruction of the program's own file, how often the parts of `command` execute
/// it, and how many library instructions it calls. The addresses are relative to the file.
pub fn places(command: &mut Command) -> Result<BTreeMap<u64, (u64, u64)>, Box<dyn Error>> {
    let mut places = BTreeMap::<_, (u64, u64)>::new();
    Steps::of(command)?.parts(|steps| {
        let (begin, end) = steps.program()?;
        let mut last = 0;
        steps.each(|pid| {
            let at = ptrace::getregs(pid)?.rip;
            let is_own = (begin..end).contains(&at);
            if is_own {
                last = at - begin;
            }
            let (own, called) = places.entry(last).or_default();
            *(if is_own { own } else { called }) += 1;
            Ok(())
        })
    })?;
    Ok(places)
}

struct Steps(Pid);

impl Steps {
    fn of(command: &mut Command) -> Result<Self, Box<dyn Error>> {
        // Memory addresses influence hash tables and text comparisons, so randomization is
        // disabled.
        personality::set(personality::get()? | Persona::ADDR_NO_RANDOMIZE)?;
        let child = command.spawn()?;
        Ok(Self(Pid::from_raw(child.id().try_into()?)))
    }

    /// Runs the program and calls `step` for every counted part.
    fn parts(
        self,
        mut step: impl FnMut(&Self) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        loop {
            match waitpid(self.0, None)? {
                WaitStatus::Exited(_, 0) => return Ok(()),
                WaitStatus::Stopped(_, MARK) => {
                    step(&self)?;
                    ptrace::cont(self.0, None)?;
                }
                WaitStatus::Stopped(_, signal) => {
                    let delivered = (signal != Signal::SIGTRAP).then_some(signal);
                    ptrace::cont(self.0, delivered)?;
                }
                status => return Err(format!("the counted program ended with {status:?}").into()),
            }
        }
    }

    /// Steps from one mark to the next mark.
    fn each(&self, mut step: impl FnMut(Pid) -> Result<(), Errno>) -> Result<(), Box<dyn Error>> {
        loop {
            ptrace::step(self.0, None)?;
            match waitpid(self.0, None)? {
                WaitStatus::Stopped(_, Signal::SIGTRAP) => step(self.0)?,
                WaitStatus::Stopped(_, MARK) => return Ok(()),
                status => return Err(format!("the counted program ended with {status:?}").into()),
            }
        }
    }

    /// Returns the address range of the program's own file in memory.
    fn program(&self) -> Result<(u64, u64), Box<dyn Error>> {
        let file = fs::read_link(format!("/proc/{}/exe", self.0))?;
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.0))?;
        let own = maps
            .lines()
            .filter(|line| line.ends_with(&*file.to_string_lossy()));
        let ranges = own.filter_map(|line| line.split(' ').next()?.split_once('-'));
        let ranges: Vec<_> = ranges.collect();
        match (ranges.first(), ranges.last()) {
            (Some((begin, _)), Some((_, end))) => Ok((
                u64::from_str_radix(begin, 16)?,
                u64::from_str_radix(end, 16)?,
            )),
            _ => Err("the memory map does not contain the program".into()),
        }
    }
}
