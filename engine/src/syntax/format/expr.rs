//! Expressions, with no more parentheses than they need.

use std::fmt::{self, Display, Formatter};

use super::{List, Quoted};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, IsTest, LikeKind, Literal, QuantifiedOver, TrimSide, UnaryOp};
use crate::syntax::power;

/// An operand, in parentheses where it binds less tightly than `least`.
pub(super) struct Operand<'a>(&'a Expr, u8);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(expr, least) = self;
        if binds(expr) < *least { write!(f, "({expr})") } else { write!(f, "{expr}") }
    }
}

/// What is no operator binds tightest.
const ATOM: u8 = u8::MAX;

/// How tightly the outermost operator of `expr` binds.
fn binds(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Or(_) => power::OR,
        ExprKind::And(_) => power::AND,
        ExprKind::Unary(UnaryOp::Not, _) => power::NOT,
        ExprKind::Unary(..) => power::SIGN,
        ExprKind::Is { .. } => power::IS,
        ExprKind::IsDistinct { .. } | ExprKind::Quantified { .. } => power::COMPARE,
        ExprKind::Between { .. } | ExprKind::InList { .. } | ExprKind::InQuery { .. } | ExprKind::Like { .. } => {
            power::PREDICATE
        }
        ExprKind::Binary(op, ..) => match op {
            BinaryOp::Add | BinaryOp::Sub => power::ADD,
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem | BinaryOp::Concat => power::MULTIPLY,
            _ => power::COMPARE,
        },
        ExprKind::Literal(Literal::Exact(digits) | Literal::Approximate(digits)) if digits.starts_with('-') => {
            power::SIGN
        }
        _ => ATOM,
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        match &self.kind {
            ExprKind::Name(name) => write!(f, "{name}"),
            ExprKind::Literal(literal) => write!(f, "{literal}"),
            ExprKind::Unary(op, operand) => write!(f, "{op} {}", Operand(operand, binds(self))),
            ExprKind::Binary(op, left, right) => {
                let power = binds(self);
                write!(f, "{} {} {}", Operand(left, power), op.sign(), Operand(right, power + 1))
            }
            ExprKind::And(conditions) => chain(f, conditions, " AND ", power::AND),
            ExprKind::Or(conditions) => chain(f, conditions, " OR ", power::OR),
            ExprKind::Is { operand, test, negated } => {
                write!(f, "{} IS {}{test}", Operand(operand, power::IS), not(negated))
            }
            ExprKind::IsDistinct { left, right, negated } => {
                let (left, right) = (Operand(left, power::COMPARE), Operand(right, power::COMPARE + 1));
                write!(f, "{left} IS {}DISTINCT FROM {right}", not(negated))
            }
            ExprKind::Between { operand, low, high, symmetric, negated } => {
                let (operand, low, high) = (predicated(operand), predicated(low), predicated(high));
                let symmetry = if *symmetric { "SYMMETRIC" } else { "ASYMMETRIC" };
                write!(f, "{operand} {}BETWEEN {symmetry} {low} AND {high}", not(negated))
            }
            ExprKind::InList { operand, list, negated } => {
                write!(f, "{} {}IN ({})", predicated(operand), not(negated), List(list))
            }
            ExprKind::InQuery { operand, query, negated } => {
                write!(f, "{} {}IN ({query})", predicated(operand), not(negated))
            }
            ExprKind::Like { kind, operand, pattern, escape, negated } => {
                write!(f, "{} {}{kind} {}", predicated(operand), not(negated), predicated(pattern))?;
                escape.as_ref().map_or(Ok(()), |escape| write!(f, " ESCAPE {}", predicated(escape)))
            }
            ExprKind::Quantified { operand, op, all, with } => {
                let quantifier = if *all { "ALL" } else { "SOME" };
                write!(f, "{} {} {quantifier} ({with})", Operand(operand, power::COMPARE), op.sign())
            }
            _ => self.fmt_atom(f),
        }
    }
}

/// An operand of a predicate: one that needs no thought about what binds how.
pub(super) fn predicated(operand: &Expr) -> Operand<'_> {
    Operand(operand, power::ADD)
}

fn chain(f: &mut Formatter<'_>, conditions: &[Expr], operator: &str, power: u8) -> fmt::Result {
    for (index, condition) in conditions.iter().enumerate() {
        let operator = if index == 0 { "" } else { operator };
        write!(f, "{operator}{}", Operand(condition, power + 1))?;
    }
    Ok(())
}

impl Expr {
    /// What is no operator.
    fn fmt_atom(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Exists(query) => write!(f, "EXISTS ({query})"),
            ExprKind::Query(query) => write!(f, "({query})"),
            ExprKind::Case { operand, branches, otherwise } => {
                f.write_str("CASE")?;
                operand.as_ref().map_or(Ok(()), |operand| write!(f, " {operand}"))?;
                branches.iter().try_for_each(|(when, then)| write!(f, " WHEN {when} THEN {then}"))?;
                otherwise.as_ref().map_or(Ok(()), |otherwise| write!(f, " ELSE {otherwise}"))?;
                f.write_str(" END")
            }
            ExprKind::WhenList(values) => write!(f, "{}", List(values)),
            ExprKind::Cast { operand, to, tolerant } => {
                write!(f, "{}CAST({operand} AS {to})", if *tolerant { "TRY_" } else { "" })
            }
            ExprKind::Call(call) => write!(f, "{call}"),
            ExprKind::Extract { unit, operand } => write!(f, "EXTRACT({unit} FROM {operand})"),
            ExprKind::Trim { side, characters, operand } => {
                write!(f, "TRIM({side} ")?;
                match characters {
                    Some(characters) => write!(f, "{characters} FROM {operand})"),
                    None => write!(f, "' ' FROM {operand})"),
                }
            }
            ExprKind::Round { up, operand, unit } => {
                write!(f, "{}({operand} TO {unit})", if *up { "CEIL" } else { "FLOOR" })
            }
            ExprKind::TimestampAdd { unit, count, operand } => write!(f, "TIMESTAMPADD({unit}, {count}, {operand})"),
            ExprKind::TimestampDiff { unit, from, to } => write!(f, "TIMESTAMPDIFF({unit}, {from}, {to})"),
            ExprKind::Difference { to, from, qualifier } => write!(f, "({to} - {from}) {qualifier}"),
            ExprKind::Json(call) => write!(f, "{call}"),
            ExprKind::Array(values) => write!(f, "ARRAY[{}]", List(values)),
            ExprKind::Multiset(values) => write!(f, "MULTISET[{}]", List(values)),
            ExprKind::Map(pairs) => {
                let values: Vec<&Expr> = pairs.iter().flat_map(|(key, value)| [key, value]).collect();
                write!(f, "MAP[{}]", List(&values))
            }
            ExprKind::Collect(keyword, query) => write!(f, "{keyword}({query})"),
            ExprKind::Row(values) => write!(f, "ROW({})", List(values)),
            ExprKind::Index(base, index) => write!(f, "{}[{index}]", Operand(base, ATOM)),
            // A point after digits would be one of theirs.
            ExprKind::Field(base, field) if matches!(base.kind, ExprKind::Literal(_)) => write!(f, "({base}).{field}"),
            ExprKind::Field(base, field) => write!(f, "{}.{field}", Operand(base, ATOM)),
            ExprKind::Interval(value, qualifier) => write!(f, "INTERVAL ({value}) {qualifier}"),
            ExprKind::Descriptor(columns) => write!(f, "DESCRIPTOR({})", List(columns)),
            ExprKind::Table(table) => write!(f, "{table}"),
            ExprKind::Default => f.write_str("DEFAULT"),
            _ => Ok(()),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Boolean(true) => f.write_str("TRUE"),
            Self::Boolean(false) => f.write_str("FALSE"),
            Self::Unknown => f.write_str("UNKNOWN"),
            Self::Exact(digits) | Self::Approximate(digits) => f.write_str(digits),
            Self::Text(text) => write!(f, "{}", Quoted(text)),
            Self::Binary(bytes) => {
                f.write_str("X'")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
                f.write_str("'")
            }
            Self::Date(text) => write!(f, "DATE {}", Quoted(text)),
            Self::Time(text) => write!(f, "TIME {}", Quoted(text)),
            Self::Timestamp(text) => write!(f, "TIMESTAMP {}", Quoted(text)),
            Self::Interval { negative, text, qualifier } => {
                write!(f, "INTERVAL {}{} {qualifier}", if *negative { "-" } else { "" }, Quoted(text))
            }
        }
    }
}

impl Display for QuantifiedOver {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(list) => write!(f, "{}", List(list)),
            Self::Query(query) => write!(f, "{query}"),
        }
    }
}

impl Display for UnaryOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minus => "-",
            Self::Plus => "+",
            Self::Not => "NOT",
        })
    }
}

impl Display for IsTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "NULL",
            Self::True => "TRUE",
            Self::False => "FALSE",
            Self::Unknown => "UNKNOWN",
            Self::JsonValue => "JSON VALUE",
            Self::JsonObject => "JSON OBJECT",
            Self::JsonArray => "JSON ARRAY",
            Self::JsonScalar => "JSON SCALAR",
        })
    }
}

impl Display for LikeKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Like => "LIKE",
            Self::SimilarTo => "SIMILAR TO",
            Self::ILike => "ILIKE",
            Self::RLike => "RLIKE",
        })
    }
}

impl Display for TrimSide {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => "BOTH",
            Self::Leading => "LEADING",
            Self::Trailing => "TRAILING",
        })
    }
}
