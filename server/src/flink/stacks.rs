//! Flame graphs become a handful of stacks: which were on the processor, which waited, and for what.

use model::{Stack, StackSample, Timestamp, VertexSnapshot};

use super::{cache::SnapshotCache, client::Reader, json};

/// How many stacks are kept.
const TOP: usize = 5;

/// How many frames of each are kept, from the innermost.
const FRAMES: usize = 12;

/// From which busy time on a vertex of a live cluster is sampled, in milliseconds a second: sampling costs its task managers
/// something, and the stacks of an idle vertex say nothing.
const BUSY: f64 = 500.0;

/// What Flink answers for `endTimestamp` where `rest.flamegraph.enabled` is false. -1 is a vertex that has ended, -3 one whose
/// first sample is under way: both may change.
const DISABLED: i64 = -2;

/// Whether the stacks of `vertex` are worth asking for: it is busy, or a checkpoint waits for it.
pub(super) fn worthwhile(vertex: &VertexSnapshot, checkpoint_waits: bool) -> bool {
    let busy =
        |subtask: &model::SubtaskSnapshot| subtask.metrics.get("busyTimeMsPerSecond").is_some_and(|busy| *busy >= BUSY);
    checkpoint_waits || vertex.subtasks.iter().any(busy)
}

/// The sampled stacks of a vertex; `None` where there are none (yet: Flink samples only after it was asked).
pub(super) async fn read(reader: Reader<'_>, cache: &SnapshotCache, job: &str, vertex: &str) -> Option<StackSample> {
    if cache.no_stacks() {
        return None;
    }
    let path = format!("/jobs/{job}/vertices/{vertex}/flamegraph");
    let (on, off) = futures::join!(reader.bytes(&path, "type=on_cpu"), reader.bytes(&path, "type=off_cpu"));
    let (on, off) = (flame(&on.ok()?)?, flame(&off.ok()?)?);
    if reader.transport().live() && (on.ended == DISABLED || off.ended == DISABLED) {
        cache.keep_no_stacks();
    }
    combine(on, off)
}

/// One flame graph: its samples, and the stacks that end somewhere.
#[derive(Debug, Default)]
struct Flame {
    ended: i64,
    samples: u64,
    stacks: Vec<Stack>,
}

fn combine(on: Flame, off: Flame) -> Option<StackSample> {
    let at = on.ended.max(off.ended);
    if at <= 0 || on.samples + off.samples == 0 {
        return None;
    }
    let mut top: Vec<Stack> = on.stacks.into_iter().chain(off.stacks).collect();
    top.sort_by_key(|stack| std::cmp::Reverse(stack.samples));
    top.truncate(TOP);
    Some(StackSample { at: Timestamp(at), on_cpu: on.samples, off_cpu: off.samples, top })
}

/// Reads a flame graph; `None` where `body` is none. One without data has no samples.
fn flame(body: &[u8]) -> Option<Flame> {
    let mut flame = Flame::default();
    for (key, value) in json::members(body)? {
        match key {
            b"endTimestamp" => flame.ended = serde_json::from_slice(value).ok()?,
            b"data" if value != b"null" => (flame.samples, flame.stacks) = stacks(value)?,
            _ => {}
        }
    }
    Some(flame)
}

/// One node of a flame graph, not yet descended into.
struct Node<'a> {
    name: String,
    samples: u64,
    children: Vec<&'a [u8]>,
}

fn node(text: &[u8]) -> Option<Node<'_>> {
    let mut node = Node { name: String::new(), samples: 0, children: Vec::new() };
    for (key, value) in json::members(text)? {
        match key {
            b"name" => node.name = serde_json::from_slice(value).ok()?,
            b"value" => node.samples = serde_json::from_slice(value).ok()?,
            b"children" if value != b"null" => node.children = json::elements(value)?,
            _ => {}
        }
    }
    Some(node)
}

/// All samples, and the stacks that end at some node, most frequent first. Walks with a list of its own instead of recursion.
fn stacks(root: &[u8]) -> Option<(u64, Vec<Stack>)> {
    let root = node(root)?;
    let samples = root.samples;
    let mut found = Vec::new();
    let mut open: Vec<(Vec<String>, Node<'_>)> = vec![(Vec::new(), root)];
    while let Some((path, parent)) = open.pop() {
        let mut ending = parent.samples;
        for child in parent.children {
            let child = node(child)?;
            ending = ending.saturating_sub(child.samples);
            // Only the innermost frames are kept, so the outermost ones need not be carried along.
            let mut path = path.clone();
            path.insert(0, child.name.clone());
            path.truncate(FRAMES);
            open.push((path, child));
        }
        if ending > 0 && !path.is_empty() {
            found.push(Stack { samples: ending, frames: path });
        }
    }
    found.sort_by(|a, b| b.samples.cmp(&a.samples).then_with(|| a.frames.cmp(&b.frames)));
    found.truncate(TOP);
    Some((samples, found))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const OFF: &[u8] = br#"{"endTimestamp": 70, "data": {"name": "root", "value": 100, "children": [
        {"name": "Thread.run:840", "value": 100, "children": [
            {"name": "Sink.call:174", "value": 95, "children": [{"name": "Thread.sleep:-2", "value": 95, "children": []}]},
            {"name": "Mailbox.take:49", "value": 3, "children": []}]}]}}"#;

    #[test]
    fn stacks_end_innermost_first_and_most_frequent_first() {
        let found = flame(OFF).unwrap();
        assert_eq!((found.ended, found.samples), (70, 100));
        let seen: Vec<_> = found.stacks.iter().map(|stack| (stack.samples, stack.frames.join(" < "))).collect();
        let expect = [
            (95, "Thread.sleep:-2 < Sink.call:174 < Thread.run:840".to_string()),
            (3, "Mailbox.take:49 < Thread.run:840".to_string()),
            (2, "Thread.run:840".to_string()),
        ];
        assert_eq!(seen, expect);
    }

    #[test]
    fn not_yet_sampled_is_no_sample() {
        let empty = || flame(br#"{"endTimestamp": -3}"#).unwrap();
        assert_eq!(combine(empty(), empty()), None);
        assert!(flame(b"<html>").is_none());
        let sample = combine(empty(), flame(OFF).unwrap()).unwrap();
        assert_eq!((sample.on_cpu, sample.off_cpu, sample.at), (0, 100, Timestamp(70)));
    }

    #[test]
    fn a_stack_of_a_thousand_frames_keeps_its_innermost() {
        let mut text = r#"{"name": "leaf", "value": 1, "children": []}"#.to_string();
        for depth in (0..1000).rev() {
            text = format!(r#"{{"name": "f{depth}", "value": 1, "children": [{text}]}}"#);
        }
        let (samples, found) = stacks(text.as_bytes()).unwrap();
        assert_eq!(
            (samples, found[0].frames.len(), found[0].frames[0].as_str(), found[0].frames[11].as_str()),
            (1, 12, "leaf", "f989")
        );
    }
}
