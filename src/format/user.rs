//! Whom the five backends' contexts are about.

use crate::document::Node;
use crate::format::check::texts;
use crate::plan::{Attribute, AttributeId, Builder, Expr, Route, Scalars, Skips, Test};

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

/// The attribute is one of these.
pub(super) fn is_one_of(attribute: AttributeId, texts: Scalars, builder: &mut Builder) -> Expr {
    Expr::is(attribute, Test::In(builder.set(texts)))
}

/// The texts of a list; none when there is no list.
pub(super) fn set_of(list: Option<Node<'_>>, builder: &mut Builder) -> Scalars {
    let mut set = Scalars::default();
    texts(list).for_each(|text| set.word(builder.word(text)));
    set
}

/// There is somebody: text that is not empty, or a number.
pub(super) fn is_known(id: AttributeId) -> Expr {
    Expr::Is { attribute: id, as_key: true, negated: false, test: Test::Exists }
}

pub(super) fn always() -> Expr {
    Expr::Literal(true)
}
