//! Whom the five backends' contexts are about.

use crate::document::Node;
use crate::format::check::texts;
use crate::plan::{Attribute, AttributeId, Builder, Expr, Route, ScalarSet, Skips, Test};
use crate::value::ValueRef;

/// The places of a user's id: OpenFeature's, then the backends' own.
const PLACES: [&[&str]; 4] = [&["targetingKey"], &["user_id"], &["userId"], &["user", "id"]];

/// The routes to the user's id.
pub(super) fn id_routes(skips: Skips) -> Vec<Route> {
    PLACES.iter().map(|path| Route::to(path).skips(skips)).collect()
}

/// The user's id: the first that is there and not null.
pub(super) fn id(builder: &mut Builder) -> AttributeId {
    builder.attribute(Attribute::from(id_routes(Skips::Null)))
}

/// The attribute is one of these texts.
pub(super) fn is_one_of(attribute: AttributeId, texts: ScalarSet) -> Expr {
    Expr::Is(Box::new(Expr::Attribute(attribute)), Test::In(Box::new(texts)))
}

/// The texts of a list; none when there is no list.
pub(super) fn set_of(list: Option<Node<'_>>) -> ScalarSet {
    let mut set = ScalarSet::default();
    texts(list).for_each(|text| set.insert(ValueRef::String(text)));
    set
}

/// There is somebody: text that is not empty, or a number.
pub(super) fn is_known(id: AttributeId) -> Expr {
    Expr::Is(Box::new(Expr::Key(id)), Test::Exists)
}

pub(super) fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

pub(super) fn always() -> Expr {
    Expr::Literal(true.into())
}
