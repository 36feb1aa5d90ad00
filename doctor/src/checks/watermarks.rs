//! **Watermarks.** Does event time stand still?
//!
//! The lowest watermark of its inputs holds a downstream operator's windows back. Found is the subtask whose own watermark
//! stands still, or never was set, while those of its siblings advance, and below which the input watermark stands still
//! too although records arrive. A subtask that declared itself idle does not hold anything back and is not found; neither is a job whose
//! operators have no watermarks at all.

use model::{Confidence, Severity, VertexSnapshot};

use crate::case::{Moment, Window};
use crate::load::{metrics, to_f64};
use crate::names;
use crate::outcome::{Draft, Facts, Outcome, of_vertex, run, step};
use crate::signals::{number, text};
use crate::thresholds::WATERMARK_BEHIND;

/// Flink's `no watermark yet`, with room for what a double loses of it.
const NEVER: f64 = -9.0e18;
/// A run younger than this may not have had a record in every subtask, in milliseconds.
const YOUNG_MS: i64 = 25_000;

/// Does event time stand still?
pub fn check(facts: &Facts) -> Outcome {
    let Some(window) = &facts.window else { return Outcome::lacking(facts.too_early()) };
    let vertices = &facts.case.job().vertices;
    if !vertices
        .iter()
        .flat_map(|v| &v.subtasks)
        .any(|s| s.metrics.keys().any(|name| name.ends_with("OutputWatermark")))
    {
        return Outcome::lacking("currentOutputWatermark of any operator");
    }
    if facts.case.now().at().since_ms(facts.case.run_began()) < YOUNG_MS {
        return Outcome::read(None);
    }
    let outcome = Outcome::read(Some(0.0));
    let found = vertices.iter().find_map(|vertex| stalled(facts, window, vertex));
    outcome.with(found.map(|stall| draft(window, &stall)))
}

/// A subtask whose watermark stands still while its siblings' advance.
struct Stall<'a> {
    vertex: &'a VertexSnapshot,
    operator: String,
    subtask: u32,
    /// How far behind the siblings, in milliseconds; `None` where it never had one.
    behind: Option<f64>,
    below: String,
}

fn stalled<'a>(facts: &Facts<'a>, window: &Window<'a>, vertex: &'a VertexSnapshot) -> Option<Stall<'a>> {
    let (first, last) = (window.moments().first()?, window.moments().last()?);
    names::operators(&vertex.name).into_iter().rev().find_map(|operator| {
        let metric = format!("{}.currentOutputWatermark", names::in_metrics(&operator));
        let known: Vec<(u32, f64, f64)> = vertex
            .subtasks
            .iter()
            .filter_map(|s| {
                let before = *metrics(first, &vertex.id, s.index)?.get(&metric)?;
                Some((s.index, before, *metrics(last, &vertex.id, s.index)?.get(&metric)?))
            })
            .collect();
        let lead = known
            .iter()
            .filter(|(_, before, after)| after > before && *after > NEVER)
            .map(|k| k.2)
            .max_by(f64::total_cmp)?;
        let still = known.iter().filter(|(_, before, after)| after <= before).min_by(|a, b| a.2.total_cmp(&b.2))?;
        let behind = (still.2 > NEVER).then_some(lead - still.2);
        if behind.is_some_and(|behind| behind < WATERMARK_BEHIND.value) {
            return None;
        }
        let below = held_below(facts, first, last, vertex, still.2)?;
        Some(Stall { vertex, operator, subtask: still.0, behind, below })
    })
}

/// The name of a vertex below that gets records but whose input watermark is held at this one.
fn held_below(facts: &Facts, first: &Moment, last: &Moment, vertex: &VertexSnapshot, at: f64) -> Option<String> {
    let below = facts.case.job().vertices.iter().filter(|v| v.inputs.iter().any(|input| input.vertex == vertex.id));
    let held = |v: &VertexSnapshot| {
        v.subtasks.iter().any(|s| {
            let pair = metrics(first, &v.id, s.index).zip(metrics(last, &v.id, s.index));
            pair.is_some_and(|(before, after)| {
                let stands = after.get("currentInputWatermark").is_some_and(|input| *input <= at.max(NEVER));
                let fed = before.get("numRecordsIn").zip(after.get("numRecordsIn")).is_some_and(|(b, a)| a > b);
                stands && fed
            })
        })
    };
    below.into_iter().find(|v| held(v)).map(|v| v.name.clone())
}

fn draft(window: &Window, stall: &Stall) -> Draft {
    let name = &stall.vertex.name;
    let subtask = names::subtask(stall.vertex, stall.subtask);
    let flow = counted(window, stall, "numRecordsIn").zip(counted(window, stall, "numRecordsOut"));
    let source = stall.vertex.inputs.is_empty();
    let reason = match flow {
        Some((0.0, _)) if !source => "It gets no records.",
        Some((_, 0.0)) if source => "It reads no records: its partitions are empty, or it has none.",
        Some((_, 0.0)) => "It takes records but passes none on.",
        _ => "Records pass through it, but one of its inputs does not advance.",
    };
    let since = stall.behind.map_or_else(
        || "has had no watermark since the start".to_owned(),
        |behind| format!("is {:.0} s of event time behind and stands still", behind / 1000.0),
    );
    let mut evidence = vec![match stall.behind {
        Some(behind) => number("watermark behind its siblings", &subtask, behind, "ms", Some(&WATERMARK_BEHIND)),
        None => text("currentOutputWatermark", &subtask, "none since the start, while its siblings' advance"),
    }];
    if let Some((taken, given)) = flow {
        evidence.push(number("numRecordsInPerSecond", &subtask, taken, "records/s", None));
        evidence.push(number("numRecordsOutPerSecond", &subtask, given, "records/s", None));
    }
    Draft {
        cause: "watermark-stalled",
        severity: Severity::Severe,
        confidence: Confidence::High,
        subject: of_vertex(stall.vertex).at(stall.subtask),
        title: format!("{subtask} holds event time back for the whole job"),
        why: format!(
            "There {} {since}, while its siblings advance. So event time stands still in {} and all that follows: windows never \
             close, and their state only grows. {reason}",
            stall.operator, stall.below
        ),
        evidence,
        instructions: instructions(name, &subtask, source),
    }
}

/// Records a second of one counter of the stalled subtask.
fn counted(window: &Window, stall: &Stall, counter: &str) -> Option<f64> {
    let (first, last) = (window.moments().first()?, window.moments().last()?);
    let (before, after) =
        (metrics(first, &stall.vertex.id, stall.subtask)?, metrics(last, &stall.vertex.id, stall.subtask)?);
    let seconds = to_f64(last.at().since_ms(first.at())) / 1000.0;
    crate::load::rate(before, after, seconds, counter)
}

fn instructions(name: &str, subtask: &str, source: bool) -> Vec<model::Instruction> {
    let first = if source {
        format!(
            "See whether the partitions that {subtask} reads get records at all; a source with more subtasks than partitions leaves some without."
        )
    } else {
        format!(
            "See why {subtask} passes nothing on while the others do: a filter, a branch, a partition without input."
        )
    };
    vec![
        step(first),
        run(
            "Let an input without records declare itself idle, so that it holds nothing back.",
            "WatermarkStrategy.<T>forBoundedOutOfOrderness(Duration.ofSeconds(2)).withIdleness(Duration.ofSeconds(30))   // SQL: SET 'table.exec.source.idle-timeout' = '30 s'",
        ),
        step(format!(
            "Start the job from its latest checkpoint. Expect currentInputWatermark below {name} to advance within a minute, \
                      and a burst of results as the windows that waited close."
        )),
        step(
            "If it should have had records, stop and call whoever fills that input: the missing part of the data is the fault.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::build::{JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    const NONE: f64 = -9_223_372_036_854_775_808.0;

    /// Whether a stall is found, with the two subtasks' output watermarks and the input watermark below, by second.
    fn check(out: impl Fn(f64) -> [f64; 2], below: impl Fn(f64) -> f64, expect: Option<&str>) {
        let history = history(&[40, 50, 60], |s| {
            let second = f64::from(i32::try_from(s).unwrap());
            let parse = vertex("parse -> wm", 2)
                .gauge("wm.currentOutputWatermark", &out(second))
                .gauge("numRecordsIn", &[second, second]);
            let window = vertex("window", 1).after("parse -> wm", "HASH");
            let window = window.gauge("currentInputWatermark", &[below(second)]).gauge("numRecordsIn", &[second]);
            cluster(s).job(job("j").vertex(parse).vertex(window))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.first().map(|d| d.subject.name.as_str()), expect);
    }

    #[test]
    fn a_subtask_without_a_watermark_holds_the_rest() {
        check(|s| [NONE, 1e12 + 1e3 * s], |_| NONE, Some("parse -> wm"));
        check(|s| [1e12, 1e12 + 1e3 * s], |_| 1e12, Some("parse -> wm"));
    }

    #[test]
    fn an_idle_one_that_holds_nothing_is_none() {
        check(|s| [NONE, 1e12 + 1e3 * s], |s| 1e12 + 1e3 * s, None);
    }

    #[test]
    fn all_advancing_none_at_all_or_all_still_is_none() {
        check(|s| [1e12 + 1e3 * s, 1e12 + 1e3 * s], |s| 1e12 + 1e3 * s, None);
        check(|_| [NONE, NONE], |_| NONE, None);
        check(|_| [1e12, 1e12], |_| 1e12, None);
    }
}
