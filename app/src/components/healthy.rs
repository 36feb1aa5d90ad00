use leptos::prelude::*;
use model::{CellVerdict, JobView, SubjectKind, Verdict};

use crate::format;

/// What stands in the place of the cause card where there is no cause: health said calmly, or that health is not known.
#[component]
pub fn Healthy(
    /// The job.
    #[prop(into)]
    view: Signal<JobView>,
) -> impl IntoView {
    move || {
        view.with(|view| {
            // A check that has no data this minute has not looked.
            let has_looked = |row: &&model::GridRow| {
                let last = row.cells.last().map_or(CellVerdict::Unknown, |cell| cell.verdict);
                row.subject.kind == SubjectKind::Job && last != CellVerdict::Unknown
            };
            let checks = view.grid.iter().filter(has_looked).count();
            let (title, why) = words(view.row.verdict, checks, view.unknown.len());
            view! {
                <div class="healthy" data-verdict=format::verdict(view.row.verdict)>
                    <h2>{title}</h2>
                    <p>{why}</p>
                </div>
            }
        })
    }
}

fn words(verdict: Verdict, checks: usize, unknown: usize) -> (&'static str, String) {
    let looked = format!("{} looked at this job", format::plural(checks, "check"));
    let gaps = match unknown {
        0 => String::new(),
        _ => format!(" {} could not be assessed; they are listed below.", format::plural(unknown, "thing")),
    };
    match verdict {
        Verdict::Healthy => ("Nothing is wrong.", format!("{looked} and found nothing.{gaps}")),
        Verdict::Unknown => ("Too little is known to judge.", format!("Missing data is not health.{gaps}")),
        Verdict::Critical | Verdict::Degraded => {
            ("Something is wrong, and the cause is not determined yet.", format!("{looked}.{gaps}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_health_is_called_health() {
        assert!(words(Verdict::Healthy, 6, 1).0.starts_with("Nothing is wrong"));
        for verdict in [Verdict::Unknown, Verdict::Critical, Verdict::Degraded] {
            assert!(!words(verdict, 6, 0).0.starts_with("Nothing"), "{verdict:?}");
        }
    }
}
