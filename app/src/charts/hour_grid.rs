use leptos::{ev, prelude::*, web_sys};
use model::{CELLS, Cell, GridRow, SubjectKind, Timestamp};
use wasm_bindgen::JsCast;

use super::{
    hour_strip::StripBars,
    readout,
    strip::{HEIGHT, Size},
};
use crate::{components::Crosshair, format};

/// A row and one of its sixty places.
type Pointed = RwSignal<Option<(usize, usize)>>;

/// The last hour of a job: a row for each check, then for each operator, then for each process.
#[component]
pub fn HourGrid(
    /// The rows, in the order in which they are shown.
    rows: Memo<Vec<GridRow>>,
) -> impl IntoView {
    let pointed: Pointed = RwSignal::new(None);
    let crosshair = use_context::<Crosshair>();
    let point = move |to: Option<(usize, usize)>| {
        pointed.set(to);
        if let Some(Crosshair(minute)) = crosshair {
            minute.set(to.and_then(|to| minute_at(&rows.read(), to)));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let from = pointed.get_untracked().unwrap_or((0, CELLS - 1));
        if let Some(to) = readout::step(&event.key(), from, rows.read_untracked().len()) {
            event.prevent_default();
            point(Some(to));
        }
    };
    let said = move || match pointed.get() {
        Some((row, place)) => rows.with(|rows| rows.get(row).map(|row| readout::readout(row, place))),
        None => None,
    };
    view! {
        <div
            class="hour-grid"
            tabindex="0"
            role="group"
            aria-label="The last hour, minute by minute. Arrow keys move through minutes and rows."
            on:keydown=on_key
            on:blur=move |_| point(None)
            on:pointerleave=move |_| point(None)
        >
            <table>
                <colgroup>
                    <col class="col-label" />
                    <col />
                    <col class="col-now" />
                </colgroup>
                <tbody>{move || rows.with(|rows| body(rows, pointed, point))}</tbody>
            </table>
            <Axis rows />
            <p class="readout" aria-live="polite">
                {move || said().unwrap_or_else(|| "Point at a minute, or use the arrow keys, to read its value.".into())}
            </p>
        </div>
    }
}

fn minute_at(rows: &[GridRow], (row, place): (usize, usize)) -> Option<Timestamp> {
    readout::cell_at(rows.get(row)?, place).map(|cell| cell.minute)
}

fn body(
    rows: &[GridRow],
    pointed: Pointed,
    point: impl Fn(Option<(usize, usize)>) + Copy + Send + 'static,
) -> Vec<AnyView> {
    let mut lines = Vec::with_capacity(rows.len() + 3);
    let mut section = "";
    for (index, row) in rows.iter().enumerate() {
        if section != section_of(row.subject.kind) {
            section = section_of(row.subject.kind);
            lines.push(view! { <tr class="section"><th colspan="3" scope="rowgroup">{section}</th></tr> }.into_any());
        }
        lines.push(line(index, row, pointed, point));
    }
    lines
}

fn section_of(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Vertex => "Operators",
        SubjectKind::TaskManager | SubjectKind::JobManager | SubjectKind::Process => "Processes",
        _ => "Checks",
    }
}

fn line(
    index: usize,
    row: &GridRow,
    pointed: Pointed,
    point: impl Fn(Option<(usize, usize)>) + Send + 'static,
) -> AnyView {
    let place = move || pointed.get().map(|(_, place)| place);
    let last = row.cells.last();
    view! {
        <tr class:pointed=move || pointed.get().is_some_and(|(row, _)| row == index) data-row=row.label.clone()>
            <th scope="row" title=format!("{} of {}", row.check, row.subject.name)>{row.label.clone()}</th>
            <td class="strip-cell">
                <svg
                    class="strip"
                    viewBox=Size::Wide.view_box()
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=super::strip::summary(&row.cells)
                    on:pointermove=move |event| point(place_under(&event).map(|place| (index, place)))
                >
                    <StripBars cells=row.cells.clone() size=Size::Wide />
                    <rect
                        class="crosshair"
                        class:on=move || place().is_some()
                        x=move || (place().unwrap_or(0) * Size::Wide.step()) as f64 - 1.0
                        width=Size::Wide.step()
                        height=HEIGHT
                    />
                </svg>
            </td>
            <td class="now" data-verdict=verdict_word(last)>{latest(row, last)}</td>
        </tr>
    }
    .into_any()
}

fn verdict_word(cell: Option<&Cell>) -> &'static str {
    cell.map_or("unknown", |cell| match cell.verdict {
        model::CellVerdict::Unknown => "unknown",
        model::CellVerdict::Ok => "ok",
        model::CellVerdict::Warn => "warn",
        model::CellVerdict::Bad => "bad",
    })
}

fn latest(row: &GridRow, cell: Option<&Cell>) -> String {
    match cell {
        Some(Cell { value: Some(value), .. }) => format::quantity(*value, &row.unit),
        Some(cell) => readout::word(cell.verdict).into(),
        None => "no data".into(),
    }
}

/// The minute under the pointer. The bars let pointer events through, so that they arrive at the strip as a whole.
fn place_under(event: &ev::PointerEvent) -> Option<usize> {
    let strip: web_sys::Element = event.target()?.dyn_into().ok()?;
    let width = strip.client_width().max(1);
    usize::try_from(event.offset_x() * i32::try_from(CELLS).ok()? / width).ok().map(|place| place.min(CELLS - 1))
}

/// The times under the strips: an hour ago, and every quarter until now.
#[component]
fn Axis(rows: Memo<Vec<GridRow>>) -> impl IntoView {
    let newest =
        Memo::new(move |_| rows.with(|rows| rows.iter().filter_map(|row| Some(row.cells.last()?.minute)).max()));
    let label = move |minutes_ago: i64| {
        newest.get().map(|newest| format::minute(newest.plus_ms(-60_000 * minutes_ago))).unwrap_or_default()
    };
    view! {
        <div class="axis" aria-hidden="true">
            {[59, 45, 30, 15, 0].map(|minutes_ago| view! { <span>{move || label(minutes_ago)}</span> })}
        </div>
    }
}
