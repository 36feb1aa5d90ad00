use leptos::prelude::*;
use model::sql::{PlanNode, plan_nodes};

use super::Desk;

/// How the script would be run: a tree whose sources are deepest, and the gateway's own words beneath.
#[component]
pub fn PlanPreview(desk: Desk) -> impl IntoView {
    let nodes = Memo::new(move |_| desk.plan.get().map(|plan| plan_nodes(&plan)).unwrap_or_default());
    view! {
        <details class="sql-plan" data-absent=move || desk.plan.read().is_none().then_some("")>
            <summary>"Plan" <span class="quiet">{move || summary(&nodes.read())}</span></summary>
            <ol>{move || nodes.get().into_iter().map(node).collect_view()}</ol>
            <details class="sql-explained">
                <summary>"As the gateway explains it"</summary>
                <pre tabindex="0">{move || desk.plan.get()}</pre>
            </details>
        </details>
    }
}

fn node(node: PlanNode) -> impl IntoView {
    let detail = node.detail.clone();
    view! {
        <li data-depth=node.depth.min(12).to_string() title=node.detail>
            <span class="name">{node.name}</span>
            <span class="quiet">{detail}</span>
        </li>
    }
}

/// The steps from the first source to the end, as far as they are one line.
fn summary(nodes: &[PlanNode]) -> String {
    let names: Vec<&str> = nodes.iter().rev().map(|node| node.name.as_str()).take(6).collect();
    names.join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_reads_from_the_source_on() {
        let node = |name: &str| PlanNode { depth: 0, name: name.into(), detail: String::new() };
        assert_eq!(summary(&[node("Sink"), node("Calc"), node("Scan")]), "Scan → Calc → Sink");
        assert_eq!(summary(&[]), "");
    }
}
