//! The native side of native-equals-wasm.test.mjs: reads the cases of random-cases.mjs, one a line, on standard input
//! and writes a line of answers for each.

use std::error::Error;
use std::io::{BufWriter, Write, stdin, stdout};

use samebucket::{Context, Inputs, LoadOptions, Object, OpenCircuits, Snapshot, Value};
use serde_json::Value as Json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(stdout().lock());
    for line in stdin().lines() {
        serde_json::to_writer(&mut out, &answers(&serde_json::from_str(&line?)?)?)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// What was loaded, and for each context the answers for what was asked and for every flag.
fn answers(case: &Json) -> Result<Value, Box<dyn Error>> {
    let environment = case.get("environment").and_then(Json::as_str).map(Box::from);
    let bytes = case.get("snapshot").and_then(Json::as_str).ok_or("no snapshot")?;
    let snapshot = Snapshot::load(bytes, &LoadOptions { environment, ..LoadOptions::default() })?;
    let open_circuits: OpenCircuits = list(case, "openCircuits")?.iter().filter_map(Json::as_str).collect();
    let inputs = Inputs { now: case.get("now").and_then(Json::as_f64).ok_or("no time")?, open_circuits: &open_circuits };

    let mut by_context = Vec::new();
    for context in list(case, "contexts")? {
        let Value::Object(attributes) = value(context) else { return Err("a context is not an object".into()) };
        let context = Context::from(attributes);
        let (mut evaluations, mut explanations) = (Vec::new(), Vec::new());
        for asked in list(case, "asked")? {
            let key = asked.get("flagKey").and_then(Json::as_str).ok_or("no flag key")?;
            let default = asked.get("default").map(value);
            evaluations.push(snapshot.evaluate(key, &context, inputs, default.as_ref()).to_value());
            explanations.push(snapshot.explain(key, &context, inputs).to_value());
        }
        let all = snapshot.evaluate_all(&context, inputs).iter().map(|evaluation| evaluation.to_value()).collect();
        let answers = [("evaluations", evaluations), ("explanations", explanations), ("all", all)];
        by_context.push(Value::from(answers.into_iter().collect::<Object>()));
    }
    Ok([("info", snapshot.info().to_value()), ("answers", by_context.into())].into_iter().collect::<Object>().into())
}

fn list<'j>(json: &'j Json, key: &str) -> Result<&'j [Json], String> {
    json.get(key).and_then(Json::as_array).map(Vec::as_slice).ok_or_else(|| format!("no list `{key}`"))
}

/// The value, with the numbers that JSON has no form for.
fn value(json: &Json) -> Value {
    match json {
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(entries) => match entries.get("$number").and_then(Json::as_str).and_then(|number| number.parse().ok()) {
            Some(number) => Value::Number(number),
            None => entries.iter().map(|(key, json)| (key.as_str(), value(json))).collect::<Object>().into(),
        },
        scalar => scalar.clone().into(),
    }
}
