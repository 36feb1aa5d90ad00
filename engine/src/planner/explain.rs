//! `EXPLAIN`: plans as trees of text, in Flink's form.

use super::{
    placed::Placed,
    rel::{Rel, RelKind},
    stream::{Distribution, Node, Op, describe, expr_text, text},
};

/// The plans of a statement: as it was bound, and as it runs.
pub fn explain(bound: &[(Rel, Option<String>)], nodes: &[Node], changelog: bool) -> String {
    let mut out = String::from("== Abstract Syntax Tree ==\n");
    for (rel, sink) in bound {
        let mut lines = Tree::default();
        match sink {
            Some(sink) => {
                let fields = rel.names().join(", ");
                lines.node(&format!("LogicalSink(table=[{sink}], fields=[{fields}])"), |lines| {
                    logical(rel, lines, true)
                });
            }
            None => logical(rel, &mut lines, true),
        }
        out.push_str(&lines.text);
    }
    out.push_str("\n== Optimized Physical Plan ==\n");
    out.push_str(&plan_text(nodes, changelog));
    out.push_str("\n== Optimized Execution Plan ==\n");
    out.push_str(&plan_text(nodes, false));
    out
}

/// The operators of each sink, without the statement.
pub fn plan_text(nodes: &[Node], changelog: bool) -> String {
    let mut text = String::new();
    for node in nodes {
        let mut lines = Tree::default();
        physical(node, &mut lines, true, changelog);
        text.push_str(&lines.text);
    }
    text
}

/// Lines with branches before them.
#[derive(Default)]
struct Tree {
    text: String,
    prefix: String,
    /// Whether the next line is the first of all.
    root_done: bool,
}

impl Tree {
    fn node(&mut self, line: &str, children: impl FnOnce(&mut Self)) {
        self.line(line, true);
        self.root_done = true;
        children(self);
    }

    fn line(&mut self, line: &str, last: bool) {
        let branch = match (self.root_done, last) {
            (false, _) => "",
            (true, true) => "+- ",
            (true, false) => ":- ",
        };
        self.text.push_str(&format!("{}{branch}{line}\n", self.prefix));
    }

    /// What is within a node that was just written.
    fn within(&mut self, last: bool, write: impl FnOnce(&mut Self)) {
        let own = self.prefix.clone();
        if self.root_done {
            self.prefix.push_str(if last { "   " } else { ":  " });
        }
        let root_done = std::mem::replace(&mut self.root_done, true);
        write(self);
        self.root_done = root_done;
        self.prefix = own;
    }
}

fn physical(node: &Node, tree: &mut Tree, last: bool, changelog: bool) {
    // What a sink writes is no business of a query's plan.
    if let Op::Sink(sink) = &node.op
        && sink.name == "collect"
        && let Some(input) = node.input()
    {
        return physical(input, tree, last, changelog);
    }
    let mut line = describe::node(node);
    if changelog {
        let mode = mode(node);
        line.insert_str(line.len() - 1, &format!(", changelogMode=[{mode}]"));
    }
    tree.line(&line, last);
    tree.within(last, |tree| {
        let count = node.inputs.len();
        for (index, input) in node.inputs.iter().enumerate() {
            let last = index + 1 == count;
            let exchange = match &input.distribution {
                Distribution::Any => None,
                Distribution::Single => Some("single".to_owned()),
                Distribution::Hash(columns) => Some(format!("hash[{}]", text::columns(columns, &input.node.schema))),
            };
            match exchange {
                Some(distribution) => {
                    let mode =
                        if changelog { format!(", changelogMode=[{}]", mode(&input.node)) } else { String::new() };
                    tree.line(&format!("Exchange(distribution=[{distribution}]{mode})"), last);
                    tree.within(last, |tree| physical(&input.node, tree, true, changelog));
                }
                None => physical(&input.node, tree, last, changelog),
            }
        }
    });
}

/// The kinds of rows of an operator's results.
fn mode(node: &Node) -> String {
    if matches!(node.op, Op::Sink(_)) {
        return "NONE".to_owned();
    }
    let mut kinds = vec!["I"];
    if node.changes.updates {
        kinds.extend(node.before.then_some("UB"));
        kinds.push("UA");
    }
    kinds.extend(node.changes.deletes.then_some("D"));
    kinds.join(",")
}

fn logical(rel: &Rel, tree: &mut Tree, last: bool) {
    if let RelKind::Calc { input, filter, projection } = &rel.kind {
        let name = text::names(&input.schema);
        let identity = super::optimise::calc_is_identity(projection, input.schema.len());
        let project = projection
            .iter()
            .zip(&rel.schema.fields)
            .map(|(expr, field)| format!("{}=[{}]", field.name, expr_text(expr, &name)))
            .collect::<Vec<_>>();
        let filter = filter.as_ref().map(|filter| format!("LogicalFilter(condition=[{}])", expr_text(filter, &name)));
        let mut lines: Vec<String> = Vec::new();
        if !identity || filter.is_none() {
            lines.push(format!("LogicalProject({})", project.join(", ")));
        }
        lines.extend(filter);
        return nested(&lines, input, tree, last);
    }
    tree.line(&line(rel), last);
    tree.within(last, |tree| {
        let inputs = rel.inputs();
        let count = inputs.len();
        inputs.into_iter().enumerate().for_each(|(index, input)| logical(input, tree, index + 1 == count));
    });
}

fn nested(lines: &[String], input: &Rel, tree: &mut Tree, last: bool) {
    match lines {
        [] => logical(input, tree, last),
        [first, rest @ ..] => {
            tree.line(first, last);
            tree.within(last, |tree| nested(rest, input, tree, true));
        }
    }
}

fn line(rel: &Rel) -> String {
    let inputs = rel.inputs();
    let list = |exprs: &[crate::expr::Expr]| {
        let names: Vec<String> = inputs.iter().flat_map(|input| input.names()).collect();
        exprs.iter().map(|expr| expr_text(expr, &names)).collect::<Vec<_>>().join(" AND ")
    };
    let columns =
        |columns: &[usize]| inputs.first().map(|input| text::columns(columns, &input.schema)).unwrap_or_default();
    match &rel.kind {
        RelKind::Scan(scan) => {
            let path = &scan.table.path;
            format!("LogicalTableScan(table=[[{}, {}, {}]])", path.catalog, path.database, path.name)
        }
        RelKind::Values(rows) => format!("LogicalValues(tuples=[{} rows])", rows.len()),
        RelKind::Calc { .. } => "LogicalProject".to_owned(),
        RelKind::Watermark { rowtime, watermark, .. } => format!(
            "LogicalWatermarkAssigner(rowtime=[{}], watermark=[{}])",
            columns(&[*rowtime]),
            list(std::slice::from_ref(watermark))
        ),
        RelKind::Aggregate(aggregate) => {
            let calls: Vec<String> =
                aggregate.calls.iter().map(|call| text::call(call, &aggregate.input.schema)).collect();
            format!("LogicalAggregate(group=[{}], calls=[{}])", columns(&aggregate.keys), calls.join(", "))
        }
        RelKind::WindowTvf { time, .. } => format!("LogicalTableFunctionScan(time_col=[{}])", columns(&[*time])),
        RelKind::Over(over) => {
            let calls: Vec<String> = over.calls.iter().map(|call| text::call(call, &over.input.schema)).collect();
            format!("LogicalWindow(partition=[{}], calls=[{}])", columns(&over.partition), calls.join(", "))
        }
        RelKind::Rank(rank) => format!("LogicalRank(partition=[{}], to=[{}])", columns(&rank.partition), rank.to),
        RelKind::Join(join) => {
            format!("LogicalJoin(condition=[{}], joinType=[{:?}])", list(&join.condition), join.kind)
        }
        RelKind::Temporal(temporal) => format!(
            "LogicalTemporalJoin(condition=[{}], joinType=[{:?}], time=[{}])",
            list(&temporal.condition),
            temporal.kind,
            columns(&[temporal.time])
        ),
        RelKind::Union(_) => "LogicalUnion(all=[true])".to_owned(),
        RelKind::Expand { projections, .. } => format!("LogicalExpand(sets=[{}])", projections.len()),
        RelKind::Unnest(unnest) => {
            format!("LogicalCorrelate(unnest=[{}])", list(std::slice::from_ref(&unnest.collection)))
        }
        RelKind::Sort { order, offset, limit, .. } => {
            let order = inputs.first().map(|input| text::order(order, &input.schema)).unwrap_or_default();
            let limit = limit.map_or(String::new(), |limit| format!(", offset=[{offset}], fetch=[{limit}]"));
            format!("LogicalSort(orderBy=[{order}]{limit})")
        }
    }
}

/// The operators as JSON, as `JSON_EXECUTION_PLAN` shows them.
pub fn json_plan(placed: &[Placed]) -> String {
    let node = |own: &Placed| {
        let predecessor = |edge: &super::placed::Edge| {
            let strategy = match &edge.distribution {
                Distribution::Any => "FORWARD",
                Distribution::Single => "GLOBAL",
                Distribution::Hash(_) => "HASH",
            };
            serde_json::json!({ "id": placed[edge.from].number, "ship_strategy": strategy, "side": "second" })
        };
        let pact = match own.op {
            Op::Source(_) | Op::Values(_) => "Data Source",
            Op::Sink(_) => "Data Sink",
            _ => "Operator",
        };
        serde_json::json!({
            "id": own.number,
            "type": own.name,
            "pact": pact,
            "contents": own.description,
            "parallelism": own.parallelism,
            "predecessors": own.inputs.iter().map(predecessor).collect::<Vec<_>>(),
        })
    };
    let nodes: Vec<serde_json::Value> = placed.iter().map(node).collect();
    format!("{:#}", serde_json::json!({ "nodes": nodes }))
}
