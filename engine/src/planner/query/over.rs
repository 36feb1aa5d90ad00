//! OVER: calls over windows of rows.

use std::cell::RefCell;

use super::{aggregates, order, select, synth, walk};
use crate::{
    expr::{self, Expr, Scope, Settings},
    operators::aggregate::resolve,
    operators::spec::{AggregateCall, AggregateFunction, OverFrame},
    planner::{
        rel::{Over, Rel},
        shape,
    },
    syntax::{
        Position, SqlError,
        ast::{self, Call, ExprKind, Frame, FrameBoundKind, FrameUnit, ObjectName, WindowDef, WindowSpec},
        nearest::did_you_mean,
    },
    types::{TypeKind, Value, sort_key::SortColumn},
};

/// Columns from here on stand for calls over windows until they have a place.
pub const OVER: usize = 1 << 42;

/// A call over a window, over the columns of what is selected from.
#[derive(Debug, Clone, PartialEq)]
pub struct OverCall {
    call: Called,
    partition: Vec<Expr>,
    order: Vec<(Expr, bool, bool)>,
    frame: OverFrame,
    at: Position,
}

/// A call, comparable.
#[derive(Debug, Clone)]
struct Called(AggregateCall);

impl PartialEq for Called {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        a.function == b.function && a.arguments == b.arguments && a.distinct == b.distinct && a.filter == b.filter
    }
}

/// Expressions with calls over windows; all else is as in `base`.
pub struct OverScope<'a> {
    pub base: &'a dyn Scope,
    pub windows: &'a [WindowDef],
    pub calls: RefCell<Vec<OverCall>>,
}

impl OverScope<'_> {
    fn over(&self, call: &Call, over: &ast::Over, at: Position) -> Result<Expr, SqlError> {
        let spec = match over {
            ast::Over::Spec(spec) => self.refined(spec)?,
            ast::Over::Named(name) => self.refined(&self.window(name)?.spec)?,
        };
        let called = aggregates::aggregate(call, at, self.base, false)?;
        let partition =
            spec.partition_by.iter().map(|expr| expr::bind(expr, self.base)).collect::<Result<Vec<_>, _>>()?;
        let item = |item: &ast::OrderItem| {
            let column = order::sort_column(0, item);
            Ok((expr::bind(&item.expr, self.base)?, column.descending, column.nulls_first))
        };
        let order = spec.order_by.iter().map(item).collect::<Result<Vec<_>, SqlError>>()?;
        let frame = frame(called.function, spec.frame.as_ref(), self.base)?;
        let place = |called| {
            self.place(OverCall { call: Called(called), partition: partition.clone(), order: order.clone(), frame, at })
        };
        match spread_formula(called.function).filter(|_| !called.distinct) {
            Some(formula) => self.spread(&called, formula, &place, at),
            None => Ok(place(called)),
        }
    }

    /// The column that stands for a call.
    fn place(&self, call: OverCall) -> Expr {
        let (at, data_type) = (call.at, call.call.0.data_type.clone());
        let mut calls = self.calls.borrow_mut();
        let place = calls.iter().position(|known| OverCall { at, ..known.clone() } == call).unwrap_or_else(|| {
            calls.push(call);
            calls.len() - 1
        });
        Expr::column(OVER + place, data_type)
    }

    /// A deviation or variance, made as in Flink of sums in the type of the result, whose roundings show.
    fn spread(
        &self,
        called: &AggregateCall,
        formula: &str,
        place: &dyn Fn(AggregateCall) -> Expr,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let settings = self.base.settings();
        let result = &called.data_type.kind;
        let number = expr::coerce(called.arguments[0].clone(), &result.clone().nullable());
        let square = synth::binary(ast::BinaryOp::Mul, number.clone(), number.clone(), at, settings)?;
        let sum = |of: Expr| -> Result<Expr, SqlError> {
            let (function, data_type) = resolve("SUM", std::slice::from_ref(&of.data_type), false)
                .map_err(|message| SqlError::invalid(at, message))?;
            Ok(place(AggregateCall { function, arguments: vec![of], data_type, ..called.clone() }))
        };
        let count = AggregateCall {
            function: AggregateFunction::Count,
            arguments: vec![number.clone()],
            data_type: TypeKind::BigInt.not_null(),
            ..called.clone()
        };
        let given = vec![sum(square)?, sum(number)?, place(count)];
        synth::formula(given, &formula.replace("TYPE", &result.to_string()), settings)
    }

    fn window(&self, name: &ast::Name) -> Result<&WindowDef, SqlError> {
        self.windows.iter().find(|window| window.name.text == name.text).ok_or_else(|| {
            let hint = did_you_mean(&name.text, self.windows.iter().map(|window| window.name.text.as_str()));
            SqlError::invalid(name.at, format!("Window '{}' not found. {hint}", name.text))
        })
    }

    /// The window with what it takes from the one it refines.
    fn refined(&self, spec: &WindowSpec) -> Result<WindowSpec, SqlError> {
        let Some(base) = &spec.base else { return Ok(spec.clone()) };
        let base = self.refined(&self.window(base)?.spec)?;
        let mut refined = spec.clone();
        refined.base = None;
        if refined.partition_by.is_empty() {
            refined.partition_by = base.partition_by;
        }
        if refined.order_by.is_empty() {
            refined.order_by = base.order_by;
        }
        refined.frame = refined.frame.or(base.frame);
        Ok(refined)
    }
}

impl Scope for OverScope<'_> {
    fn column(&self, name: &ObjectName) -> Result<Expr, SqlError> {
        self.base.column(name)
    }

    fn intercept(&self, node: &ast::Expr) -> Result<Option<Expr>, SqlError> {
        match &node.kind {
            ExprKind::Call(call) => match &call.over {
                Some(over) => self.over(call, over, node.at).map(Some),
                None => self.base.intercept(node),
            },
            // What has a call over a window within is not computed below it.
            _ if walk::any(node, &has_over) => Ok(None),
            _ => self.base.intercept(node),
        }
    }

    fn settings(&self) -> &Settings {
        self.base.settings()
    }
}

fn has_over(node: &ast::Expr) -> bool {
    matches!(&node.kind, ExprKind::Call(call) if call.over.is_some())
}

/// A deviation or variance of the sum of the squares, the sum and the count of numbers.
fn spread_formula(function: AggregateFunction) -> Option<&'static str> {
    Some(match function {
        AggregateFunction::StddevPop => {
            "CAST(POWER(($0 - $1 * $1 / CAST($2 AS TYPE)) / CAST($2 AS TYPE), 0.5) AS TYPE)"
        }
        AggregateFunction::StddevSamp => {
            "CAST(POWER(($0 - $1 * $1 / CAST($2 AS TYPE)) / NULLIF($2 - 1, 0), 0.5) AS TYPE)"
        }
        AggregateFunction::VarPop => "CAST(($0 - $1 * $1 / CAST($2 AS TYPE)) / CAST($2 AS TYPE) AS TYPE)",
        AggregateFunction::VarSamp => "CAST(($0 - $1 * $1 / CAST($2 AS TYPE)) / NULLIF($2 - 1, 0) AS TYPE)",
        _ => return None,
    })
}

/// The frame of a call; Flink's rules for streams.
fn frame(function: AggregateFunction, frame: Option<&Frame>, scope: &dyn Scope) -> Result<OverFrame, SqlError> {
    use AggregateFunction as F;
    let by_row = matches!(
        function,
        F::RowNumber | F::Rank | F::DenseRank | F::PercentRank | F::CumeDist | F::Ntile | F::Lag | F::Lead
    );
    let Some(frame) = frame else {
        // Calcite numbers rows by themselves; all else is of the rows up to the same time.
        let rows = function == F::RowNumber;
        return Ok(if rows { OverFrame::Rows(None) } else { OverFrame::Range(None) });
    };
    if by_row {
        let message =
            "ROW/RANGE not allowed with RANK, DENSE_RANK, ROW_NUMBER, PERCENTILE_CONT/DISC or LAG/LEAD functions";
        return Err(SqlError::invalid(frame.at, message));
    }
    if let Some(end) = frame.end.as_ref().filter(|end| end.kind != FrameBoundKind::CurrentRow) {
        let clause = match end.kind {
            FrameBoundKind::Following(_) | FrameBoundKind::UnboundedFollowing => "OVER with FOLLOWING",
            _ => "OVER that does not end at CURRENT ROW",
        };
        return Err(SqlError::unsupported(end.at, clause, "On streams a frame ends at CURRENT ROW."));
    }
    match (frame.unit, &frame.start.kind) {
        (FrameUnit::Rows, FrameBoundKind::UnboundedPreceding) => Ok(OverFrame::Rows(None)),
        (FrameUnit::Range, FrameBoundKind::UnboundedPreceding) => Ok(OverFrame::Range(None)),
        (FrameUnit::Rows, FrameBoundKind::CurrentRow) => Ok(OverFrame::Rows(Some(0))),
        (FrameUnit::Range, FrameBoundKind::CurrentRow) => Ok(OverFrame::Range(Some(0))),
        (FrameUnit::Rows, FrameBoundKind::Preceding(bound)) => {
            let rows = expr::bind(bound, scope)?;
            match (rows.as_literal(), &rows.data_type.kind) {
                (Some(Value::Integer(rows)), kind) if kind.is_integer() && *rows >= 0 => {
                    Ok(OverFrame::Rows(Some(*rows as u64)))
                }
                _ => Err(SqlError::invalid(bound.at, "ROWS takes a whole number, like ROWS 2 PRECEDING")),
            }
        }
        (FrameUnit::Range, FrameBoundKind::Preceding(bound)) => {
            let interval = expr::bind(bound, scope)?;
            let millis = shape::millis(&interval).filter(|millis| *millis >= 0);
            millis.map(|millis| OverFrame::Range(Some(millis))).ok_or_else(|| {
                let message =
                    "RANGE takes a constant interval of DAYs or smaller, like RANGE INTERVAL '1' HOUR PRECEDING";
                SqlError::invalid(bound.at, message)
            })
        }
        (_, FrameBoundKind::Following(_) | FrameBoundKind::UnboundedFollowing) => {
            let instead = "On streams a frame ends at CURRENT ROW.";
            Err(SqlError::unsupported(frame.start.at, "OVER with FOLLOWING", instead))
        }
    }
}

/// Puts the calls on top of a relation; answers the columns where they are. The relation's own columns stay where they
/// are.
pub fn attach(mut rel: Rel, calls: Vec<OverCall>) -> Result<(Rel, Vec<usize>), SqlError> {
    if calls.is_empty() {
        return Ok((rel, Vec::new()));
    }
    let mut extra = Vec::new();
    let width = rel.schema.len();
    let mut place = |expr: &Expr| {
        expr.as_column().unwrap_or_else(|| {
            let known = extra.iter().position(|known| known == expr);
            width
                + known.unwrap_or_else(|| {
                    extra.push(expr.clone());
                    extra.len() - 1
                })
        })
    };
    let placed: Vec<(Vec<usize>, Vec<SortColumn>)> = calls
        .iter()
        .map(|call| {
            let partition = call.partition.iter().map(&mut place).collect();
            let order = call.order.iter().map(|(expr, descending, nulls_first)| SortColumn {
                column: place(expr),
                descending: *descending,
                nulls_first: *nulls_first,
            });
            (partition, order.collect())
        })
        .collect();
    rel = select::extend(rel, extra);
    if let Some(other) =
        (1..calls.len()).find(|other| placed[*other] != placed[0] || calls[*other].frame != calls[0].frame)
    {
        let message = "Over Agg: Unsupported use of OVER windows. All aggregates must be computed on the same window. Nest the \
                       queries, one window each";
        return Err(SqlError::invalid(calls[other].at, message));
    }
    let width = rel.schema.len();
    let named =
        |(index, call): (usize, &OverCall)| AggregateCall { name: format!("w0$o{index}"), ..call.call.0.clone() };
    let own = calls.iter().enumerate().map(named).collect();
    let Some((partition, order)) = placed.into_iter().next() else { return Ok((rel, Vec::new())) };
    let (frame, at) = (calls[0].frame, calls[0].at);
    let rel = Rel::over(Over { input: Box::new(rel), partition, order, frame, calls: own, at });
    Ok((rel, (width..width + calls.len()).collect()))
}
impl OverCall {
    /// The same with its columns replaced.
    pub fn map_columns(mut self, f: &dyn Fn(usize) -> usize) -> Self {
        let replace = |expr: &mut Expr| *expr = expr.clone().map_columns(f);
        self.call.0.arguments.iter_mut().for_each(replace);
        self.call.0.filter.iter_mut().for_each(replace);
        self.partition.iter_mut().for_each(replace);
        self.order.iter_mut().for_each(|(expr, ..)| replace(expr));
        self
    }
}
