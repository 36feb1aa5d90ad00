//! What operators are called, and what they do, in Flink's words.

use super::{
    node::{Node, Op},
    text::{self, call, columns, expr_text, names, order},
};
use crate::{
    operators::spec::{AggregateCall, JoinKind, JoinSides, OverFrame, WindowKind, WindowProperty, WindowSource},
    types::Schema,
};

/// What an operator is called: `GroupAggregate`.
pub fn name(op: &Op) -> &'static str {
    match op {
        Op::Source(_) => "TableSourceScan",
        Op::Values(_) => "Values",
        Op::Calc(_) => "Calc",
        Op::Watermark(_) => "WatermarkAssigner",
        Op::GroupAggregate(_) => "GroupAggregate",
        Op::WindowAssign(_) => "WindowTableFunction",
        Op::WindowAggregate(_) => "WindowAggregate",
        Op::Over(_) | Op::SortedOver(_) => "OverAggregate",
        Op::Limit(_) => "Limit",
        Op::TopN(spec) if spec.order.is_empty() => "Limit",
        Op::TopN(spec) if spec.partition.is_empty() && !spec.rank_number => "SortLimit",
        Op::TopN(_) => "Rank",
        Op::Deduplicate(_) => "Deduplicate",
        Op::WindowTopN(_) => "WindowRank",
        Op::RegularJoin(_) => "Join",
        Op::IntervalJoin(_) => "IntervalJoin",
        Op::WindowJoin(_) => "WindowJoin",
        Op::TemporalJoin(_) => "TemporalJoin",
        Op::LookupJoin(..) => "LookupJoin",
        Op::Unnest(_) => "Correlate",
        Op::Expand(_) => "Expand",
        Op::Union => "Union",
        Op::Sort(spec) if spec.time_first.is_some() => "TemporalSort",
        Op::Sort(_) => "Sort",
        Op::ChangelogNormalize(_) => "ChangelogNormalize",
        Op::DropUpdateBefore => "DropUpdateBefore",
        Op::Sink(_) => "Sink",
    }
}

/// What an operator does, without its inputs: `Calc(select=[id, price], where=[(price > 10)])`.
pub fn node(node: &Node) -> String {
    format!("{}({})", name(&node.op), attributes(node).join(", "))
}

/// What an operator does in terms of the places of columns: equal only where the same is computed of the same columns.
pub fn digest(node: &Node) -> String {
    let placed = |schema: &Schema| {
        let field = |(place, field): (usize, &crate::types::Field)| crate::types::Field {
            name: format!("${place}"),
            ..field.clone()
        };
        Schema::new(schema.fields.iter().enumerate().map(field).collect())
    };
    let mut op = node.op.clone();
    let sides = match &mut op {
        Op::RegularJoin(spec) => Some(&mut spec.sides),
        Op::IntervalJoin(spec) => Some(&mut spec.sides),
        Op::WindowJoin(spec) => Some(&mut spec.sides),
        Op::TemporalJoin(spec) => Some(&mut spec.sides),
        Op::LookupJoin(spec, _) => Some(&mut spec.sides),
        _ => None,
    };
    if let Some(sides) = sides {
        sides.left = placed(&sides.left);
        sides.right = placed(&sides.right);
    }
    let input = |input: &super::Input| {
        let stub = Node { op: Op::Union, inputs: Vec::new(), schema: placed(&input.node.schema), ..Node::stub() };
        super::Input { node: stub, distribution: input.distribution.clone() }
    };
    let own_names = matches!(node.op, Op::Source(_) | Op::Sink(_));
    let schema = if own_names { node.schema.clone() } else { placed(&node.schema) };
    let plain = Node { op, inputs: node.inputs.iter().map(input).collect(), schema, ..Node::stub() };
    format!("{}({})", name(&plain.op), attributes(&plain).join(", "))
}

#[allow(clippy::too_many_lines)] // A table: what each operator says of itself.
fn attributes(node: &Node) -> Vec<String> {
    let empty = Schema::default();
    let input = node.input().map_or(&empty, |input| &input.schema);
    let select = || format!("select=[{}]", all(&node.schema));
    match &node.op {
        Op::Source(source) => {
            let path = &source.table.path;
            let mut parts = vec![
                format!("table=[[{}, {}, {}]]", path.catalog, path.database, path.name),
                format!("fields=[{}]", all(&node.schema)),
            ];
            parts.extend(source.watermark.iter().map(|watermark| format!("watermark=[{watermark}]")));
            parts
        }
        Op::Values(rows) => {
            let row = |row: &Vec<crate::expr::Expr>| {
                let values: Vec<String> = row.iter().map(|value| expr_text(value, &names(&empty))).collect();
                format!("{{ {} }}", values.join(", "))
            };
            vec![format!("tuples=[[{}]]", rows.iter().map(row).collect::<Vec<_>>().join(", "))]
        }
        Op::Calc(spec) => calc(spec, node, input),
        Op::Watermark(spec) => vec![
            format!("rowtime=[{}]", columns(&[spec.rowtime], input)),
            format!("watermark=[{}]", expr_text(&spec.watermark, &names(input))),
        ],
        Op::GroupAggregate(spec) => {
            let mut parts = group_by(&spec.keys, input);
            parts.push(format!("select=[{}]", aggregated(&spec.keys, &spec.aggregates, &[], input)));
            parts
        }
        Op::WindowAssign(spec) => vec![format!("window=[{}]", window(&spec.window, input))],
        Op::WindowAggregate(spec) => {
            let mut parts = group_by(&spec.keys, input);
            let properties: Vec<WindowProperty> = spec.properties.iter().map(|(property, _)| *property).collect();
            parts.push(format!("window=[{}]", window(&spec.window, input)));
            parts.push(format!("select=[{}]", aggregated(&spec.keys, &spec.aggregates, &properties, input)));
            parts
        }
        Op::Over(spec) => {
            let mut parts = Vec::new();
            if !spec.partition.is_empty() {
                parts.push(format!("partitionBy=[{}]", columns(&spec.partition, input)));
            }
            let by = spec.rowtime.map_or("proctime".to_owned(), |rowtime| columns(&[rowtime], input));
            parts.push(format!("orderBy=[{by} ASC]"));
            parts.push(format!("window=[{}]", frame(spec.frame)));
            let calls: Vec<String> = spec.aggregates.iter().map(|aggregate| call(aggregate, input)).collect();
            parts.push(format!("select=[{}, {}]", all(input), calls.join(", ")));
            parts
        }
        Op::SortedOver(spec) => {
            let mut parts = Vec::new();
            if !spec.partition.is_empty() {
                parts.push(format!("partitionBy=[{}]", columns(&spec.partition, input)));
            }
            let by: Vec<String> =
                spec.order.iter().map(|item| format!("{} ASC", columns(&[item.column], input))).collect();
            parts.push(format!("orderBy=[{}]", by.join(", ")));
            parts.push(format!("window=[{}]", frame(spec.frame)));
            let calls: Vec<String> = spec.aggregates.iter().map(|aggregate| call(aggregate, input)).collect();
            parts.push(format!("select=[{}, {}]", all(input), calls.join(", ")));
            parts
        }
        Op::Limit(spec) => {
            let fetch = spec.fetch.map_or("all".to_owned(), |fetch| fetch.to_string());
            vec![format!("offset=[{}]", spec.offset), format!("fetch=[{fetch}]")]
        }
        Op::TopN(_) | Op::WindowTopN(_) | Op::Deduplicate(_) => ranks(node, input),
        Op::RegularJoin(spec) => {
            let mut parts = sides(&spec.sides);
            parts.push(select());
            for (side, (key, keys)) in ["left", "right"]
                .iter()
                .zip(spec.unique_keys.iter().zip([&spec.sides.left_keys, &spec.sides.right_keys]))
            {
                let text = match key {
                    None => "NoUniqueKey",
                    Some(key) if key.iter().all(|column| keys.contains(column)) => "JoinKeyContainsUniqueKey",
                    Some(_) => "HasUniqueKey",
                };
                parts.push(format!("{side}InputSpec=[{text}]"));
            }
            parts
        }
        Op::IntervalJoin(spec) => {
            let mut parts = sides(&spec.sides);
            let rowtime = spec.rowtimes.is_some();
            let [left, right] = spec.rowtimes.unwrap_or_default();
            let bounds = format!(
                "windowBounds=[isRowTime={rowtime}, leftLowerBound={}, leftUpperBound={}, leftTimeIndex={left}, \
                 rightTimeIndex={right}]",
                spec.lower_ms, spec.upper_ms
            );
            parts.insert(1, bounds);
            parts.push(select());
            parts
        }
        Op::WindowJoin(spec) => {
            let mut parts = sides(&spec.sides);
            let ends =
                [columns(&spec.window_ends[..1], &spec.sides.left), columns(&spec.window_ends[1..], &spec.sides.right)];
            parts.insert(0, format!("leftWindow=[{}], rightWindow=[{}]", ends[0], ends[1]));
            parts.push(select());
            parts
        }
        Op::TemporalJoin(spec) => {
            let mut parts = sides(&spec.sides);
            parts.push(select());
            parts
        }
        Op::LookupJoin(spec, table) => {
            let keys: Vec<String> = spec
                .sides
                .right_keys
                .iter()
                .zip(&spec.keys)
                .map(|(column, value)| {
                    format!("{}={}", columns(&[*column], &spec.sides.right), expr_text(value, &names(input)))
                })
                .collect();
            vec![
                format!("table=[{}]", table.path),
                format!("joinType=[{}]", join_type(spec.sides.kind)),
                format!("lookup=[{}]", keys.join(", ")),
                select(),
            ]
        }
        Op::Unnest(spec) => vec![
            format!("invocation=[$UNNEST_ROWS$1({})]", expr_text(&spec.collection, &names(input))),
            select(),
            format!("joinType=[{}]", if spec.outer { "LEFT" } else { "INNER" }),
        ],
        Op::Expand(spec) => {
            let row = |row: &Vec<crate::expr::Expr>| {
                let values: Vec<String> = row.iter().map(|value| expr_text(value, &names(input))).collect();
                format!("{{{}}}", values.join(", "))
            };
            vec![format!("projects=[{}]", spec.projections.iter().map(row).collect::<Vec<_>>().join(", "))]
        }
        Op::Union => vec!["all=[true]".to_owned(), format!("union=[{}]", all(&node.schema))],
        Op::Sort(spec) => vec![format!("orderBy=[{}]", order(&spec.order, input))],
        Op::ChangelogNormalize(spec) => vec![format!("key=[{}]", columns(&spec.key, input))],
        Op::DropUpdateBefore => Vec::new(),
        Op::Sink(sink) => vec![format!("table=[{}]", sink.path), format!("fields=[{}]", all(&node.schema))],
    }
}

fn all(schema: &Schema) -> String {
    schema.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn calc(spec: &crate::operators::spec::CalcSpec, node: &Node, input: &Schema) -> Vec<String> {
    let name = names(input);
    let item = |(index, expr): (usize, &crate::expr::Expr)| {
        let text = expr_text(expr, &name);
        let own = &node.schema.fields[index].name;
        if text == *own { text } else { format!("{text} AS {own}") }
    };
    let select = match &spec.projection {
        Some(projection) => projection.iter().enumerate().map(item).collect::<Vec<_>>().join(", "),
        None => all(&node.schema),
    };
    let mut parts = vec![format!("select=[{select}]")];
    parts.extend(spec.filter.iter().map(|filter| format!("where=[{}]", expr_text(filter, &name))));
    parts
}

fn group_by(keys: &[usize], input: &Schema) -> Vec<String> {
    if keys.is_empty() { Vec::new() } else { vec![format!("groupBy=[{}]", columns(keys, input))] }
}

fn aggregated(keys: &[usize], calls: &[AggregateCall], properties: &[WindowProperty], input: &Schema) -> String {
    let mut parts: Vec<String> = keys.iter().map(|key| columns(&[*key], input)).collect();
    parts.extend(calls.iter().map(|aggregate| call(aggregate, input)));
    parts.extend(properties.iter().map(|property| {
        match property {
            WindowProperty::Start => "start('w$) AS window_start",
            WindowProperty::End => "end('w$) AS window_end",
            WindowProperty::Rowtime => "rowtime('w$) AS window_time",
            WindowProperty::Proctime => "proctime('w$) AS window_time",
        }
        .to_owned()
    }));
    parts.join(", ")
}

fn window(source: &WindowSource, input: &Schema) -> String {
    match source {
        WindowSource::Assign { kind, rowtime, .. } => {
            let time = rowtime.map_or("proctime".to_owned(), |rowtime| columns(&[rowtime], input));
            let (name, parts) = match kind {
                WindowKind::Tumble { size_ms, offset_ms } => {
                    ("TUMBLE", vec![("size", *size_ms), ("offset", *offset_ms)])
                }
                WindowKind::Hop { slide_ms, size_ms, offset_ms } => {
                    ("HOP", vec![("size", *size_ms), ("slide", *slide_ms), ("offset", *offset_ms)])
                }
                WindowKind::Cumulate { step_ms, max_ms, offset_ms } => {
                    ("CUMULATE", vec![("max_size", *max_ms), ("step", *step_ms), ("offset", *offset_ms)])
                }
                WindowKind::Session { gap_ms } => ("SESSION", vec![("gap", *gap_ms)]),
            };
            let shown = parts.iter().filter(|(name, millis)| *name != "offset" || *millis != 0);
            let shown: Vec<String> = shown.map(|(name, millis)| format!(", {name}=[{}]", duration(*millis))).collect();
            format!("{name}(time_col=[{time}]{})", shown.concat())
        }
        WindowSource::Columns { start, end, .. } => {
            format!("win_start=[{}], win_end=[{}]", columns(&[*start], input), columns(&[*end], input))
        }
    }
}

/// `10 min`, as Flink shows durations.
pub fn duration(millis: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")];
    let unit = UNITS.iter().find(|(unit, _)| millis != 0 && millis % unit == 0);
    unit.map_or(format!("{millis} ms"), |(unit, name)| format!("{} {name}", millis / unit))
}

fn frame(frame: OverFrame) -> String {
    let (unit, start) = match frame {
        OverFrame::Rows(None) => ("ROWS", "UNBOUNDED PRECEDING".to_owned()),
        OverFrame::Range(None) => ("RANGE", "UNBOUNDED PRECEDING".to_owned()),
        OverFrame::Rows(Some(rows)) => ("ROWS", format!("{rows} PRECEDING")),
        OverFrame::Range(Some(millis)) => ("RANGE", format!("{millis} PRECEDING")),
    };
    format!(" {unit} BETWEEN {start} AND CURRENT ROW")
}

fn ranks(node: &Node, input: &Schema) -> Vec<String> {
    let rank =
        |partition: &[usize], by: &[crate::types::sort_key::SortColumn], from: u64, to: u64, strategy: Option<&str>| {
            let mut parts: Vec<String> = strategy.iter().map(|strategy| format!("strategy=[{strategy}]")).collect();
            parts.push("rankType=[ROW_NUMBER]".to_owned());
            parts.push(format!("rankRange=[rankStart={from}, rankEnd={to}]"));
            parts.push(format!("partitionBy=[{}]", columns(partition, input)));
            parts.push(format!("orderBy=[{}]", order(by, input)));
            parts.push(format!("select=[{}]", all(&node.schema)));
            parts
        };
    match &node.op {
        Op::TopN(spec) if spec.order.is_empty() => {
            vec![format!("offset=[{}]", spec.from - 1), format!("fetch=[{}]", spec.to - spec.from + 1)]
        }
        Op::TopN(spec) if name(&node.op) == "SortLimit" => vec![
            format!("orderBy=[{}]", order(&spec.order, input)),
            format!("offset=[{}]", spec.from - 1),
            format!("fetch=[{}]", spec.to - spec.from + 1),
            format!("strategy=[{}]", strategy(spec)),
        ],
        Op::TopN(spec) => rank(&spec.partition, &spec.order, spec.from, spec.to, Some(strategy(spec))),
        Op::WindowTopN(spec) => {
            let mut parts = vec![format!("window=[win_end=[{}]]", columns(&[spec.window_end], input))];
            parts.extend(rank(&spec.partition, &spec.order, spec.from, spec.to, None));
            parts
        }
        Op::Deduplicate(spec) => vec![
            format!("keep=[{}]", if spec.keep_last { "LastRow" } else { "FirstRow" }),
            format!("key=[{}]", columns(&spec.keys, input)),
            format!("order=[{}]", if spec.rowtime.is_some() { "ROWTIME" } else { "PROCTIME" }),
        ],
        _ => Vec::new(),
    }
}

fn strategy(spec: &crate::operators::spec::TopNSpec) -> &'static str {
    match (spec.input_changes, &spec.unique_key) {
        (false, _) => "AppendFastStrategy",
        (true, Some(_)) => "UpdateFastStrategy",
        (true, None) => "RetractStrategy",
    }
}

fn join_type(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::Inner => "InnerJoin",
        JoinKind::Left => "LeftOuterJoin",
        JoinKind::Right => "RightOuterJoin",
        JoinKind::Full => "FullOuterJoin",
        JoinKind::Semi => "LeftSemiJoin",
        JoinKind::Anti => "LeftAntiJoin",
    }
}

fn sides(sides: &JoinSides) -> Vec<String> {
    let both = Schema::new(sides.left.fields.iter().chain(&sides.right.fields).cloned().collect());
    let mut conditions: Vec<String> = sides
        .left_keys
        .iter()
        .zip(&sides.right_keys)
        .zip(&sides.null_safe)
        .map(|((left, right), null_safe)| {
            let op = if *null_safe { "IS NOT DISTINCT FROM" } else { "=" };
            format!("({} {op} {})", columns(&[*left], &sides.left), columns(&[*right], &sides.right))
        })
        .collect();
    conditions.extend(sides.condition.iter().map(|condition| expr_text(condition, &text::names(&both))));
    let condition = match conditions.len() {
        0 => "true".to_owned(),
        1 => conditions.remove(0),
        _ => format!("({})", conditions.join(" AND ")),
    };
    vec![format!("joinType=[{}]", join_type(sides.kind)), format!("where=[{condition}]")]
}
