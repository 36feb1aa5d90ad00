//! Lists whose rows keep their place in the page while their content changes.

use std::collections::BTreeMap;

use leptos::prelude::*;

/// The items of a list by key, so that each row finds its own without a search through the list.
pub fn by_key<T>(items: impl Fn() -> Vec<T> + Send + Sync + 'static, key: fn(&T) -> String) -> Memo<BTreeMap<String, T>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| items().into_iter().map(|item| (key(&item), item)).collect())
}

/// The newest version of one item. When the item leaves the list its last version stays until its row is gone.
pub fn newest<T>(items: Memo<BTreeMap<String, T>>, key: String, first: T) -> Memo<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |old: Option<&T>| {
        items.with(|items| items.get(&key).cloned()).unwrap_or_else(|| old.unwrap_or(&first).clone())
    })
}
