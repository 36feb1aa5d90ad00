use leptos::prelude::*;
use model::Instruction;

use crate::components::Copyable;

/// What to do, in numbered steps.
#[component]
pub fn Instructions(
    /// The steps, in order.
    steps: Vec<Instruction>,
) -> impl IntoView {
    if steps.is_empty() {
        return view! { <p class="quiet">"No steps are known for this; the evidence is the place to begin."</p> }
            .into_any();
    }
    let step = |step: Instruction| {
        view! {
            <li>
                <p>{step.step}</p>
                {step.command.map(|text| view! { <Copyable text /> })}
                {step.link.map(|link| view! { <a href=link.clone() rel="external">{link.clone()}</a> })}
            </li>
        }
    };
    view! { <ol class="steps">{steps.into_iter().map(step).collect_view()}</ol> }.into_any()
}
