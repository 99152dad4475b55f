//! The statements, and the places of their parameters.

use tokio_postgres::types::Type;

use crate::schema::Prefix;

/// Ended rows that one statement deletes at most.
const DELETED: &str = "4";

/// A statement with the types of its parameters.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) types: Vec<Type>,
}

/// All statements of a store.
#[derive(Debug)]
pub(crate) struct Statements {
    pub(crate) version: Statement,
    pub(crate) lock: Statement,
    pub(crate) lock_row: Statement,
    pub(crate) create: Statement,
    pub(crate) clean: Statement,
    pub(crate) load: Statement,
    pub(crate) note_use: Statement,
    pub(crate) update: Statement,
    pub(crate) exists: Statement,
    pub(crate) rotate: Statement,
    pub(crate) find: Statement,
    pub(crate) delete: Statement,
    pub(crate) delete_by_owner: Statement,
    pub(crate) list: Statement,
    pub(crate) values: Statement,
    pub(crate) set_value: Statement,
    pub(crate) swap_value: Statement,
}

/// The columns that `row` reads.
const COLUMNS: &str = "id, owner, lineage, version, auth_time, last_seen, expires_at, idle, data";

impl Statements {
    /// Makes the statements for the tables of a prefix. Without `notify` they tell no one of changes.
    pub(crate) fn new(prefix: &Prefix, notify: bool) -> Self {
        const I: Type = Type::INT8;
        const B: Type = Type::BYTEA;
        const T: Type = Type::TEXT;
        let make = |types: &[Type], sql: &str| {
            let sql = sql
                .replace("{columns}", COLUMNS)
                .replace("{deleted}", DELETED)
                // The index of owners has hashes, because a name may be longer than an index takes.
                .replace("{owner}", "sha256(owner) = sha256($2) AND owner = $2")
                .replace("{ends}", "least(expires_at, last_seen + idle)");
            let sql = told(&sql, notify);
            Statement {
                sql: prefix.put(&sql),
                types: types.to_vec(),
            }
        };
        Self {
            version: make(&[], "SELECT version FROM {prefix}schema"),
            lock: make(&[I], "SELECT pg_advisory_xact_lock($1)"),
            lock_row: make(
                &[B],
                "SELECT FROM {prefix}sessions WHERE id = $1 FOR UPDATE",
            ),
            create: make(&[B, B, B, I, I, I, I, I, B, I, Type::BOOL, T], CREATE),
            clean: make(&[I], CLEAN),
            load: make(&[B], "SELECT {columns} FROM {prefix}sessions WHERE id = $1"),
            note_use: make(&[B, I, I, I, I], NOTE_USE),
            update: make(&[B, I, B, I, I, T], UPDATE),
            exists: make(
                &[B],
                "SELECT EXISTS (SELECT FROM {prefix}sessions WHERE id = $1)",
            ),
            rotate: make(&[B, B, B, I, I, I, I, I, B, B, T], ROTATE),
            find: make(&[B], FIND),
            delete: make(&[B, T], DELETE),
            delete_by_owner: make(&[B, B, T], DELETE_BY_OWNER),
            list: make(
                &[B, B, I],
                "SELECT {columns} FROM {prefix}sessions WHERE {owner} AND id > $1 ORDER BY id LIMIT $3",
            ),
            values: make(
                &[Type::BYTEA_ARRAY, I],
                "SELECT key, bytes, expires_at FROM {prefix}values WHERE key = ANY ($1) AND expires_at > $2",
            ),
            set_value: make(&[B, B, I, I, T], &value(SET_VALUE)),
            swap_value: make(&[B, B, I, I, T, B], &value(SWAP_VALUE)),
        }
    }
}

/// Replaces `{told r id $2}` by an expression that tells of each row. Its last part is the parameter with the
/// beginning of the text.
fn told(sql: &str, notify: bool) -> String {
    let Some((before, (told, after))) = sql
        .split_once("{told ")
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return sql.to_owned();
    };
    let parts: Vec<_> = told.split(' ').collect();
    let expression = match parts[..] {
        [kind, column, parameter] if notify => format!(
            "count(pg_notify('{{prefix}}changes', {parameter} || '{kind}' || encode({column}, 'hex')))"
        ),
        _ => "count(*)".to_owned(),
    };
    format!("{before}{expression}{after}")
}

/// Adds the cleanup of expired values to a statement. It comes after the write and never waits for a row, so
/// that two of them cannot wait for each other.
fn value(write: &str) -> String {
    format!(
        "WITH written AS ({write} RETURNING key), due AS MATERIALIZED (\
         SELECT key FROM {{prefix}}values WHERE expires_at < $4 - 86400 AND key <> $1 AND EXISTS (SELECT FROM written) \
         ORDER BY expires_at LIMIT {{deleted}} FOR UPDATE SKIP LOCKED\
         ), cleaned AS (DELETE FROM {{prefix}}values v USING due WHERE v.key = due.key) \
         SELECT count(*), {{told v key $5}} FROM written"
    )
}

// 1 id, 2 owner, 3 lineage, 4 version, 5 auth_time, 6 last_seen, 7 expires_at, 8 idle, 9 data, 10 the largest
// number of sessions, 11 whether the least recently used one ends, 12 origin. The lock of the owner is held.
const CREATE: &str = "\
WITH alive AS MATERIALIZED (
    SELECT id, last_seen FROM {prefix}sessions WHERE {owner} AND {ends} > $6
), made AS (
    INSERT INTO {prefix}sessions ({columns})
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE $11 OR (SELECT count(*) FROM alive) < $10
    ON CONFLICT (id) DO NOTHING RETURNING id
), ended AS (
    DELETE FROM {prefix}sessions WHERE EXISTS (SELECT FROM made) AND id IN (
        SELECT id FROM alive ORDER BY last_seen, id
        LIMIT greatest((SELECT count(*) FROM alive) + 1 - $10, 0)
    ) RETURNING id
)
SELECT EXISTS (SELECT FROM made),
    EXISTS (SELECT FROM {prefix}sessions WHERE id = $1),
    NOT $11 AND (SELECT count(*) FROM alive) >= $10,
    ARRAY(SELECT id FROM ended),
    (SELECT {told r id $12} FROM ended)";

// 1 a day. It never waits for a row.
const CLEAN: &str = "\
WITH due AS MATERIALIZED (
    SELECT id FROM {prefix}sessions WHERE end_day < $1
    ORDER BY end_day LIMIT {deleted} FOR UPDATE SKIP LOCKED
)
DELETE FROM {prefix}sessions s USING due WHERE s.id = due.id";

// 1 id, 2 now, 3 interval, 4 idle timeout, 5 the latest login. The conditions are those of `Usage::is_due`. A
// row that does not meet them any more is neither written nor locked.
const NOTE_USE: &str = "\
UPDATE {prefix}sessions SET last_seen = $2
WHERE id = $1 AND last_seen < $2 AND $2 - last_seen >= $3
    AND $2 < {ends} AND $2 < last_seen + $4 AND auth_time <= $5";

// 1 id, 2 version, 3 data, 4 auth_time, 5 expires_at, 6 origin.
const UPDATE: &str = "\
WITH changed AS (
    UPDATE {prefix}sessions SET data = $3, auth_time = $4, expires_at = $5, version = version + 1
    WHERE id = $1 AND version = $2 RETURNING id
)
SELECT count(*), {told r id $6} FROM changed";

// 1 new id, 2 owner, 3 lineage, 4 version of the old record, 5 auth_time, 6 last_seen, 7 expires_at, 8 idle,
// 9 data, 10 old id, 11 origin. The locks of the owner and of the old row are held.
const ROTATE: &str = "\
WITH old AS MATERIALIZED (
    SELECT version, last_seen FROM {prefix}sessions WHERE id = $10 AND owner = $2
), made AS (
    INSERT INTO {prefix}sessions ({columns})
    SELECT $1, $2, $3, 0, $5, greatest($6, old.last_seen), $7, $8, $9 FROM old WHERE old.version = $4
    ON CONFLICT (id) DO NOTHING RETURNING id
), gone AS (
    DELETE FROM {prefix}sessions WHERE id = $10 AND EXISTS (SELECT FROM made) RETURNING id
)
SELECT EXISTS (SELECT FROM old), EXISTS (SELECT FROM made), (SELECT {told r id $11} FROM gone)";

// 1 id.
const FIND: &str = "\
SELECT id FROM (
    SELECT 0 AS place, id FROM {prefix}sessions WHERE id = $1
    UNION ALL
    SELECT 1, id FROM {prefix}sessions WHERE lineage = $1 AND lineage <> id
) AS found ORDER BY place LIMIT 1";

// 1 id, 2 origin.
const DELETE: &str = "\
WITH gone AS (DELETE FROM {prefix}sessions WHERE id = $1 RETURNING id)
SELECT count(*), {told r id $2} FROM gone";

// 1 the session to keep or null, 2 owner, 3 origin. The lock of the owner is held.
const DELETE_BY_OWNER: &str = "\
WITH gone AS (
    DELETE FROM {prefix}sessions
    WHERE {owner} AND ($1 IS NULL OR (id <> $1 AND lineage IS DISTINCT FROM $1)) RETURNING id
)
SELECT ARRAY(SELECT id FROM gone), (SELECT {told r id $3} FROM gone)";

// 1 key, 2 bytes, 3 expires_at, 4 now, 5 origin.
const SET_VALUE: &str = "\
INSERT INTO {prefix}values AS v (key, bytes, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, expires_at = excluded.expires_at
WHERE v.expires_at <= $4";

// As above, and 6 the present bytes.
const SWAP_VALUE: &str = "\
UPDATE {prefix}values SET bytes = $2, expires_at = $3
WHERE key = $1 AND bytes = $6 AND expires_at > $4";
