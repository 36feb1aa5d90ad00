use leptos::prelude::*;

/// The parts of a job's page. Which one is shown stands in the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// What is wrong, and the proof.
    #[default]
    Diagnosis,
    /// The job graph alone.
    Graph,
    /// The exceptions.
    Exceptions,
    /// What the job printed.
    Output,
    /// Findings that are over.
    History,
}

impl Tab {
    /// All tabs, in their order.
    pub const ALL: [Tab; 5] = [Tab::Diagnosis, Tab::Graph, Tab::Exceptions, Tab::Output, Tab::History];

    /// The tab that a URL asks for; the first one where it asks for none that there is.
    pub fn read(param: Option<&str>) -> Tab {
        Tab::ALL.into_iter().find(|tab| param == Some(tab.param())).unwrap_or_default()
    }

    /// Its name in the URL.
    pub fn param(self) -> &'static str {
        match self {
            Tab::Diagnosis => "diagnosis",
            Tab::Graph => "graph",
            Tab::Exceptions => "exceptions",
            Tab::Output => "output",
            Tab::History => "history",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Tab::Diagnosis => "Diagnosis",
            Tab::Graph => "Graph",
            Tab::Exceptions => "Exceptions",
            Tab::Output => "Output",
            Tab::History => "History",
        }
    }
}

/// The links from one part of a job's page to the others.
#[component]
pub fn Tabs(
    /// The one that is shown.
    current: Memo<Tab>,
    /// The address of each.
    href: impl Fn(Tab) -> String + Send + Sync + Copy + 'static,
    /// How many things there are behind each, where that is worth a number.
    count: impl Fn(Tab) -> Option<usize> + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let link = move |tab: Tab| {
        view! {
            <a
                href=move || href(tab)
                data-noscroll
                data-tab=tab.param()
                aria-current=move || (current.get() == tab).then_some("page")
            >
                {tab.title()}
                {move || count(tab).filter(|count| *count > 0).map(|count| view! { <span class="tab-count">{count}</span> })}
            </a>
        }
    };
    view! { <nav class="tabs" aria-label="Parts of this page">{Tab::ALL.map(link)}</nav> }
}

#[cfg(test)]
mod tests {
    use super::Tab;

    #[test]
    fn every_tab_is_found_under_its_own_name_and_nothing_else_is() {
        for tab in Tab::ALL {
            assert_eq!(Tab::read(Some(tab.param())), tab);
        }
        assert_eq!(Tab::read(Some("nonsense")), Tab::Diagnosis);
        assert_eq!(Tab::read(None), Tab::Diagnosis);
    }
}
