//! Places in the textarea: a browser counts UTF-16 units, everything else here counts bytes.

use leptos::{html, prelude::*};

/// The byte at a number of UTF-16 units.
#[cfg(any(feature = "hydrate", test))]
pub fn byte_at(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, c) in text.char_indices() {
        if left < c.len_utf16() {
            return at;
        }
        left -= c.len_utf16();
    }
    text.len()
}

/// The number of UTF-16 units before a byte.
#[cfg(any(feature = "hydrate", test))]
pub fn units_at(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).map(|(_, c)| c.len_utf16()).sum()
}

type Input = NodeRef<html::Textarea>;

/// The byte that the caret is at.
pub fn position(input: Input, text: &str) -> Option<usize> {
    #[cfg(feature = "hydrate")]
    return input.get_untracked()?.selection_start().ok()?.map(|units| byte_at(text, units as usize));
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (input, text);
        None
    }
}

/// Puts the caret around bytes of the text, and the focus into the field.
pub fn select(input: Input, text: &str, start: usize, end: usize) {
    #[cfg(feature = "hydrate")]
    if let Some(field) = input.get_untracked() {
        let units = |byte| u32::try_from(units_at(text, byte)).unwrap_or(u32::MAX);
        let _ = (field.focus(), field.set_selection_range(units(start), units(end)));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (input, text, start, end);
}

/// Types a text at the caret, as if somebody had: it can be undone.
pub fn insert(input: Input, text: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(field) = input.get_untracked() {
        use wasm_bindgen::JsCast;
        let _ = field.focus();
        let page = document().dyn_into::<web_sys::HtmlDocument>().ok();
        let typed = page.and_then(|page| page.exec_command_with_show_ui_and_value("insertText", false, text).ok());
        if typed != Some(true) {
            let _ = field.set_range_text(text);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (input, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_bytes_agree_at_every_character() {
        let text = "aé😀\nz";
        for (units, byte) in [(0, 0), (1, 1), (2, 3), (4, 7), (5, 8), (6, 9)] {
            assert_eq!((byte_at(text, units), units_at(text, byte)), (byte, units));
        }
        assert_eq!((byte_at(text, 3), byte_at(text, 99), units_at(text, 99)), (3, text.len(), 6));
    }
}
