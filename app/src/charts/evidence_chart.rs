use leptos::{ev, prelude::*, web_sys};
use model::{EvidenceSeries, Timestamp};
use wasm_bindgen::JsCast;

use super::plot::{BOTTOM, HEIGHT, LEFT, Plot, WIDTH};
use crate::{components::Crosshair, format};

/// How one piece of evidence went over the last minutes, beside the threshold it is held against.
#[component]
pub fn EvidenceChart(
    /// The evidence and its values.
    series: Memo<EvidenceSeries>,
) -> impl IntoView {
    let plot = Memo::new(move |_| series.with(|series| Plot::new(&series.points, series.evidence.threshold)));
    let pointed = RwSignal::new(None::<usize>);
    let cross = crosshair(plot, pointed);
    let unit = move || series.read().evidence.unit.clone();
    let label = move || {
        series.with(|series| {
            let values = series.points.iter().filter_map(|(_, value)| *value).count();
            format!("{} of {}: {}", series.evidence.signal, series.evidence.subject, format::plural(values, "value"))
        })
    };
    view! {
        <svg
            class="plot"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=label
            on:pointermove=move |event| pointed.set(x_under(&event).and_then(|x| plot.read_untracked().nearest(x)))
            on:pointerleave=move |_| pointed.set(None)
        >
            {move || plot.with(|plot| ticks(plot, &unit()))}
            {move || plot.with(|plot| plot.threshold.map(threshold))}
            <path class="plot-line" d=move || plot.read().line.clone() />
            {move || plot.with(|plot| plot.last.map(|(x, y)| view! { <circle class="plot-last" cx=x cy=y r="3" /> }))}
            {move || cross.get().map(|place| cross_view(place, &series.read()))}
            {move || times(&series.read())}
        </svg>
    }
}

/// The value that is pointed at: in this chart, or by the crosshair that runs through all of them.
fn crosshair(plot: Memo<Plot>, pointed: RwSignal<Option<usize>>) -> Memo<Option<(f64, usize)>> {
    let shared = use_context::<Crosshair>();
    Memo::new(move |_| {
        let plot = plot.read();
        let elsewhere = || {
            let minute = shared?.0.get()?;
            plot.places.iter().rposition(|(at, _, _)| at.minute() == minute)
        };
        let index = pointed.get().or_else(elsewhere)?;
        plot.places.get(index).map(|(_, x, _)| (*x, index))
    })
}

fn ticks(plot: &Plot, unit: &str) -> Vec<AnyView> {
    let tick = |(value, y): &(f64, f64)| {
        view! {
            <line class="plot-grid" x1=LEFT x2=WIDTH y1=*y y2=*y />
            <text class="plot-tick" x=LEFT - 6.0 y=y + 3.5 text-anchor="end">{short(*value, unit)}</text>
        }
        .into_any()
    };
    plot.ticks.iter().map(tick).collect()
}

/// A tick has no room for a unit, except where the unit changes the number.
fn short(value: f64, unit: &str) -> String {
    match unit {
        "B" | "bytes" | "ms" | "s" => format::quantity(value, unit),
        _ => format::number(value),
    }
}

fn threshold(y: f64) -> impl IntoView {
    view! {
        <line class="plot-threshold" x1=LEFT x2=WIDTH y1=y y2=y />
        <text class="plot-threshold-label" x=LEFT + 2.0 y=y - 3.0>"threshold"</text>
    }
}

fn cross_view((x, index): (f64, usize), series: &EvidenceSeries) -> impl IntoView + use<> {
    let said = series.points.get(index).map(|(at, value)| {
        let value = value.map_or("no data".into(), |value| format::quantity(value, &series.evidence.unit));
        format!("{} · {value}", at.clock())
    });
    let (anchor, text_x) = if x > WIDTH / 2.0 { ("end", x - 4.0) } else { ("start", x + 4.0) };
    view! {
        <line class="plot-cross" x1=x x2=x y1="0" y2=BOTTOM />
        <text class="plot-said" x=text_x y="9" text-anchor=anchor>{said}</text>
    }
}

fn times(series: &EvidenceSeries) -> impl IntoView + use<> {
    let clock = |point: Option<&(Timestamp, Option<f64>)>| point.map(|(at, _)| format::minute(*at));
    view! {
        <text class="plot-tick" x=LEFT y=HEIGHT - 2.0>{clock(series.points.first())}</text>
        <text class="plot-tick" x=WIDTH - 6.0 y=HEIGHT - 2.0 text-anchor="end">{clock(series.points.last())}</text>
    }
}

/// The pointer's place in units of the drawing.
fn x_under(event: &ev::PointerEvent) -> Option<f64> {
    let chart: web_sys::Element = event.target()?.dyn_into().ok()?;
    Some(f64::from(event.offset_x()) * WIDTH / f64::from(chart.client_width().max(1)))
}
