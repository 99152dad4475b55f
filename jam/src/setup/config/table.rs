//! A table of a configuration. Each known key is read once, and every other key is an error.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::error::Fault;

pub(crate) struct Table {
    name: String,
    members: Map<String, Value>,
    /// The keys that were read, to list them in an error.
    known: Vec<&'static str>,
}

impl Table {
    /// The root of a configuration, or the one table `jam` in it.
    pub(crate) fn root(value: Value, faults: &mut Vec<Fault>) -> Self {
        let members = match value {
            Value::Object(mut members) => match (members.len(), members.get_mut("jam")) {
                (1, Some(Value::Object(inner))) => std::mem::take(inner),
                _ => members,
            },
            // An empty YAML document.
            Value::Null => Map::new(),
            _ => {
                faults.push(Fault::new("", "the whole must be a table"));
                Map::new()
            }
        };
        Self {
            name: String::new(),
            members,
            known: Vec::new(),
        }
    }

    pub(crate) fn key(&self, key: &str) -> String {
        match self.name.as_str() {
            "" => key.to_owned(),
            name => format!("{name}.{key}"),
        }
    }

    pub(crate) fn fault(&self, key: &str, why: &str) -> Fault {
        Fault::new(self.key(key), why)
    }

    pub(crate) fn has_fault(&self, key: &str, faults: &[Fault]) -> bool {
        faults.iter().any(|fault| fault.key() == self.key(key))
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.members.get_mut(key).map(Value::take)
    }

    pub(crate) fn table(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<Self> {
        match self.take(key)? {
            Value::Object(members) => Some(Self {
                name: self.key(key),
                members,
                known: Vec::new(),
            }),
            _ => {
                faults.push(self.fault(key, "it must be a table"));
                None
            }
        }
    }

    pub(crate) fn text(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            _ => {
                faults.push(self.fault(key, "it must be a text in quotes"));
                None
            }
        }
    }

    pub(crate) fn texts(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Vec<String> {
        let texts = match self.take(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Some(text),
                    _ => None,
                })
                .collect(),
            Some(_) => None,
        };
        texts.unwrap_or_else(|| {
            faults.push(self.fault(key, "it must be a list of texts"));
            Vec::new()
        })
    }

    /// A whole number, which may come out of a variable as text.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        unit: &str,
        faults: &mut Vec<Fault>,
    ) -> Option<u64> {
        let number = match self.take(key)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            let why = format!("it must be a whole number of {unit}");
            faults.push(self.fault(key, &why));
        }
        number
    }

    pub(crate) fn parsed<T: FromStr>(
        &mut self,
        key: &'static str,
        what: &str,
        faults: &mut Vec<Fault>,
    ) -> Option<T> {
        let parsed = self.text(key, faults)?.parse().ok();
        if parsed.is_none() {
            faults.push(self.fault(key, &format!("it must be {what}")));
        }
        parsed
    }

    /// Adds a fault for every key that was not read.
    pub(crate) fn finish(self, faults: &mut Vec<Fault>) {
        let keys = self.members.keys();
        for key in keys.filter(|key| !self.known.contains(&key.as_str())) {
            let why = format!("unknown key; the keys here are {}", self.known.join(", "));
            faults.push(self.fault(key, &why));
        }
    }
}
