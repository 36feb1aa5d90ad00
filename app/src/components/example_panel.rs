use std::time::Duration;

use leptos::prelude::*;
use leptos_router::components::A;
use model::{Condition, ExampleView};

use crate::{components::ErrorNotice, href, serverfns::SetExample};

/// How long a deployment is news.
const NEWS_FOR: Duration = Duration::from_secs(60);

/// The controls of the shipped example job: what it suffers from, and what each button will do to it.
#[component]
pub fn ExamplePanel(
    /// The example, as it is now.
    example: Memo<Option<ExampleView>>,
    /// Whether to lead to the job's page, from where it is not shown.
    #[prop(optional)]
    elsewhere: bool,
) -> impl IntoView {
    let action = ServerAction::<SetExample>::new();
    let pending = action.pending();
    let condition = Memo::new(move |_| example.read().as_ref().map(|example| example.condition));
    let is_new = RwSignal::new(false);
    Effect::new(move |_| {
        if action.version().get() > 0 {
            is_new.set(true);
            set_timeout(move || _ = is_new.try_set(false), NEWS_FOR);
        }
    });
    let said = move || match (pending.get(), action.value().get()) {
        (true, _) => Some("Deploying the changed script …"),
        (false, Some(Ok(_))) if is_new.get() => {
            Some("Deployed. The verdict follows within a minute, and is shown as it comes.")
        }
        _ => None,
    };
    let failed =
        move || action.value().get().and_then(Result::err).map(|error| view! { <ErrorNotice error=error.0 /> });
    let words = move || example.get().filter(|_| elsewhere).map(about);
    view! {
        <section
            class="example"
            aria-labelledby="try-it"
            hidden=move || condition.get().is_none()
            data-condition=move || condition.get().map(condition_name)
        >
            <div class="example-head">
                <h2 id="try-it">{move || condition.get().map(heading)}</h2>
                <p class="said" role="status">{said}</p>
            </div>
            {words}
            <ActionForm action>
                <div class="choices">
                    {CHOICES.map(|choice| view! { <ChoiceButton choice condition pending=pending.into() /> })}
                </div>
            </ActionForm>
            {failed}
        </section>
    }
}

/// The conditions in the order of the buttons; "well" comes first, so that it stays in its place.
const CHOICES: [Condition; 4] = [Condition::Well, Condition::SlowSink, Condition::HotKey, Condition::BadRecord];

#[component]
fn ChoiceButton(choice: Condition, condition: Memo<Option<Option<Condition>>>, pending: Signal<bool>) -> impl IntoView {
    let (value, label, effect) = words(choice);
    let is_now = Memo::new(move |_| condition.get().flatten() == Some(choice));
    let primary = Memo::new(move |_| condition.get().is_some_and(|condition| primary(condition) == choice));
    view! {
        <div class="choice" data-now=move || is_now.get().to_string()>
            <button
                type="submit"
                name="condition"
                value=value
                class:primary=primary
                disabled=move || pending.get() || is_now.get()
                aria-describedby=format!("effect-{value}")
            >
                {label}
            </button>
            <p id=format!("effect-{value}") class="quiet">{move || if is_now.get() { "This is how it is now." } else { effect }}</p>
        </div>
    }
}

fn about(example: ExampleView) -> impl IntoView {
    view! {
        <p class="example-about">
            <A href=href::job(&example.job, &example.cluster, None)>{example.job.clone()}</A>
            " answers: "
            <q>{example.question}</q>
        </p>
    }
}

/// The one action that makes most sense next.
fn primary(now: Option<Condition>) -> Condition {
    match now {
        Some(Condition::Well) => Condition::SlowSink,
        _ => Condition::Well,
    }
}

fn heading(now: Option<Condition>) -> &'static str {
    match now {
        None => "Try it: the example job does not run",
        Some(Condition::Well) => "Try it: the example job is well; make it sick",
        Some(Condition::SlowSink) => "Try it: the example job has a slow sink",
        Some(Condition::HotKey) => "Try it: the example job has a hot key",
        Some(Condition::BadRecord) => "Try it: the example job meets a bad record",
    }
}

fn condition_name(now: Option<Condition>) -> &'static str {
    now.map_or("none", |now| words(now).0)
}

/// A condition's name on the wire, its button, and what the button will do.
fn words(condition: Condition) -> (&'static str, &'static str, &'static str) {
    match condition {
        Condition::Well => {
            ("well", "Make it well", "The healthy script is deployed; open findings close when the signs are gone.")
        }
        Condition::SlowSink => (
            "slow-sink",
            "Slow sink",
            "The service behind the sink answers slowly. The sink should be named: busy, but waiting.",
        ),
        Condition::HotKey => {
            ("hot-key", "Hot key", "Nine records in ten get one key. One subtask should be named, its siblings idle.")
        }
        Condition::BadRecord => (
            "bad-record",
            "Bad record",
            "One row of the input cannot be parsed. A restart loop should be found, with its exception.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_conditions_are_those_of_the_wire() {
        for condition in CHOICES {
            let wire = serde_json::to_string(&condition).unwrap_or_default();
            assert_eq!(wire, format!("\"{}\"", words(condition).0));
        }
    }

    #[test]
    fn the_sick_are_made_well_first() {
        assert_eq!(primary(Some(Condition::Well)), Condition::SlowSink);
        for now in [None, Some(Condition::HotKey), Some(Condition::BadRecord), Some(Condition::SlowSink)] {
            assert_eq!(primary(now), Condition::Well);
        }
    }
}
