//! What an object holds at a key, where that is of the type asked for.

use crate::document::Node;

pub(super) fn text<'d>(object: Node<'d>, key: &str) -> Option<&'d str> {
    object.get(key)?.text()
}

pub(super) fn number(object: Node<'_>, key: &str) -> Option<f64> {
    object.get(key)?.number()
}

pub(super) fn is_true(object: Node<'_>, key: &str) -> bool {
    object.get(key).and_then(Node::bool) == Some(true)
}
