//! The oracle is the standard library's ordered map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Names, Texts};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn finds_numbers_and_sorts_as_an_ordered_map(texts in prop::collection::vec("[ab\u{0}é😀]{0,5}", 0..60), other in "[ab\u{0}é]{0,3}") {
        let (mut ours, mut theirs) = (Texts::default(), BTreeMap::new());
        for text in &texts {
            let number = theirs.len() as u32;
            let known = theirs.get(text).copied();
            prop_assert_eq!(ours.insert(text), (known.unwrap_or(number), known.is_none()));
            theirs.entry(text.clone()).or_insert(number);
        }
        prop_assert_eq!(ours.len(), theirs.len());
        for text in texts.iter().chain([&other]) {
            prop_assert_eq!(ours.find(text.as_bytes()), theirs.get(text).copied());
        }
        let sorted = ours.sorted();
        prop_assert_eq!(&sorted, &theirs.values().copied().collect::<Vec<_>>());
        let named: Vec<&str> = sorted.iter().filter_map(|number| ours.get(*number)).collect();
        prop_assert_eq!(named, theirs.keys().map(String::as_str).collect::<Vec<_>>());
    }
    #[test]
    fn names_are_found_as_in_an_ordered_map(texts in prop::collection::vec("[abc]{0,3}", 0..60), other in "[abc]{0,3}") {
        let (mut ours, mut theirs) = (Names::with_capacity(3), BTreeMap::new());
        for text in &texts {
            let number = theirs.len() as u32;
            prop_assert_eq!(ours.insert(text), !theirs.contains_key(text));
            theirs.entry(text.clone()).or_insert(number);
        }
        for text in texts.iter().chain([&other]) {
            prop_assert_eq!(ours.find(text), theirs.get(text).copied());
            prop_assert_eq!(ours.contains(text), theirs.contains_key(text));
        }
        prop_assert!(ours.all().iter().zip(0..).all(|(name, number)| theirs.get(*name) == Some(&number)));
    }
}
