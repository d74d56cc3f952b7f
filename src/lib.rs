//! Feature flags that answer the same everywhere.
//!
//! A backend publishes its flags as a JSON *snapshot*. This crate loads it and evaluates flags: natively in Rust
//! backends, and as WebAssembly in browsers, Node and edge workers, bit for bit alike.
//!
//! ```text
//! snapshot ──▶ document ──▶ format ──▶ plan ──▶ evaluate ──▶ evaluation
//!                           (one module          ▲
//!                            a format)           context, now, open circuits
//! ```
//!
//! - [`Evaluator`] holds the snapshot in force; [`Snapshot`] is one snapshot, immutable.
//! - `document` reads JSON; what it holds is looked up in its text.
//! - `format` checks a snapshot and compiles it; everything that differs between formats ends there.
//! - `plan` is what formats compile into: per flag a decision list over small expressions, buckets as data.
//! - `evaluate` walks a plan. It has no clock, no randomness and no I/O, and it cannot fail.
//! - `observe` is state beside evaluation: circuit breakers, which say what circuits are open.
//! - `wasm` is all that knows JavaScript, and converts only.

// The wasm is built for size but for what says `optimize(speed)`.
#![cfg_attr(samebucket_wasm, feature(optimize_attribute))]

mod context;
mod document;
mod error;
mod evaluate;
mod evaluation;
mod evaluator;
mod format;
mod hash;
mod instant;
pub mod limits;
mod number;
mod observe;
mod pattern;
mod plan;
mod snapshot;
mod text;
mod texts;
mod value;
mod version;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use context::Context;
pub use error::{ISSUE_CODES, Issue, SnapshotError};
pub use evaluation::{Draw, ErrorCode, Evaluation, EvaluationError, ExplainedStep, Explanation, Reason};
pub use evaluator::{Bound, Evaluator};
pub use format::{Format, UnknownFormat};
pub use observe::{CircuitEvent, CircuitState};
pub use snapshot::{Inputs, LoadOptions, OnInvalidFlag, OpenCircuits, Snapshot, SnapshotInfo};
pub use value::{Object, Value};

/// The README's Rust examples, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
