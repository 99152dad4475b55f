//! A record as bytes.
//!
//! The fields have fixed places, so that a script can compare and change one without decoding the others.
//! Numbers are big-endian.
//!
//! | bytes | content |
//! |---|---|
//! | 0 | format, 1 |
//! | 1 | state |
//! | 2..10 | version |
//! | 10..18 | time of the last login |
//! | 18..26 | time of the last use |
//! | 26..34 | end |
//! | 34..42 | seconds without use after which the session ends |
//! | 42..74 | lineage |
//! | 74..78 | length of the owner |
//! | 78.. | owner, data |

use jam_core::session::{Record, SessionData, SessionId};

const FORMAT: u8 = 1;
const HEAD: usize = 78;
const ID: usize = 32;

/// A session that is alive, unless its times say otherwise.
const ALIVE: u8 = b'R';
/// A session that is being created. It opens nothing.
const NEW: u8 = b'N';
/// The successor of another record, whose id follows the data. It is alive once the other one has moved to it.
const SUCCESSOR: u8 = b'P';
/// A record that was rotated. The id of its successor follows.
const MOVED: u8 = b'M';

/// The content of a key.
#[derive(Debug)]
pub(crate) enum Stored {
    Alive(Record),
    New(Record),
    Successor {
        of: SessionId,
        record: Record,
    },
    Moved(SessionId),
    /// Written by something else, or by a later version.
    Unreadable,
}

/// The state in which a record is written.
#[derive(Clone, Copy)]
pub(crate) enum State {
    New,
    SuccessorOf(SessionId),
}

pub(crate) fn encode(record: &Record, state: State) -> Vec<u8> {
    let (kind, predecessor) = match state {
        State::New => (NEW, None),
        State::SuccessorOf(id) => (SUCCESSOR, Some(id)),
    };
    let owner = record.owner.as_bytes();
    let data = record.data.as_json();
    let mut bytes = Vec::with_capacity(HEAD + owner.len() + data.len() + ID);
    bytes.extend([FORMAT, kind]);
    for number in [
        record.version,
        record.auth_time,
        record.last_seen,
        record.expires_at,
        record.idle,
    ] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(record.lineage.as_bytes());
    // Redis stores at most 512 MB in one value.
    let length = u32::try_from(owner.len()).unwrap_or(u32::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(owner);
    bytes.extend(data);
    bytes.extend(predecessor.iter().flat_map(SessionId::as_bytes));
    bytes
}

pub(crate) fn decode(bytes: &[u8]) -> Stored {
    let decoded = read(bytes).unwrap_or(Stored::Unreadable);
    if matches!(decoded, Stored::Unreadable) {
        // A session that cannot be read is no session. Its content stays out of the log.
        tracing::warn!(target: "jam", "a value of Redis cannot be read as a session");
    }
    decoded
}

fn read(bytes: &[u8]) -> Option<Stored> {
    let (&[FORMAT, kind], rest) = bytes.split_first_chunk::<2>()? else {
        return None;
    };
    match kind {
        MOVED => Some(Stored::Moved(id(rest)?)),
        ALIVE => Some(Stored::Alive(read_record(rest)?)),
        NEW => Some(Stored::New(read_record(rest)?)),
        SUCCESSOR => {
            let (rest, predecessor) = rest.split_last_chunk::<ID>()?;
            Some(Stored::Successor {
                of: SessionId::from_bytes(*predecessor),
                record: read_record(rest)?,
            })
        }
        _ => None,
    }
}

fn read_record(bytes: &[u8]) -> Option<Record> {
    let (numbers, rest) = bytes.split_first_chunk::<40>()?;
    let (numbers, _) = numbers.as_chunks::<8>();
    let mut times = numbers.iter().map(|number| u64::from_be_bytes(*number));
    let mut next = || times.next().filter(|number| *number <= Record::LAST);
    let (version, auth_time, last_seen, expires_at, idle) =
        (next()?, next()?, next()?, next()?, next()?);
    let (lineage, rest) = rest.split_first_chunk::<ID>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (owner, data) = rest.split_at_checked(length)?;
    let owner = String::from_utf8(owner.to_vec()).ok()?;
    let mut record = Record::new(owner, SessionData::from_json(data), auth_time, expires_at);
    record.version = version;
    record.last_seen = last_seen;
    record.idle = idle;
    record.lineage = SessionId::from_bytes(*lineage);
    Some(record)
}

/// Reads an id, or `None` if it has another length.
pub(crate) fn id(bytes: &[u8]) -> Option<SessionId> {
    Some(SessionId::from_bytes(bytes.try_into().ok()?))
}
