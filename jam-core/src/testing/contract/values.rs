//! Promises about small values.

use crate::session::{SessionStore, Value, ValueKey, WriteOutcome};

fn key(text: &str) -> ValueKey {
    ValueKey::new("test", &[text.as_bytes()])
}

fn value(bytes: &[u8], expires_at: u64) -> Value {
    Value::new(bytes, expires_at).unwrap()
}

/// A value is set only by those who know the present one.
pub async fn swap_value_compares_the_value<S: SessionStore>(store: S) {
    let (one, two) = (value(b"1", 1_000), value(b"2", 2_000));
    for (present, new, outcome) in [
        (Some(&two), &one, WriteOutcome::Conflict),
        (None, &one, WriteOutcome::Done),
        (None, &two, WriteOutcome::Conflict),
        (Some(&two), &two, WriteOutcome::Conflict),
        (Some(&one), &two, WriteOutcome::Done),
        (Some(&one), &two, WriteOutcome::Conflict),
        // Only the bytes are compared.
        (Some(&value(b"2", 7)), &one, WriteOutcome::Done),
    ] {
        let swapped = store
            .swap_value(key("a"), present.cloned(), new.clone(), 100)
            .await;
        assert_eq!(swapped.unwrap(), outcome, "{present:?} {new:?}");
    }
    let read = store.values(&[key("a"), key("b")], 100).await.unwrap();
    assert_eq!(read, [Some(one), None]);
}

/// Values are read by their keys, in the order of the keys: any number of bytes, any bytes.
pub async fn values_are_read_in_order<S: SessionStore>(store: S) {
    let values = [
        ("a", value(b"", 1_000)),
        ("b", value(&[0; Value::MAX], 1_000)),
        ("c", value(b"\0\xff'\r\n", 1_000)),
    ];
    for (name, value) in &values {
        let swapped = store.swap_value(key(name), None, value.clone(), 100).await;
        assert_eq!(swapped.unwrap(), WriteOutcome::Done);
    }
    let [(_, a), (_, b), (_, c)] = values;
    let keys = ["c", "missing", "a", "b", "c"].map(key);
    let read = store.values(&keys, 100).await.unwrap();
    assert_eq!(read, [Some(c.clone()), None, Some(a), Some(b), Some(c)]);
    assert_eq!(store.values(&[], 100).await.unwrap(), []);
}

/// An expired value counts as missing, by the time of the application.
pub async fn an_expired_value_is_missing<S: SessionStore>(store: S) {
    let (one, two) = (value(b"1", 1_000), value(b"2", 2_000));
    store
        .swap_value(key("a"), None, one.clone(), 100)
        .await
        .unwrap();
    for (now, expected) in [(100, Some(&one)), (999, Some(&one)), (1_000, None)] {
        let read = store.values(&[key("a")], now).await.unwrap();
        assert_eq!(read, [expected.cloned()], "{now}");
    }
    for (present, now, outcome) in [
        (None, 999, WriteOutcome::Conflict),
        (Some(&one), 1_000, WriteOutcome::Conflict),
        (None, 1_000, WriteOutcome::Done),
    ] {
        let swapped = store
            .swap_value(key("a"), present.cloned(), two.clone(), now)
            .await;
        assert_eq!(swapped.unwrap(), outcome, "{now}");
    }
    assert_eq!(store.values(&[key("a")], 1_999).await.unwrap(), [Some(two)]);
}

/// A key is compared whole.
pub async fn a_value_of_another_key_is_not_found<S: SessionStore>(store: S) {
    let known = ValueKey::from_bytes([7; 32]);
    let one = value(b"1", 1_000);
    store.swap_value(known, None, one, 100).await.unwrap();
    let others: Vec<_> = (0..32)
        .map(|byte| {
            let mut other = [7; 32];
            other[byte] ^= 1;
            ValueKey::from_bytes(other)
        })
        .collect();
    let read = store.values(&others, 100).await.unwrap();
    assert_eq!(read, vec![None; 32]);
}
