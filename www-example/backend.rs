//! A backend's side of the demo: the same snapshot and the same users, evaluated natively.
//!
//! `cargo run --example backend -- snapshot.json users.jsonl 1763640000000` prints, for each line of users, one line
//! with all evaluations as a JSON list. The last argument is the time in milliseconds since 1970.

use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write, stdout};

use samebucket::{Context, Inputs, LoadOptions, Object, Snapshot, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [snapshot, users, now] = &arguments[..] else {
        return Err("expected three arguments: snapshot.json users.jsonl milliseconds".into());
    };
    let snapshot = Snapshot::load(fs::read(snapshot)?, &LoadOptions::default())?;
    let inputs = Inputs::at(now.parse()?);
    let mut out = BufWriter::new(stdout().lock());
    for line in fs::read_to_string(users)?.lines() {
        let attributes: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let context = Context::from(attributes.into_iter().map(|(key, value)| (key, Value::from(value))).collect::<Object>());
        let evaluations: Vec<Value> = snapshot.evaluate_all(&context, inputs).iter().map(|evaluation| evaluation.to_value()).collect();
        serde_json::to_writer(&mut out, &evaluations)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}
