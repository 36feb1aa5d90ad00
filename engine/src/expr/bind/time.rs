//! What is written of dates, times and intervals.

use super::{
    Binder,
    coercion::coerce,
    literal,
    operators::{compare, refused},
};
use crate::{
    expr::{
        Expr,
        function::{
            any_nullable,
            arithmetic::Arithmetic,
            call,
            comparison::Comparison,
            temporal::{extract, round, shift},
        },
    },
    syntax::{
        Position, SqlError,
        ast::{self, ExprKind as Node, IntervalQualifier, TimeUnit},
    },
    types::{TypeKind, Value},
};

/// The digits of a timestamp that a DATE becomes when hours are added.
const PRECISION_OF_DATE: u8 = 6;

fn is_point(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Date | TypeKind::Time(_)) || kind.is_timestamp()
}

/// `point ± interval`, `interval ± interval`, `interval * number`; `None` where it is none of these.
pub fn arithmetic(op: Arithmetic, left: &Expr, right: &Expr) -> Option<Expr> {
    let (a, b) = (&left.data_type.kind, &right.data_type.kind);
    match op {
        Arithmetic::Add if is_point(a) && b.is_interval() => Some(move_by(left.clone(), right.clone(), false)),
        Arithmetic::Add if a.is_interval() && is_point(b) => Some(move_by(right.clone(), left.clone(), false)),
        Arithmetic::Sub if is_point(a) && b.is_interval() => Some(move_by(left.clone(), right.clone(), true)),
        Arithmetic::Add | Arithmetic::Sub if a.is_interval() && a == b => {
            let data_type = a.clone().nullable().with_nullable(left.data_type.nullable || right.data_type.nullable);
            Some(call(op.sign(), op.kernel(a, b, a)?, vec![left.clone(), right.clone()], data_type))
        }
        Arithmetic::Mul if a.is_interval() && b.is_exact() => scaled(op, left, right),
        Arithmetic::Mul if a.is_exact() && b.is_interval() => scaled(op, right, left),
        Arithmetic::Div if a.is_interval() && b.is_exact() => scaled(op, left, right),
        _ => None,
    }
}

fn scaled(op: Arithmetic, interval: &Expr, factor: &Expr) -> Option<Expr> {
    let kind = &interval.data_type.kind;
    let width = if *kind == TypeKind::IntervalMonths { TypeKind::Int } else { TypeKind::BigInt };
    let factor = coerce(factor.clone(), &width.nullable());
    let nullable = interval.data_type.nullable || factor.data_type.nullable;
    let data_type = kind.clone().nullable().with_nullable(nullable);
    Some(call(op.sign(), op.kernel(kind, kind, kind)?, vec![interval.clone(), factor], data_type))
}

/// A point in time moved by an interval; of a DATE only whole days count.
fn move_by(point: Expr, interval: Expr, back: bool) -> Expr {
    let months = interval.data_type.kind == TypeKind::IntervalMonths;
    let kernel = shift::kernel(&point.data_type.kind, months, back);
    let arguments = vec![point, interval];
    let data_type = arguments[0].data_type.clone().with_nullable(any_nullable(&arguments));
    call(if back { "-" } else { "+" }, kernel, arguments, data_type)
}

impl Binder<'_> {
    /// `INTERVAL x DAY`
    pub(super) fn interval(
        &self,
        value: &ast::Expr,
        qualifier: &IntervalQualifier,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let count = self.bind(value)?;
        if qualifier.end.is_some() || !count.data_type.kind.is_exact() {
            let message = format!("INTERVAL takes a number and one unit, not {}", count.data_type);
            return Err(SqlError::invalid(at, message));
        }
        self.units(count, qualifier.start, at)
    }

    /// So many units as an interval.
    fn units(&self, count: Expr, unit: TimeUnit, at: Position) -> Result<Expr, SqlError> {
        let (kind, width, factor) = match (literal::months(unit), literal::millis(unit)) {
            (Some(months), _) => (TypeKind::IntervalMonths, TypeKind::Int, months),
            (None, Some(millis)) => (TypeKind::IntervalMillis, TypeKind::BigInt, millis),
            (None, None) => {
                let supported = "Supported: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND.";
                return Err(SqlError::unsupported(at, format!("The unit {} here", unit.keyword()), supported));
            }
        };
        let count = coerce(coerce(count, &width.clone().nullable()), &kind.clone().nullable());
        let factor = Expr::literal(Value::Integer(factor), width);
        let product = scaled(Arithmetic::Mul, &count, &factor);
        let product = product.ok_or_else(|| refused("*", &[&count], "'<INTERVAL> * <NUMERIC>'", at))?;
        Ok(product.fold(&self.scope.settings().context()))
    }

    pub(super) fn timestamp_add(
        &self,
        unit: TimeUnit,
        count: &ast::Expr,
        operand: &ast::Expr,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let (count, point) = (self.bind(count)?, self.bind(operand)?);
        let count =
            if count.data_type.kind == TypeKind::Null { coerce(count, &TypeKind::Int.nullable()) } else { count };
        if !count.data_type.kind.is_exact() || !is_point(&point.data_type.kind) {
            let forms = "'TIMESTAMPADD(<UNIT>, <INTEGER>, <DATE, TIME or TIMESTAMP>)'";
            return Err(refused("TIMESTAMPADD", &[&count, &point], forms, at));
        }
        let whole_days = matches!(unit, TimeUnit::Day | TimeUnit::Week) || literal::months(unit).is_some();
        let interval = self.units(count, unit, at)?;
        let point = match point.data_type.kind {
            TypeKind::Date if !whole_days => coerce(point, &TypeKind::Timestamp(PRECISION_OF_DATE).nullable()),
            _ => point,
        };
        let months = interval.data_type.kind == TypeKind::IntervalMonths;
        let kernel = shift::kernel(&point.data_type.kind, months, false);
        let arguments = vec![point, interval];
        let data_type = arguments[0].data_type.clone().with_nullable(any_nullable(&arguments));
        Ok(call("+", kernel, arguments, data_type))
    }

    pub(super) fn timestamp_diff(
        &self,
        unit: TimeUnit,
        from: &ast::Expr,
        to: &ast::Expr,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let (from, to) = (self.bind(from)?, self.bind(to)?);
        let forms = "'TIMESTAMPDIFF(<UNIT>, <DATE or TIMESTAMP>, <DATE or TIMESTAMP>)'";
        let kernel = shift::difference(unit, &from.data_type.kind, &to.data_type.kind);
        let kernel = kernel.ok_or_else(|| refused("TIMESTAMPDIFF", &[&from, &to], forms, at))?;
        let arguments = vec![from, to];
        let data_type = TypeKind::Int.nullable().with_nullable(any_nullable(&arguments));
        Ok(call(&format!("TIMESTAMPDIFF({})", unit.keyword()), kernel, arguments, data_type))
    }

    /// `(to - from) DAY`
    pub(super) fn difference(
        &self,
        to: &ast::Expr,
        from: &ast::Expr,
        qualifier: &IntervalQualifier,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let (to, from) = (self.bind(to)?, self.bind(from)?);
        let (later, earlier) = (&to.data_type.kind, &from.data_type.kind);
        // Calcite takes moments of one type, whatever their digits.
        let alike = std::mem::discriminant(later) == std::mem::discriminant(earlier);
        let months = literal::months(qualifier.start).is_some();
        let kernel = shift::interval(months, earlier, later).filter(|_| alike);
        let kernel = kernel.ok_or_else(|| refused("-", &[&to, &from], "'(<DATETIME> - <DATETIME>) <UNIT>'", at))?;
        let kind = if months { TypeKind::IntervalMonths } else { TypeKind::IntervalMillis };
        let arguments = vec![from, to];
        let data_type = kind.nullable().with_nullable(any_nullable(&arguments));
        Ok(call("-", kernel, arguments, data_type))
    }

    pub(super) fn extract(&self, unit: TimeUnit, operand: &ast::Expr, at: Position) -> Result<Expr, SqlError> {
        let operand = self.bind(operand)?;
        extract_from(unit, operand, at)
    }

    /// `CEIL(x TO unit)`, `FLOOR(x TO unit)`
    pub(super) fn round(&self, up: bool, operand: &ast::Expr, unit: TimeUnit, at: Position) -> Result<Expr, SqlError> {
        let operand = self.bind(operand)?;
        let name = if up { "CEIL" } else { "FLOOR" };
        let forms = format!("'{name}(<DATE, TIME or TIMESTAMP> TO <UNIT>)'");
        let kernel = round::kernel(&operand.data_type.kind, unit, up);
        let kernel = kernel.ok_or_else(|| refused(name, &[&operand], &forms, at))?;
        let data_type = operand.data_type.clone();
        Ok(call(&format!("{name}(TO {})", unit.keyword()), kernel, vec![operand], data_type))
    }

    /// `(start, end or length) OVERLAPS (start, end or length)`: they have a moment in common, ends included.
    pub(super) fn overlaps(&self, left: &ast::Expr, right: &ast::Expr, at: Position) -> Result<Expr, SqlError> {
        let [first, second] = [self.period(left)?, self.period(right)?];
        // Where a bound is NULL the period is taken to run from its end to its start, as in Flink.
        let choose = |(start, end): &(Expr, Expr), first: &Expr, other: &Expr| -> Result<Expr, SqlError> {
            let condition = compare(Comparison::Le, start.clone(), end.clone(), at)?;
            super::case::case(vec![condition], vec![first.clone(), other.clone()], "OVERLAPS", at)
        };
        let early = |period: &(Expr, Expr)| choose(period, &period.0, &period.1);
        let late = |period: &(Expr, Expr)| choose(period, &period.1, &period.0);
        let one = compare(Comparison::Ge, late(&first)?, early(&second)?, at)?;
        Ok(Expr::and(vec![one, compare(Comparison::Ge, late(&second)?, early(&first)?, at)?]))
    }

    fn period(&self, node: &ast::Expr) -> Result<(Expr, Expr), SqlError> {
        let Node::Row(parts) = &node.kind else {
            return Err(SqlError::invalid(node.at, "OVERLAPS takes periods: (start, end) or (start, interval)"));
        };
        let [start, end] = parts.as_slice() else {
            return Err(SqlError::invalid(node.at, "A period has two parts: (start, end) or (start, interval)"));
        };
        let (start, end) = (self.bind(start)?, self.bind(end)?);
        if end.data_type.kind.is_interval() {
            let end = move_by(start.clone(), end, false);
            return Ok((start, end));
        }
        Ok((start, end))
    }
}

/// `EXTRACT(unit FROM operand)`
pub fn extract_from(unit: TimeUnit, operand: Expr, at: Position) -> Result<Expr, SqlError> {
    let operand = match &operand.data_type.kind {
        TypeKind::Null => Expr::null(TypeKind::Timestamp(3)),
        _ => operand,
    };
    let kernel = extract::kernel(&operand.data_type.kind, unit);
    let forms = "'EXTRACT(<UNIT> FROM <DATE, TIME, TIMESTAMP or INTERVAL>)', the unit one that it has";
    let kernel = kernel.ok_or_else(|| refused(&format!("EXTRACT {}", unit.keyword()), &[&operand], forms, at))?;
    let data_type = TypeKind::BigInt.nullable().with_nullable(operand.data_type.nullable);
    Ok(call(&format!("EXTRACT({})", unit.keyword()), kernel, vec![operand], data_type))
}
