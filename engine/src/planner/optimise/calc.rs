//! Projections and filters, made one where that computes nothing twice.

use crate::{
    expr::{Expr, ExprKind},
    planner::{
        rel::{Rel, RelKind},
        shape,
    },
    types::{Field, Schema},
};

/// Rows of `input` for which the conditions are true, projected: merged with a projection below, and left out where it
/// does nothing.
pub fn calc(input: Rel, conditions: Vec<Expr>, projection: Vec<Expr>, names: Vec<String>) -> Rel {
    let conditions: Vec<Expr> = conditions.into_iter().filter(|condition| !shape::is_true(condition)).collect();
    let fields = names.iter().zip(&projection).map(|(name, expr)| Field::new(name, expr.data_type.clone()));
    let schema = Schema::new(fields.collect());
    if conditions.iter().any(shape::is_never) {
        return Rel { kind: RelKind::Values(Vec::new()), schema }.timed();
    }
    if conditions.is_empty() && is_identity(&projection, input.schema.len()) {
        return input.rename(&names);
    }
    match input.kind {
        RelKind::Calc { input: below, filter, projection: inner } if mergeable(&conditions, &projection, &inner) => {
            let replace = |expr: Expr| expr.substitute(&|column| inner[column].clone());
            let mut all: Vec<Expr> = filter.into_iter().flat_map(Expr::conjuncts).collect();
            all.extend(conditions.into_iter().map(replace));
            let projection = projection.into_iter().map(replace).collect();
            calc(*below, all, projection, names)
        }
        kind => {
            let input = Box::new(Rel { kind, schema: input.schema });
            let filter = (!conditions.is_empty()).then(|| Expr::and(conditions));
            Rel { kind: RelKind::Calc { input, filter, projection }, schema }.timed()
        }
    }
}

/// Whether a projection hands its input on as it is.
pub fn is_identity(projection: &[Expr], width: usize) -> bool {
    projection.len() == width && projection.iter().enumerate().all(|(place, expr)| expr.as_column() == Some(place))
}

/// Whether two projections can be made one: nothing that costs is computed twice, and nothing that is different each time
/// it is computed is computed at another place.
pub fn mergeable(conditions: &[Expr], projection: &[Expr], inner: &[Expr]) -> bool {
    let mut uses = vec![0_usize; inner.len()];
    conditions.iter().chain(projection).for_each(|expr| count(expr, &mut uses));
    let filtered = |place: usize| conditions.iter().any(|condition| condition.columns().contains(&place));
    inner.iter().enumerate().all(|(place, expr)| {
        uses[place] == 0
            || expr.as_column().is_some()
            || expr.as_literal().is_some()
            || shape::is_proctime(expr)
            || (expr.deterministic() && (uses[place] == 1 || is_cheap(expr)))
            || (!expr.deterministic() && uses[place] == 1 && !filtered(place) && conditions.is_empty())
    })
}

fn count(expr: &Expr, uses: &mut [usize]) {
    if let ExprKind::Column(column) = expr.kind {
        uses[column] += 1;
    }
    expr.children().into_iter().for_each(|child| count(child, uses));
}

/// Whether an expression costs little more than reading its columns.
pub fn is_cheap(expr: &Expr) -> bool {
    let own = match &expr.kind {
        ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::And(_) | ExprKind::Or(_) => true,
        ExprKind::Call(function, _) => {
            const CHEAP: [&str; 14] = [
                "=",
                "<>",
                "<",
                "<=",
                ">",
                ">=",
                "+",
                "-",
                "*",
                "IS NULL",
                "IS NOT NULL",
                "IS TRUE",
                "NOT",
                "PROCTIME",
            ];
            CHEAP.contains(&function.name()) || shape::is_field(expr)
        }
        ExprKind::Cast { input, .. } => {
            let (from, to) = (&input.data_type.kind, &expr.data_type.kind);
            from.is_integer() && to.is_integer() || from.is_timestamp() && to.is_timestamp() || from == to
        }
        ExprKind::Case { .. } | ExprKind::Coalesce(_) => false,
    };
    own && expr.children().into_iter().all(is_cheap)
}
