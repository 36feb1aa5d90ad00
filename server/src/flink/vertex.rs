//! One vertex: its subtasks, their metrics and, where they are worth asking for, its stacks.

use std::collections::BTreeMap;

use model::{Input, SubtaskSnapshot, VertexSnapshot};

use super::{
    cache::SnapshotCache,
    client::Reader,
    metrics,
    rest::{Plan, VertexDetail, VertexLine},
};

/// The vertices as the job's own answer has them, without subtasks.
pub(super) fn outlines(lines: Vec<VertexLine>, plan: Option<&Plan>) -> Vec<VertexSnapshot> {
    lines.into_iter().map(|line| outline(line, plan)).collect()
}

fn outline(line: VertexLine, plan: Option<&Plan>) -> VertexSnapshot {
    let nodes = plan.map(|plan| plan.nodes.as_slice()).unwrap_or_default();
    let inputs = nodes.iter().filter(|node| node.id == line.id).flat_map(|node| &node.inputs);
    VertexSnapshot {
        inputs: inputs.map(|i| Input { vertex: i.id.clone(), ship: i.ship_strategy.clone() }).collect(),
        id: line.id,
        name: line.name,
        state: line.status,
        parallelism: positive(line.parallelism).unwrap_or_default(),
        max_parallelism: positive(line.max_parallelism),
        subtasks: Vec::new(),
        stacks: None,
    }
}

/// A count that Flink may give as -1 for "none".
pub(super) fn positive(count: Option<i64>) -> Option<u32> {
    count.and_then(|count| u32::try_from(count).ok())
}

/// Reads the subtasks of `vertex` and their metrics into it.
pub(super) async fn fill(reader: Reader<'_>, cache: &SnapshotCache, job: &str, vertex: &mut VertexSnapshot) {
    let path = format!("/jobs/{job}/vertices/{}", vertex.id);
    let detail: Option<VertexDetail> = reader.optional(&path, "").await;
    let mut subtasks = BTreeMap::<u32, SubtaskSnapshot>::new();
    for line in detail.unwrap_or_default().subtasks {
        let task_manager = line.task_manager.filter(|id| id != "(unassigned)");
        let subtask = SubtaskSnapshot {
            index: line.subtask,
            state: line.status,
            attempt: line.attempt,
            task_manager,
            ..Default::default()
        };
        subtasks.insert(line.subtask, subtask);
    }
    let attempts = subtasks.values().map(|subtask| u64::from(subtask.attempt.unwrap_or_default()) + 1).sum();
    for (index, metrics) in metrics::of_vertex(reader, cache, &path, attempts, subtasks.len()).await {
        let subtask = subtasks.entry(index).or_insert_with(|| SubtaskSnapshot { index, ..Default::default() });
        subtask.metrics = metrics;
    }
    vertex.subtasks = subtasks.into_values().collect();
}
