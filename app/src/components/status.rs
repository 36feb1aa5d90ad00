use leptos::prelude::*;
use model::{Severity, Verdict};

use crate::format;

/// A verdict as a shape and a word: colour is never alone in saying it.
#[component]
pub fn Status(
    /// The verdict.
    #[prop(into)]
    verdict: Signal<Verdict>,
) -> impl IntoView {
    let word = move || format::verdict(verdict.get());
    view! {
        <span class="status" data-verdict=word>
            <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{move || verdict_shape(verdict.get())}</svg>
            {word}
        </span>
    }
}

/// A finding's severity, in the shape of the verdict that it leads to.
pub fn severity_status(severity: Severity) -> impl IntoView {
    let (verdict, word) = match severity {
        Severity::Critical => (Verdict::Critical, "critical"),
        Severity::Severe => (Verdict::Degraded, "severe"),
        Severity::Moderate => (Verdict::Degraded, "moderate"),
        Severity::Low => (Verdict::Healthy, "low"),
    };
    view! {
        <span class="status" data-verdict=format::verdict(verdict) data-severity=word>
            <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{verdict_shape(verdict)}</svg>
            {word}
        </span>
    }
}

/// ● critical, ▲ degraded, ✓ healthy, ? unknown; for a drawing of 12 by 12.
pub fn verdict_shape(verdict: Verdict) -> AnyView {
    match verdict {
        Verdict::Critical => view! { <circle class="shape-critical" cx="6" cy="6" r="5" /> }.into_any(),
        Verdict::Degraded => view! { <path class="shape-degraded" d="M6 .8L11.6 10.8H.4z" /> }.into_any(),
        Verdict::Healthy => view! { <path class="shape-healthy" d="M1.8 6.6L4.8 9.6L10.4 2.8" /> }.into_any(),
        Verdict::Unknown => view! {
            <path class="shape-unknown" d="M3.4 4.2C3.4 2.4 4.5 1.4 6 1.4S8.6 2.4 8.6 3.9C8.6 5.7 6 5.7 6 7.6M6 10.2v.6" />
        }
        .into_any(),
    }
}
