//! Runs the conformance data: natively, and as wasm in Node and in a browser.
#![allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod suite;

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn every_case_of_the_conformance_suite() {
    let (cases, mismatches) = suite::run();
    assert!(cases >= 150, "only {cases} cases");
    assert!(mismatches.is_empty(), "{} of {cases} cases differ:\n{}", mismatches.len(), mismatches.join("\n"));
}

/// The list that is compiled in is the list that scripts read.
#[wasm_bindgen_test(unsupported = test)]
fn the_suite_is_complete() {
    let index: serde_json::Value = serde_json::from_str(include_str!("conformance/index.json")).unwrap();
    let files = index.as_array().or_else(|| index["files"].as_array()).unwrap();
    let listed: Vec<&str> = files.iter().map(|file| file.as_str().unwrap()).collect();
    let compiled_in: Vec<&str> = suite::FILES.iter().map(|(file, _)| *file).collect();
    assert_eq!(listed, compiled_in);
}
