//! Values as this version writes them, so that later versions can still read them.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

use jam_core::session::{
    OwnerLimit, Page, Record, SessionData, SessionId, SessionStore, Value, ValueKey, WriteOutcome,
};
use jam_redis::RedisOptions;
use jam_servers::redis::RedisServer;
use redis::aio::MultiplexedConnection;

/// Each line is a key and its value. `tests/data/format-1.txt` is committed and never written again.
const STORED: &str = include_str!("data/format-1.txt");

fn id(number: u8) -> SessionId {
    SessionId::from_bytes([number; 32])
}

fn record() -> Record {
    let json = "{\"app::User\":{\"name\":\"J\u{fc}rgen\",\"user\":1}}";
    let data = SessionData::from_json(json);
    let owner = "j\u{fc}rgen@example.com".to_owned();
    let mut record = Record::new(owner, data, 1_800_000_000, 1_800_086_400);
    record.last_seen = 1_800_000_300;
    record.idle = 3_600;
    record.lineage = id(1);
    record
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let pairs = digits.map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn connection(server: &RedisServer) -> MultiplexedConnection {
    let client = redis::Client::open(server.url()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

async fn dump(connection: &mut MultiplexedConnection) -> Vec<String> {
    let mut lines = Vec::new();
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS")
        .arg("*")
        .query_async(connection)
        .await
        .unwrap();
    for key in keys {
        let kind: String = redis::cmd("TYPE")
            .arg(&key)
            .query_async(connection)
            .await
            .unwrap();
        if kind == "string" {
            let value: Vec<u8> = redis::cmd("GET")
                .arg(&key)
                .query_async(connection)
                .await
                .unwrap();
            lines.push(format!("string {} {}", hex(&key), hex(&value)));
        } else {
            let mut range = redis::cmd("ZRANGE");
            range.arg(&key).arg(0).arg(-1).arg("WITHSCORES");
            let members: Vec<(Vec<u8>, u64)> = range.query_async(connection).await.unwrap();
            for (member, score) in members {
                lines.push(format!("{kind} {} {} {score}", hex(&key), hex(&member)));
            }
        }
    }
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn values_of_format_1_are_read_and_written() {
    let server = RedisServer::start(&[]).await.unwrap();
    let store = RedisOptions::new().open(server.url()).unwrap();
    let created = store.create(id(1), record(), OwnerLimit::DEFAULT).await;
    assert_eq!(created.unwrap(), WriteOutcome::Done);
    store.update(&id(1), record()).await.unwrap();
    let mut changed = record();
    changed.version = 1;
    assert_eq!(
        store.rotate(&id(1), id(2), changed).await.unwrap(),
        WriteOutcome::Done
    );
    store.update(&id(2), record()).await.unwrap();
    let value = Value::new(*b"value\0\xff", 1_900_000_000).unwrap();
    let key = ValueKey::new("test", &[b"1"]);
    store
        .swap_value(key, None, value, 1_800_000_000)
        .await
        .unwrap();
    let mut connection = connection(&server).await;
    let written = dump(&mut connection).await.join("\n");
    assert_eq!(
        written,
        STORED.trim_end(),
        "this version writes another format"
    );

    let _: () = redis::cmd("FLUSHALL")
        .query_async(&mut connection)
        .await
        .unwrap();
    for line in STORED.lines() {
        let parts: Vec<_> = line.split(' ').collect();
        let command = match parts.as_slice() {
            ["string", key, value] => redis::cmd("SET")
                .arg(bytes(key))
                .arg(bytes(value))
                .to_owned(),
            ["zset", key, member, score] => redis::cmd("ZADD")
                .arg(bytes(key))
                .arg(*score)
                .arg(bytes(member))
                .to_owned(),
            _ => panic!("{line}"),
        };
        let _: redis::Value = command.query_async(&mut connection).await.unwrap();
    }
    let mut expected = record();
    expected.version = 1;
    assert_eq!(*store.load(&id(2), None).await.unwrap().unwrap(), expected);
    assert_eq!(store.find(&id(1)).await.unwrap(), Some(id(2)));
    let listed = store
        .list_by_owner(&expected.owner, Page::FIRST)
        .await
        .unwrap();
    assert_eq!(listed, [(id(2), expected.into())]);
    let values = store.values(&[key], 1_800_000_000).await.unwrap();
    assert_eq!(values[0].as_ref().unwrap().bytes, b"value\0\xff");
    assert!(store.delete(&id(2)).await.unwrap());
}
