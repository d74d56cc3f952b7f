//! The native side of the comparison with the oracles: lines of JSON in, lines of JSON out.
//!
//! A line in is `{ "snapshot", "environment"?, "cases": [{ "flagKey", "context", "now", "openCircuits"?, "default"? }] }`,
//! the line out a list with `{ "value"?, "variant", "backendReason" }` for each case. The argument is the format.

use std::error::Error;
use std::io::{BufWriter, Write, stdin, stdout};

use samebucket::{Context, Inputs, LoadOptions, Object, OpenCircuits, Snapshot, Value};
use serde_json::Value as Json;

fn main() -> Result<(), Box<dyn Error>> {
    let format = std::env::args().nth(1).ok_or("expected the name of a format")?.parse()?;
    let mut out = BufWriter::new(stdout().lock());
    for line in stdin().lines() {
        let line: Json = serde_json::from_str(&line?)?;
        let environment = line.get("environment").and_then(Json::as_str).map(Box::from);
        let options = LoadOptions { format: Some(format), environment, ..LoadOptions::default() };
        let snapshot = line.get("snapshot").ok_or("no snapshot")?.to_string();
        let snapshot = Snapshot::load(&snapshot, &options).map_err(|error| format!("{error}: {snapshot}"))?;
        let cases = line.get("cases").and_then(Json::as_array).ok_or("no cases")?;
        let answers: Vec<Value> = cases.iter().map(|case| answer(&snapshot, case)).collect();
        serde_json::to_writer(&mut out, &answers)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn answer(snapshot: &Snapshot, case: &Json) -> Value {
    let entries = case.get("context").and_then(Json::as_object).into_iter().flatten();
    let context = Context::from(entries.map(|(key, value)| (key.as_str(), Value::from(value.clone()))).collect::<Object>());
    let open = case.get("openCircuits").and_then(Json::as_array).into_iter().flatten();
    let open_circuits: OpenCircuits = open.filter_map(Json::as_str).collect();
    let now = case.get("now").and_then(Json::as_f64).unwrap_or_default();
    let default = case.get("default").cloned().map(Value::from);
    let key = case.get("flagKey").and_then(Json::as_str).unwrap_or_default();
    let inputs = Inputs { now, open_circuits: &open_circuits };
    let evaluation = snapshot.evaluate(key, &context, inputs, default.as_ref());
    let mut answer = Object::default();
    if let Some(value) = evaluation.value {
        answer.set("value", value.clone());
    }
    answer.set("variant", evaluation.variant);
    answer.set("backendReason", evaluation.backend_reason);
    answer.into()
}
