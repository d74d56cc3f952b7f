//! What an object holds at a key, where that is of the type asked for.

use crate::document::Node;
use crate::plan::ErrorThreshold;

pub(super) fn text<'d>(object: Node<'d>, key: &str) -> Option<&'d str> {
    object.get(key)?.text()
}

pub(super) fn number(object: Node<'_>, key: &str) -> Option<f64> {
    object.get(key)?.number()
}

/// How many errors a flag's circuit bears: the rate, the window in seconds and the samples needed, by their keys. What is not
/// given is as in flcm's own breaker.
pub(super) fn error_threshold(object: Option<Node<'_>>, [rate, window, min_samples]: [&str; 3]) -> Option<ErrorThreshold> {
    let object = object?;
    let number = |key, otherwise| number(object, key).unwrap_or(otherwise);
    Some(ErrorThreshold { rate: number(rate, 0.05), window: number(window, 300.0) * 1000.0, min_samples: number(min_samples, 10.0) })
}

pub(super) fn is_true(object: Node<'_>, key: &str) -> bool {
    object.get(key).and_then(Node::bool) == Some(true)
}
