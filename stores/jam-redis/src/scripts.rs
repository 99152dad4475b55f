//! The scripts. Each one reads and writes a single key, so that it runs on a cluster too.

use std::sync::LazyLock;

use redis::Script;

/// Functions that several scripts use. The places are those of `record.rs`, counted from 1.
const FUNCTIONS: &str = r"
local function number(text, at)
    local number = 0
    for i = at, at + 7 do number = number * 256 + string.byte(text, i) end
    return number
end
local function bytes(number)
    local all = {}
    for i = 8, 1, -1 do
        all[i] = string.char(number % 256)
        number = math.floor(number / 256)
    end
    return table.concat(all)
end
local function ends(record)
    return math.min(number(record, 27), number(record, 19) + number(record, 35))
end
-- The time that a key lives moves with the end of its session. So no clock of the server counts.
local function replace(key, old, new)
    local left = redis.call('PTTL', key)
    redis.call('SET', key, new)
    if left >= 0 then
        redis.call('PEXPIRE', key, math.max(1, left + (ends(new) - ends(old)) * 1000))
    end
end
-- The state of a record, or an empty text.
local function state(record)
    if not record or string.sub(record, 1, 1) ~= '\1' then return '' end
    local state = string.sub(record, 2, 2)
    -- A record that was cut cannot be read.
    if state ~= 'M' and #record < 78 then return '' end
    return state
end
local function owner(record)
    local length = number('\0\0\0\0' .. string.sub(record, 75, 78), 1)
    return string.sub(record, 79, 78 + length)
end
local function tell(channel, message)
    if channel ~= '' then redis.call('PUBLISH', channel, message) end
end
";

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(crate) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(&format!("{FUNCTIONS}{}", $text)));)*
    };
}

scripts! {
    /// Makes a new record alive. `milliseconds`. Returns 1, or 0 if it was deleted meanwhile.
    CONFIRM = r"
        if state(redis.call('GET', KEYS[1])) ~= 'N' then return 0 end
        redis.call('SETRANGE', KEYS[1], 1, 'R')
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return 1
    ";

    /// Notes a use. `now`.
    TOUCH = r"
        local record = redis.call('GET', KEYS[1])
        if state(record) ~= 'R' or number(ARGV[1], 1) <= number(record, 19) then return 0 end
        replace(KEYS[1], record, string.sub(record, 1, 18) .. ARGV[1] .. string.sub(record, 27))
        return 1
    ";

    /// Changes a record. `version, auth_time, expires_at, data, channel, message`. Returns its state, or `D`
    /// when it was done and `C` for another version.
    UPDATE = r"
        local record = redis.call('GET', KEYS[1])
        if state(record) ~= 'R' then return state(record) end
        if string.sub(record, 3, 10) ~= ARGV[1] then return 'C' end
        local head = string.sub(record, 1, 2) .. bytes(number(record, 3) + 1) .. ARGV[2]
            .. string.sub(record, 19, 26) .. ARGV[3] .. string.sub(record, 35, 78)
        replace(KEYS[1], record, head .. owner(record) .. ARGV[4])
        tell(ARGV[5], ARGV[6])
        return 'D'
    ";

    /// Moves a record to its successor. `version, owner, successor, channel, message`. Returns its state,
    /// `C` for another version, or `D` and the time of its last use when it was done.
    MOVE = r"
        local record = redis.call('GET', KEYS[1])
        if state(record) ~= 'R' then return state(record) end
        if owner(record) ~= ARGV[2] then return '' end
        if string.sub(record, 3, 10) ~= ARGV[1] then return 'C' end
        redis.call('SET', KEYS[1], '\1M' .. ARGV[3], 'KEEPTTL')
        tell(ARGV[4], ARGV[5])
        return 'D' .. string.sub(record, 19, 26)
    ";

    /// Makes the successor of `predecessor` alive. `predecessor, last_seen`.
    SETTLE = r"
        local record = redis.call('GET', KEYS[1])
        if state(record) ~= 'P' or string.sub(record, -32) ~= ARGV[1] then return 0 end
        local alive = '\1R' .. string.sub(record, 3, -33)
        if number(ARGV[2], 1) > number(alive, 19) then
            alive = string.sub(alive, 1, 18) .. ARGV[2] .. string.sub(alive, 27)
        end
        replace(KEYS[1], record, alive)
        return 1
    ";

    /// Deletes a record. `owner or empty, kept lineage or empty, channel, message, 1 if the owner counts`.
    /// Returns its state and, if it was alive, owner and lineage; if it was moved, the successor. `K` is a
    /// record that was kept.
    REMOVE = r"
        local record = redis.call('GET', KEYS[1])
        local state = state(record)
        if state == 'M' then return {state, string.sub(record, 3)} end
        if state ~= 'R' and state ~= 'N' then return {state} end
        if ARGV[5] == '1' and owner(record) ~= ARGV[1] then return {'K'} end
        if ARGV[2] ~= '' and string.sub(record, 43, 74) == ARGV[2] then return {'K'} end
        redis.call('DEL', KEYS[1])
        tell(ARGV[3], ARGV[4])
        return {state, owner(record), string.sub(record, 43, 74)}
    ";

    /// Points a lineage to the present record, if it points to another one still. `successor`.
    POINT = r"
        local record = redis.call('GET', KEYS[1])
        if state(record) ~= 'M' then return 0 end
        redis.call('SET', KEYS[1], '\1M' .. ARGV[1], 'KEEPTTL')
        return 1
    ";

    /// Adds an id to the index of an owner. `id, expires_at, most or -1, now, milliseconds`. Returns 1, or 0
    /// if the owner has `most` entries.
    ADD = r"
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', tonumber(ARGV[4]) - 86400)
        local most = tonumber(ARGV[3])
        if most >= 0 and redis.call('ZCARD', KEYS[1]) >= most then return 0 end
        redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
        if tonumber(ARGV[5]) > redis.call('PTTL', KEYS[1]) then
            redis.call('PEXPIRE', KEYS[1], ARGV[5])
        end
        return 1
    ";

    /// Sets a value. `1 if one is present, its bytes, now, expires_at and bytes, milliseconds, channel,
    /// message`.
    SWAP = r"
        local value = redis.call('GET', KEYS[1])
        if value and number(value, 1) <= number(ARGV[3], 1) then value = false end
        local is_same = (ARGV[1] == '1' and value and string.sub(value, 9) == ARGV[2])
            or (ARGV[1] ~= '1' and not value)
        if not is_same then return 0 end
        redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
        tell(ARGV[6], ARGV[7])
        return 1
    ";
}
