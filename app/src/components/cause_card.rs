use leptos::prelude::*;
use model::{Confidence, EvidenceSeries, Finding, Severity, SubjectKind, Timestamp};

use crate::{
    components::{Ago, EvidenceList, Instructions, evidence::with_series, severity_status},
    format,
    group::Group,
};

/// One root cause: what is wrong and why, what it rests on, what follows from it, and what to do.
#[component]
pub fn CauseCard(
    /// The cause and its consequences.
    group: Memo<Group>,
    /// The values over time of all evidence on the page.
    series: Memo<Vec<EvidenceSeries>>,
    /// The time of the data.
    as_of: Signal<Timestamp>,
) -> impl IntoView {
    let finding = Memo::new(move |_| group.read().root.clone());
    let evidence = Memo::new(move |_| finding.with(|root| with_series(&root.id, &root.evidence, &series.read())));
    let consequences = Memo::new(move |_| group.read().consequences.clone());
    view! {
        <article
            class="cause"
            data-finding=move || finding.read().id.clone()
            data-cause=move || finding.read().cause.clone()
            data-severity=move || severity(finding.read().severity)
        >
            <div class="cause-what">
                {move || finding.with(|finding| what(finding, as_of))}
                <h3>"Evidence"</h3>
                <EvidenceList evidence />
                {move || follow_ups(consequences.get(), as_of)}
            </div>
            <div class="cause-do">
                <h3>"What to do"</h3>
                {move || view! { <Instructions steps=finding.read().instructions.clone() /> }}
            </div>
        </article>
    }
}

fn what(finding: &Finding, as_of: Signal<Timestamp>) -> impl IntoView + use<> {
    let confidence = match finding.confidence {
        Confidence::High => "confidence high: the cause itself was seen",
        Confidence::Medium => "confidence medium: metrics corroborate it",
        Confidence::Low => "confidence low: only the symptom was seen",
    };
    let at = finding.opened_at;
    view! {
        <h2 class="cause-title">{finding.title.clone()}</h2>
        <p class="cause-meta">
            {severity_status(finding.severity)}
            <code>{finding.cause.clone()}</code>
            {subject(finding).map(|subject| view! { <span>{subject}</span> })}
            <span>"seen "<Ago as_of at in_words=true /></span>
        </p>
        <p class="cause-why">{finding.why.clone()}</p>
        <p class="quiet">{confidence}</p>
    }
}

/// Whom it is about, unless that is the job itself.
fn subject(finding: &Finding) -> Option<String> {
    let subject = &finding.subject;
    let subtask = subject.subtask.map(|index| format!(", subtask {index}")).unwrap_or_default();
    (subject.kind != SubjectKind::Job).then(|| format!("{}{subtask}", subject.name))
}

fn follow_ups(consequences: Vec<Finding>, as_of: Signal<Timestamp>) -> impl IntoView {
    if consequences.is_empty() {
        return ().into_any();
    }
    let titles = consequences.iter().map(|finding| finding.title.as_str()).collect::<Vec<_>>().join(" · ");
    let item = |finding: Finding| {
        let at = finding.opened_at;
        view! {
            <li data-consequence=finding.cause.clone()>
                <p><strong>{finding.title}</strong>" "<span class="quiet">"seen "<Ago as_of at in_words=true /></span></p>
                <p>{finding.why}</p>
            </li>
        }
    };
    view! {
        <details class="consequences">
            <summary>
                {format::plural(consequences.len(), "consequence")}
                <span class="quiet">{titles}</span>
            </summary>
            <ul>{consequences.into_iter().map(item).collect_view()}</ul>
        </details>
    }
    .into_any()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Moderate => "moderate",
        Severity::Severe => "severe",
        Severity::Critical => "critical",
    }
}
