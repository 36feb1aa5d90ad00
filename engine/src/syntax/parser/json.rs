//! The JSON functions.

use super::{Parser, Result, SqlError};
use crate::syntax::ast::{
    ExistsOnError, Expr, ExprKind, JsonCall, JsonOnNull, JsonWrapper, OrderItem, QueryBehaviour, ValueBehaviour,
};

impl Parser<'_> {
    pub(super) fn json_exists(&mut self) -> Result<ExprKind> {
        const ANSWERS: [(&str, ExistsOnError); 4] = [
            ("TRUE", ExistsOnError::True),
            ("FALSE", ExistsOnError::False),
            ("UNKNOWN", ExistsOnError::Unknown),
            ("ERROR", ExistsOnError::Error),
        ];
        let (input, path) = self.input_and_path()?;
        let mut on_error = None;
        if !self.is_sign(0, ")") {
            on_error = Some(self.choice(&ANSWERS)?);
            self.expect_all(&["ON", "ERROR"])?;
        }
        Ok(json(JsonCall::Exists { input, path, on_error }))
    }

    pub(super) fn json_value(&mut self) -> Result<ExprKind> {
        let (input, path) = self.input_and_path()?;
        let returning = if self.accept("RETURNING") { Some(self.data_type()?) } else { None };
        let (on_empty, on_error) = self.behaviours(|parser| {
            if parser.accept("DEFAULT") {
                return parser.expr().map(ValueBehaviour::Default);
            }
            if parser.accept("NULL") {
                return Ok(ValueBehaviour::Null);
            }
            if parser.accept("ERROR") {
                return Ok(ValueBehaviour::Error);
            }
            parser.expected_word("\")\", NULL, ERROR or DEFAULT", &["NULL", "ERROR", "DEFAULT", "RETURNING"])
        })?;
        Ok(json(JsonCall::Value { input, path, returning, on_empty, on_error }))
    }

    pub(super) fn json_query(&mut self) -> Result<ExprKind> {
        let (input, path) = self.input_and_path()?;
        let returning = if self.accept("RETURNING") { Some(self.data_type()?) } else { None };
        let wrapper = self.wrapper()?;
        let (on_empty, on_error) = self.behaviours(|parser| {
            if parser.accept("EMPTY") {
                return parser
                    .choice(&[("ARRAY", QueryBehaviour::EmptyArray), ("OBJECT", QueryBehaviour::EmptyObject)]);
            }
            if parser.accept("NULL") {
                return Ok(QueryBehaviour::Null);
            }
            if parser.accept("ERROR") {
                return Ok(QueryBehaviour::Error);
            }
            let keywords = ["NULL", "ERROR", "EMPTY", "WITH", "WITHOUT", "RETURNING"];
            parser.expected_word("\")\", NULL, ERROR or EMPTY", &keywords)
        })?;
        Ok(json(JsonCall::Query { input, path, returning, wrapper, on_empty, on_error }))
    }

    fn input_and_path(&mut self) -> Result<(Expr, Expr)> {
        let input = self.expr()?;
        self.refuse_format()?;
        self.expect_sign(",")?;
        let path = self.expr()?;
        let at = self.at();
        if self.accept("PASSING") {
            return Err(SqlError::unsupported(at, "PASSING", "Write the path in full."));
        }
        Ok((input, path))
    }

    /// `… ON EMPTY` and `… ON ERROR`, in either order, each once.
    fn behaviours<T>(&mut self, behaviour: impl Fn(&mut Self) -> Result<T>) -> Result<(Option<T>, Option<T>)> {
        let (mut on_empty, mut on_error) = (None, None);
        while !self.is_sign(0, ")") {
            let at = self.at();
            let behaviour = behaviour(self)?;
            self.expect("ON")?;
            let empty = self.choice(&[("EMPTY", true), ("ERROR", false)])?;
            let before = if empty { on_empty.replace(behaviour) } else { on_error.replace(behaviour) };
            if before.is_some() {
                let which = if empty { "EMPTY" } else { "ERROR" };
                return Err(SqlError::parse(at, format!("ON {which} is given twice")));
            }
        }
        Ok((on_empty, on_error))
    }

    fn wrapper(&mut self) -> Result<Option<JsonWrapper>> {
        let wrapper = if self.accept("WITHOUT") {
            JsonWrapper::Without
        } else if self.accept("WITH") {
            if self.accept("CONDITIONAL") {
                JsonWrapper::Conditional
            } else {
                self.accept("UNCONDITIONAL");
                JsonWrapper::Unconditional
            }
        } else {
            return Ok(None);
        };
        self.accept("ARRAY");
        self.expect("WRAPPER")?;
        Ok(Some(wrapper))
    }

    pub(super) fn json_object(&mut self) -> Result<ExprKind> {
        let mut members = Vec::new();
        if !self.is_sign(0, ")") && !self.at_on_null() {
            members = self.list(Self::member)?;
        }
        Ok(json(JsonCall::Object { members, on_null: self.on_null()? }))
    }

    pub(super) fn json_array(&mut self) -> Result<ExprKind> {
        let mut elements = Vec::new();
        if !self.is_sign(0, ")") && !self.at_on_null() {
            elements = self.list(|parser| {
                let element = parser.expr()?;
                parser.refuse_format()?;
                Ok(element)
            })?;
        }
        Ok(json(JsonCall::Array { elements, on_null: self.on_null()? }))
    }

    pub(super) fn json_object_agg(&mut self) -> Result<ExprKind> {
        let (key, value) = self.member()?;
        Ok(json(JsonCall::ObjectAgg { key, value, on_null: self.on_null()? }))
    }

    /// From the function's name on, as `WITHIN GROUP` may follow its parentheses.
    pub(super) fn json_array_agg(&mut self) -> Result<ExprKind> {
        self.bump();
        self.expect_sign("(")?;
        let value = self.expr()?;
        self.refuse_format()?;
        let mut order_by: Vec<OrderItem> = if self.is_word(0, "ORDER") { self.order_by()? } else { Vec::new() };
        let on_null = self.on_null()?;
        self.expect_sign(")")?;
        if let Some((at, within)) = self.within_group()? {
            if !order_by.is_empty() {
                return Err(SqlError::parse(at, "The order is given twice"));
            }
            order_by = within;
        }
        Ok(json(JsonCall::ArrayAgg { value, order_by, on_null }))
    }

    /// `[KEY] key VALUE value`, `key : value`
    fn member(&mut self) -> Result<(Expr, Expr)> {
        // KEY may also be the name of a column.
        if self.is_word(0, "KEY") && !self.is_word(1, "VALUE") && !self.is_sign(1, ":") && !self.is_sign(1, ".") {
            self.bump();
        }
        let key = self.expr()?;
        if !self.accept_sign(":") && !self.accept("VALUE") {
            return self.expected_word("VALUE or \":\"", &["VALUE"]);
        }
        let value = self.expr()?;
        self.refuse_format()?;
        Ok((key, value))
    }

    fn at_on_null(&self) -> bool {
        self.which_word(0, &["NULL", "ABSENT"]).is_some() && self.is_word(1, "ON") && self.is_word(2, "NULL")
    }

    fn on_null(&mut self) -> Result<Option<JsonOnNull>> {
        if !self.at_on_null() {
            return if self.is_sign(0, ")") { Ok(None) } else { self.expected("\",\", \")\" or NULL ON NULL") };
        }
        let null = self.is_word(0, "NULL");
        self.next += 3;
        Ok(Some(if null { JsonOnNull::Null } else { JsonOnNull::Absent }))
    }

    fn refuse_format(&self) -> Result<()> {
        if !(self.is_word(0, "FORMAT") && self.is_word(1, "JSON")) {
            return Ok(());
        }
        let supported = "JSON_OBJECT and JSON_ARRAY take each other's answers, and JSON('…'), as JSON.";
        Err(SqlError::unsupported(self.at(), "FORMAT JSON", supported))
    }
}

fn json(call: JsonCall) -> ExprKind {
    ExprKind::Json(Box::new(call))
}
