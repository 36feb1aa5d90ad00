//! A map in order of its keys that is small while it holds little: most keys of a job have few values.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, btree_map},
    ops::{Bound, RangeBounds},
    slice,
};

/// As many entries are kept in one sorted row; a tree's smallest node has room for eleven, used or not.
const FEW: usize = 16;

/// The map.
#[derive(Debug)]
pub enum Ordered<K, T> {
    /// In order.
    Few(Vec<(K, T)>),
    /// More.
    Many(BTreeMap<K, T>),
}

impl<K: Ord, T> Ordered<K, T> {
    /// An empty map.
    pub fn new() -> Self {
        Self::Few(Vec::new())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Few(entries) => entries.len(),
            Self::Many(entries) => entries.len(),
        }
    }

    /// A value.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&T>
    where
        K: Borrow<Q>,
    {
        match self {
            Self::Few(entries) => find(entries, key).ok().map(|at| &entries[at].1),
            Self::Many(entries) => entries.get(key),
        }
    }

    /// A value.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut T>
    where
        K: Borrow<Q>,
    {
        match self {
            Self::Few(entries) => find(entries, key).ok().map(|at| &mut entries[at].1),
            Self::Many(entries) => entries.get_mut(key),
        }
    }

    /// A value; a new one where there is none.
    pub fn get_or_insert_with(&mut self, key: K, new: impl FnOnce() -> T) -> &mut T {
        if let Self::Few(entries) = self
            && entries.len() >= FEW
            && find(entries, &key).is_err()
        {
            *self = Self::Many(std::mem::take(entries).into_iter().collect());
        }
        match self {
            Self::Few(entries) => {
                let at = find(entries, &key).unwrap_or_else(|at| {
                    // Little by little: most stay as few as they are.
                    if entries.len() == entries.capacity() {
                        entries.reserve_exact(entries.len().clamp(1, 4));
                    }
                    entries.insert(at, (key, new()));
                    at
                });
                &mut entries[at].1
            }
            Self::Many(entries) => entries.entry(key).or_insert_with(new),
        }
    }

    /// The value at a place in the order of the keys.
    pub fn at(&self, place: usize) -> Option<(&K, &T)> {
        match self {
            Self::Few(entries) => entries.get(place).map(|(key, value)| (key, value)),
            Self::Many(entries) if place + 1 == entries.len() => entries.last_key_value(),
            Self::Many(entries) => entries.iter().nth(place),
        }
    }

    /// Removes an entry.
    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, T)>
    where
        K: Borrow<Q>,
    {
        match self {
            Self::Few(entries) => find(entries, key).ok().map(|at| entries.remove(at)),
            Self::Many(entries) => entries.remove_entry(key),
        }
    }

    /// All entries in order.
    pub fn iter(&self) -> Walk<'_, K, T> {
        match self {
            Self::Few(entries) => Walk::Few(entries.iter()),
            Self::Many(entries) => Walk::Many(entries.range::<K, _>(..)),
        }
    }

    /// The entries whose keys are in `range`, in order; none where it ends before it begins.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Walk<'_, K, T>
    where
        K: Borrow<Q>,
    {
        let (from, to) = (range.start_bound(), range.end_bound());
        let empty = match (from, to) {
            (Bound::Included(from), Bound::Included(to)) => from > to,
            (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from >= to,
            _ => false,
        };
        match self {
            _ if empty => Walk::Few([].iter()),
            Self::Few(entries) => {
                let start = entries.partition_point(|(key, _)| match from {
                    Bound::Included(from) => key.borrow() < from,
                    Bound::Excluded(from) => key.borrow() <= from,
                    Bound::Unbounded => false,
                });
                let end = entries.partition_point(|(key, _)| match to {
                    Bound::Included(to) => key.borrow() <= to,
                    Bound::Excluded(to) => key.borrow() < to,
                    Bound::Unbounded => true,
                });
                Walk::Few(entries[start..end].iter())
            }
            Self::Many(entries) => Walk::Many(entries.range((from, to))),
        }
    }

    /// Goes through all entries in order.
    pub fn for_each_mut(&mut self, mut visit: impl FnMut(&K, &mut T)) {
        match self {
            Self::Few(entries) => entries.iter_mut().for_each(|(key, value)| visit(key, value)),
            Self::Many(entries) => entries.iter_mut().for_each(|(key, value)| visit(key, value)),
        }
    }

    /// All entries in order.
    pub fn into_vec(self) -> Vec<(K, T)> {
        match self {
            Self::Few(entries) => entries,
            Self::Many(entries) => entries.into_iter().collect(),
        }
    }
}

fn find<K: Borrow<Q>, T, Q: Ord + ?Sized>(entries: &[(K, T)], key: &Q) -> Result<usize, usize> {
    // Mostly what comes is the last, or comes after it: times grow.
    match entries.last() {
        Some((last, _)) if last.borrow() < key => Err(entries.len()),
        _ => entries.binary_search_by(|(entry, _)| entry.borrow().cmp(key)),
    }
}

/// Entries in order, from either end.
#[derive(Debug)]
pub enum Walk<'a, K, T> {
    /// Of a sorted row.
    Few(slice::Iter<'a, (K, T)>),
    /// Of a tree.
    Many(btree_map::Range<'a, K, T>),
}

impl<'a, K, T> Iterator for Walk<'a, K, T> {
    type Item = (&'a K, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(entries) => entries.next().map(|(key, value)| (key, value)),
            Self::Many(entries) => entries.next(),
        }
    }
}

impl<K, T> DoubleEndedIterator for Walk<'_, K, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(entries) => entries.next_back().map(|(key, value)| (key, value)),
            Self::Many(entries) => entries.next_back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The oracle is a tree.
        #[test]
        fn it_is_a_map(steps in proptest::collection::vec((any::<bool>(), 0..40_i64, any::<u8>()), 0..200), a in 0..40_i64, b in 0..40_i64) {
            let (mut map, mut oracle) = (Ordered::new(), BTreeMap::new());
            for (put, key, value) in steps {
                if put {
                    *map.get_or_insert_with(key, || value) = value;
                    oracle.insert(key, value);
                } else {
                    prop_assert_eq!(map.remove_entry(&key), oracle.remove_entry(&key));
                }
                prop_assert_eq!((map.len(), map.get(&key)), (oracle.len(), oracle.get(&key)));
            }
            prop_assert!(map.iter().eq(&oracle));
            prop_assert!((0..=map.len()).all(|place| map.at(place) == oracle.iter().nth(place)));
            prop_assert!(map.iter().rev().eq(oracle.iter().rev()));
            let within = |range: &dyn Fn(&i64) -> bool| oracle.iter().filter(|(key, _)| range(key)).collect::<Vec<_>>();
            prop_assert_eq!(map.range(a..b).collect::<Vec<_>>(), within(&|key| (a..b).contains(key)));
            prop_assert_eq!(map.range(..=a).collect::<Vec<_>>(), within(&|key| *key <= a));
            prop_assert_eq!(map.range((Bound::Excluded(a), Bound::Unbounded)).collect::<Vec<_>>(), within(&|key| *key > a));
        }
    }
}
