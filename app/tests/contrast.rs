//! Holds the design tokens to WCAG's contrast: 4.5:1 for text on everything that it stands on, 3:1 for the fills that mark
//! trouble, in both themes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeMap, path::Path};

/// Relative luminance of `#rrggbb`, as WCAG 2.2 defines it.
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Every colour token, as its light and its dark value.
fn tokens() -> BTreeMap<String, [String; 2]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style/00-tokens.css");
    let sheet = std::fs::read_to_string(path).unwrap();
    let colour = |line: &str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let (light, dark) = value.trim_end_matches(");").split_once(", ")?;
        Some((name.to_owned(), [light.to_owned(), dark.to_owned()]))
    };
    sheet.lines().filter_map(colour).collect()
}

fn check(front: &str, grounds: &[&str], least: f64) {
    let tokens = tokens();
    for ground in grounds {
        for (theme, name) in ["light", "dark"].iter().enumerate() {
            let found = contrast(&tokens[front][theme], &tokens[*ground][theme]);
            assert!(found >= least, "--{front} on --{ground} is {found:.2}:1 in {name}, {least}:1 is needed");
        }
    }
}

#[test]
fn black_on_white_is_the_most_there_is() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

#[test]
fn text_can_be_read_on_every_ground() {
    for text in ["text", "text-soft", "text-quiet", "text-critical", "text-degraded"] {
        check(text, &["page", "surface", "sunken"], 4.5);
    }
    for text in ["text", "text-soft", "text-quiet"] {
        check(text, &["wash-critical", "wash-degraded"], 4.5);
    }
    check("on-accent", &["accent"], 4.5);
}

#[test]
fn marks_of_trouble_and_focus_stand_out() {
    for mark in ["fill-critical", "fill-degraded"] {
        check(mark, &["page", "surface"], 3.0);
    }
    check("focus", &["page", "surface", "sunken"], 3.0);
    check("plot", &["surface"], 3.0);
    check("busy", &["surface", "idle"], 3.0);
}
