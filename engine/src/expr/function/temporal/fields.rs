//! The short forms of EXTRACT: `YEAR(x)`, `HOUR(x)`, …

use crate::{
    expr::{
        Expr,
        bind::extract_from,
        function::registry::{Call, FunctionInfo, Group},
    },
    syntax::{SqlError, ast::TimeUnit},
};

macro_rules! field {
    ($into:expr, $name:literal, $what:literal, $unit:ident, $example:literal, $result:literal) => {
        $into.push(
            FunctionInfo::new(
                Group::Temporal,
                $name,
                concat!($name, "(date or timestamp)"),
                $what,
                ($example, $result),
            )
            .rule(|call| of(call, TimeUnit::$unit)),
        )
    };
}

/// Adds the short forms of EXTRACT.
pub fn register(into: &mut Vec<FunctionInfo>) {
    field!(into, "YEAR", "The year.", Year, "YEAR(DATE '1994-09-27')", "1994");
    field!(into, "QUARTER", "The quarter of the year, 1 to 4.", Quarter, "QUARTER(DATE '1994-09-27')", "3");
    field!(into, "MONTH", "The month, 1 to 12.", Month, "MONTH(DATE '1994-09-27')", "9");
    field!(into, "WEEK", "The week of the year of ISO 8601.", Week, "WEEK(DATE '1994-09-27')", "39");
    field!(into, "DAYOFYEAR", "The day of the year, from 1.", DayOfYear, "DAYOFYEAR(DATE '1994-09-27')", "270");
    field!(into, "DAYOFMONTH", "The day of the month, from 1.", Day, "DAYOFMONTH(DATE '1994-09-27')", "27");
    field!(into, "DAYOFWEEK", "The day of the week: Sunday is 1.", DayOfWeek, "DAYOFWEEK(DATE '1994-09-27')", "3");
    field!(into, "HOUR", "The hour, 0 to 23.", Hour, "HOUR(TIMESTAMP '1994-09-27 13:14:15')", "13");
    field!(into, "MINUTE", "The minute, 0 to 59.", Minute, "MINUTE(TIMESTAMP '1994-09-27 13:14:15')", "14");
    field!(into, "SECOND", "The second, 0 to 59.", Second, "SECOND(TIMESTAMP '1994-09-27 13:14:15')", "15");
}

fn of(call: &Call<'_>, unit: TimeUnit) -> Result<Expr, SqlError> {
    match call.arguments.as_slice() {
        [operand] => extract_from(unit, operand.clone(), call.at),
        _ => Err(call.refusal()),
    }
}
