//! Runs the recorded answers of the five backends' formats: natively, and as wasm in Node and in a browser.
#![allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use samebucket::{Context, ErrorCode, Evaluation, Evaluator, Explanation, Format, LoadOptions, Object, Value};
use serde_json::{Map, Value as Json, json};
use wasm_bindgen_test::wasm_bindgen_test;

/// Compiled in, because a browser has no files.
const FILES: &[&str] = &[
    include_str!("backends/lift.json"),
    include_str!("backends/prompt-improver.json"),
    include_str!("backends/flcm.json"),
    include_str!("backends/orchestrator.json"),
    include_str!("backends/ruleiq.json"),
];

#[wasm_bindgen_test(unsupported = test)]
fn every_user_gets_the_backends_answer() {
    let (mut evaluations, mut mismatches) = (0, Vec::new());
    for file in FILES {
        let suite: Json = serde_json::from_str(file).unwrap();
        for recorded in suite["cases"].as_array().unwrap() {
            evaluations += run_case(suite["format"].as_str().unwrap(), recorded, &mut mismatches);
        }
    }
    assert!(evaluations >= 77_000, "only {evaluations} evaluations");
    assert!(mismatches.is_empty(), "{} differences in {evaluations} evaluations:\n{}", mismatches.len(), mismatches.join("\n"));
}

/// Returns how many answers it compared.
fn run_case(format: &str, recorded: &Json, mismatches: &mut Vec<String>) -> usize {
    let mut differ = |what: &str, expected: Json, found: Json| {
        if expected != found {
            mismatches.push(format!("{format}: {}: {what}: expected {expected}, found {found}", recorded["name"]));
        }
    };
    let now = recorded["now"].as_f64().unwrap();
    let mut evaluator = Evaluator::new(move || now);
    if let Some(environment) = recorded["environment"].as_str() {
        evaluator = evaluator.with_environment(environment);
    }
    let snapshot = recorded["snapshot"].to_string();
    let found = evaluator.load_snapshot(&snapshot, &LoadOptions::default()).map(|info| info.format.to_string());
    differ("format found", json!(format), json!(found.unwrap_or_else(|error| error.to_string())));
    let options = LoadOptions { format: Some(format.parse::<Format>().unwrap()), ..LoadOptions::default() };
    let flag_count = evaluator.load_snapshot(&snapshot, &options).unwrap().flag_count;
    evaluator.set_open_circuits(recorded["openCircuits"].as_array().into_iter().flatten().filter_map(Json::as_str));

    let answers = recorded["answers"].as_object().unwrap();
    let users = recorded["users"].as_u64().unwrap();
    let mut enabled: Map<String, Json> = recorded["counts"].as_object().cloned().unwrap_or_default();
    enabled.values_mut().for_each(|count| *count = json!(0));
    for user in 0..users {
        let template = &recorded["contexts"][user as usize % recorded["contexts"].as_array().unwrap().len()];
        let attributes = template.to_string().replace("###", &format!("{user:03}")).replace('#', &user.to_string());
        let context = context(&attributes);
        let all = evaluator.evaluate_all(&context);
        differ(&format!("user {user} {attributes}: flags in all"), json!(flag_count), json!(all.len()));
        for (flag, expected) in answers {
            let who = format!("user {user} {attributes}: {flag}");
            let digit = char::from(expected["byUser"].as_str().unwrap().as_bytes()[user as usize]);
            let evaluation = evaluator.evaluate(flag, &context, None);
            let found = answer(&evaluation);
            differ(&who, plain(&expected["distinct"][digit.to_digit(36).unwrap() as usize]), found.clone());
            if evaluation.error.as_ref().is_none_or(|error| error.code != ErrorCode::FlagNotFound) {
                let in_all = all.iter().find(|other| other.flag_key == flag).map(answer);
                differ(&format!("{who} in all"), found, json!(in_all));
            }
            if evaluation.value == Some(&Value::Bool(true)) {
                enabled.entry(flag).and_modify(|count| *count = json!(count.as_u64().unwrap() + 1));
            }
            if let Some(draw) = recorded.get("draw") {
                differ(&format!("{who}: draw"), plain(draw), drawn(&evaluator.explain(flag, &context), draw));
            }
        }
    }
    differ("users enabled", json!(recorded["counts"].as_object().cloned().unwrap_or_default()), json!(enabled));
    users as usize * answers.len()
}

fn context(attributes: &str) -> Context {
    let attributes: Map<String, Json> = serde_json::from_str(attributes).unwrap();
    attributes.into_iter().map(|(name, value)| (name, Value::from(value))).collect::<Object>().into()
}

/// The parts that are the backend's.
fn answer(evaluation: &Evaluation<'_>) -> Json {
    let mut parts = json!({ "variant": evaluation.variant, "backendReason": evaluation.backend_reason });
    if let Some(value) = evaluation.value {
        parts["value"] = serde_json::to_value(value).unwrap();
    }
    parts
}

/// The figures named, each of the last step that has it.
fn drawn(explanation: &Explanation<'_>, figures: &Json) -> Json {
    let rollout = explanation.steps.iter().rev().find_map(|step| step.rollout.as_ref());
    let split = explanation.steps.iter().rev().find_map(|step| step.split.as_ref());
    let figure = |name: &str| match name {
        "bucket" => rollout.map(|draw| draw.drawn),
        "point" => split.map(|draw| draw.drawn),
        _ => split.map(|draw| draw.against),
    };
    figures.as_object().unwrap().keys().map(|name| (name.clone(), json!(figure(name)))).collect::<Map<_, _>>().into()
}

/// With every number a double.
fn plain(value: &Json) -> Json {
    match value {
        Json::Number(number) => json!(number.as_f64()),
        Json::Object(parts) => parts.iter().map(|(name, part)| (name.clone(), plain(part))).collect::<Map<_, _>>().into(),
        other => other.clone(),
    }
}
