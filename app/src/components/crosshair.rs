use leptos::prelude::*;
use model::Timestamp;

/// The minute that is pointed at in any chart of the page: time is the axis that they share.
#[derive(Debug, Clone, Copy)]
pub struct Crosshair(pub RwSignal<Option<Timestamp>>);
