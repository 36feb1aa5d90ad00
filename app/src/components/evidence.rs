use leptos::prelude::*;
use model::{Evidence, EvidenceSeries};

use crate::{charts::EvidenceChart, format, keyed};

/// What a finding rests on: each value beside its threshold, and drawn where its past is known.
#[component]
pub fn EvidenceList(
    /// The evidence, with its values over time; a piece without values is shown as it is.
    evidence: Memo<Vec<EvidenceSeries>>,
) -> impl IntoView {
    let by_key = keyed::by_key(move || evidence.get(), key);
    view! {
        <ul class="evidence">
            <For each=move || evidence.get() key=key let:series>
                <Item series=keyed::newest(by_key, key(&series), series) />
            </For>
        </ul>
    }
}

/// Pairs a finding's evidence with the values over time that the view has for it.
pub fn with_series(finding: &str, evidence: &[Evidence], series: &[EvidenceSeries]) -> Vec<EvidenceSeries> {
    let points = |evidence: &Evidence| {
        let same = |series: &&EvidenceSeries| {
            let other = &series.evidence;
            series.finding == finding && other.signal == evidence.signal && other.subject == evidence.subject
        };
        series.iter().find(same).map(|series| series.points.clone()).unwrap_or_default()
    };
    let pair = |evidence: &Evidence| EvidenceSeries {
        finding: finding.to_owned(),
        evidence: evidence.clone(),
        points: points(evidence),
    };
    evidence.iter().map(pair).collect()
}

fn key(series: &EvidenceSeries) -> String {
    let text = series.evidence.text.as_deref().unwrap_or_default();
    format!("{}/{}/{text}", series.evidence.signal, series.evidence.subject)
}

#[component]
fn Item(series: Memo<EvidenceSeries>) -> impl IntoView {
    let drawn = Memo::new(move |_| series.read().points.iter().filter(|(_, value)| value.is_some()).count() > 1);
    view! {
        <li data-signal=move || series.read().evidence.signal.clone()>
            {move || series.with(|series| facts(&series.evidence))}
            {move || drawn.get().then(|| view! { <EvidenceChart series /> })}
        </li>
    }
}

fn facts(evidence: &Evidence) -> impl IntoView + use<> {
    let value = evidence.value.map(|value| format::quantity(value, &evidence.unit));
    let threshold =
        evidence.threshold.map(|threshold| format!("threshold {}", format::quantity(threshold, &evidence.unit)));
    view! {
        <p class="fact">
            <span class="fact-name">
                <code>{evidence.signal.clone()}</code>
                <span class="quiet" title=evidence.subject.clone()>{evidence.subject.clone()}</span>
            </span>
            {value.map(|value| view! { <span class="fact-value">{value}</span> })}
            {threshold.map(|threshold| view! { <span class="fact-threshold">{threshold}</span> })}
        </p>
        {evidence.text.clone().map(|text| view! { <blockquote class="fact-text">{text}</blockquote> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn evidence(signal: &str, subject: &str) -> Evidence {
        Evidence {
            signal: signal.into(),
            subject: subject.into(),
            value: Some(1.0),
            text: None,
            unit: "ms/s".into(),
            threshold: None,
            series: None,
        }
    }

    #[test]
    fn values_go_to_their_own_finding_and_signal() {
        let series = |finding: &str, signal: &str| EvidenceSeries {
            finding: finding.into(),
            evidence: evidence(signal, "sink"),
            points: vec![(Timestamp(0), Some(1.0))],
        };
        let all = [series("other", "busy"), series("mine", "busy")];
        let paired = with_series("mine", &[evidence("busy", "sink"), evidence("cpu", "sink")], &all);
        assert_eq!(paired.iter().map(|series| series.points.len()).collect::<Vec<_>>(), [1, 0]);
        assert!(with_series("third", &[evidence("busy", "sink")], &all).iter().all(|series| series.points.is_empty()));
    }
}
