//! Expressions, by precedence climbing.

use super::{
    Position, SqlError,
    ast::{BinaryOp, Expr, ExprKind, IsTest},
    lexer::Token,
    parser::{Parser, is_reserved},
    types::{DataType, MAX_TIMESTAMP_PRECISION},
};

/// How deep expressions may be nested: deep enough for any person, shallow enough for the stack.
const MAX_DEPTH: u32 = 100;

/// How tightly operators bind, loosest first.
const NOT_POWER: u8 = 3;
const COMPARE_POWER: u8 = 4;
const SIGN_POWER: u8 = 8;

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Result<Expr, SqlError> {
        self.expr_above(0)
    }

    /// An expression of operators that bind tighter than `power`.
    fn expr_above(&mut self, power: u8) -> Result<Expr, SqlError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SqlError::parse(self.at(), format!("An expression is nested deeper than {MAX_DEPTH}")));
        }
        let mut left = self.prefix()?;
        loop {
            let at = self.at();
            if let Some((op, binds)) = self.binary_op() {
                if binds <= power {
                    break;
                }
                self.bump();
                let right = self.expr_above(binds)?;
                left = Expr { at, kind: ExprKind::Binary(op, Box::new(left), Box::new(right)) };
            } else if COMPARE_POWER > power && self.at_predicate() {
                left = self.predicate(left, at)?;
            } else {
                break;
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn binary_op(&self) -> Option<(BinaryOp, u8)> {
        Some(match self.peek() {
            Token::Word(word) if word.eq_ignore_ascii_case("OR") => (BinaryOp::Or, 1),
            Token::Word(word) if word.eq_ignore_ascii_case("AND") => (BinaryOp::And, 2),
            Token::Sign(sign) => match *sign {
                "=" => (BinaryOp::Eq, COMPARE_POWER),
                "<>" | "!=" => (BinaryOp::Ne, COMPARE_POWER),
                "<" => (BinaryOp::Lt, COMPARE_POWER),
                "<=" => (BinaryOp::Le, COMPARE_POWER),
                ">" => (BinaryOp::Gt, COMPARE_POWER),
                ">=" => (BinaryOp::Ge, COMPARE_POWER),
                "+" => (BinaryOp::Add, 5),
                "-" => (BinaryOp::Sub, 5),
                "*" => (BinaryOp::Mul, 6),
                "/" => (BinaryOp::Div, 6),
                "%" => (BinaryOp::Rem, 6),
                "||" => (BinaryOp::Concat, 7),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn at_predicate(&self) -> bool {
        let ahead = usize::from(self.is_word(0, "NOT"));
        self.is_word(0, "IS") || ["BETWEEN", "IN", "LIKE"].iter().any(|word| self.is_word(ahead, word))
    }

    /// `IS`, `BETWEEN`, `IN` and `LIKE` after their operand.
    fn predicate(&mut self, operand: Expr, at: Position) -> Result<Expr, SqlError> {
        let operand = Box::new(operand);
        if self.accept("IS") {
            let negated = self.accept("NOT");
            let test = self.is_test()?;
            return Ok(Expr { at, kind: ExprKind::Is(operand, test, negated) });
        }
        let negated = self.accept("NOT");
        let kind = if self.accept("BETWEEN") {
            let low = self.expr_above(COMPARE_POWER)?;
            self.expect("AND")?;
            let high = self.expr_above(COMPARE_POWER)?;
            ExprKind::Between(operand, Box::new(low), Box::new(high), negated)
        } else if self.accept("IN") {
            self.expect_sign("(")?;
            if self.is_word(0, "SELECT") {
                let supported = "List the values: x IN (1, 2, 3).";
                return Err(SqlError::unsupported(self.at(), "A subquery in IN", supported));
            }
            ExprKind::In(operand, self.arguments()?, negated)
        } else {
            self.expect("LIKE")?;
            let pattern = self.expr_above(COMPARE_POWER)?;
            let escape = if self.accept("ESCAPE") { Some(self.escape()?) } else { None };
            ExprKind::Like(operand, Box::new(pattern), escape, negated)
        };
        Ok(Expr { at, kind })
    }

    fn is_test(&mut self) -> Result<IsTest, SqlError> {
        for (word, test) in
            [("NULL", IsTest::Null), ("UNKNOWN", IsTest::Null), ("TRUE", IsTest::True), ("FALSE", IsTest::False)]
        {
            if self.accept(word) {
                return Ok(test);
            }
        }
        self.expected("NULL, TRUE, FALSE or UNKNOWN")
    }

    fn escape(&mut self) -> Result<char, SqlError> {
        let text = self.text("one character in quotes")?;
        let mut chars = text.text.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(SqlError::invalid(text.at, "ESCAPE takes one character")),
        }
    }

    fn prefix(&mut self) -> Result<Expr, SqlError> {
        let at = self.at();
        if self.accept("NOT") {
            let operand = self.expr_above(NOT_POWER)?;
            return Ok(Expr { at, kind: ExprKind::Not(Box::new(operand)) });
        }
        if self.accept_sign("-") {
            let operand = self.expr_above(SIGN_POWER)?;
            return Ok(match operand.kind {
                ExprKind::Number(digits) if !digits.starts_with('-') => {
                    Expr { at, kind: ExprKind::Number(format!("-{digits}")) }
                }
                _ => Expr { at, kind: ExprKind::Negate(Box::new(operand)) },
            });
        }
        if self.accept_sign("+") {
            return self.expr_above(SIGN_POWER);
        }
        if self.accept_sign("(") {
            if self.is_word(0, "SELECT") {
                let supported = "Expressions read the columns of the one table in FROM.";
                return Err(SqlError::unsupported(self.at(), "A subquery", supported));
            }
            let inner = self.expr()?;
            self.expect_sign(")")?;
            return Ok(inner);
        }
        self.primary(at)
    }

    fn primary(&mut self, at: Position) -> Result<Expr, SqlError> {
        let kind = match self.peek().clone() {
            Token::Number(digits) => {
                self.bump();
                ExprKind::Number(digits)
            }
            Token::Text(text) => {
                self.bump();
                ExprKind::Text(text)
            }
            Token::Quoted(_) => self.column()?,
            Token::Word(word) => self.word(&word)?,
            _ => return self.expected("an expression"),
        };
        Ok(Expr { at, kind })
    }

    fn word(&mut self, word: &str) -> Result<ExprKind, SqlError> {
        let upper = word.to_uppercase();
        let literal = match upper.as_str() {
            "NULL" => Some(ExprKind::Null),
            "TRUE" => Some(ExprKind::Boolean(true)),
            "FALSE" => Some(ExprKind::Boolean(false)),
            _ => None,
        };
        if let Some(literal) = literal {
            self.bump();
            return Ok(literal);
        }
        match upper.as_str() {
            "CASE" => return self.case(),
            "CAST" | "TRY_CAST" if self.is_sign(1, "(") => return self.cast(upper == "TRY_CAST"),
            "DATE" | "TIMESTAMP" => {
                if let Some(literal) = self.temporal(&upper) {
                    return Ok(literal);
                }
            }
            _ => {}
        }
        if self.is_sign(1, "(") {
            self.bump();
            self.bump();
            return self.call(upper);
        }
        if is_reserved(word) {
            return self.expected("an expression");
        }
        // Flink calls these without parentheses.
        if ["CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_DATE"].contains(&upper.as_str()) {
            self.bump();
            return Ok(ExprKind::Call(upper, Vec::new()));
        }
        self.column()
    }

    /// `DATE '…'` or `TIMESTAMP '…'`, where a string follows the word.
    fn temporal(&mut self, word: &str) -> Option<ExprKind> {
        let data_type = if word == "DATE" { DataType::Date } else { DataType::Timestamp(MAX_TIMESTAMP_PRECISION) };
        let Token::Text(text) = self.peek_at(1).clone() else { return None };
        self.bump();
        self.bump();
        Some(ExprKind::Temporal(data_type, text))
    }

    fn column(&mut self) -> Result<ExprKind, SqlError> {
        let name = self.name("a column's name")?;
        if !self.accept_sign(".") {
            return Ok(ExprKind::Column { qualifier: None, name });
        }
        if self.is_sign(0, "*") {
            return Err(SqlError::unsupported(self.at(), "table.*", "Write * alone: there is one table."));
        }
        Ok(ExprKind::Column { qualifier: Some(name), name: self.name("a column's name")? })
    }

    fn call(&mut self, name: String) -> Result<ExprKind, SqlError> {
        if self.accept_sign(")") {
            return Ok(ExprKind::Call(name, Vec::new()));
        }
        if self.is_sign(0, "*") || self.is_word(0, "DISTINCT") {
            let supported = "Aggregate functions are not: each row is computed alone.";
            return Err(SqlError::unsupported(self.at(), format!("{name}({} …)", self.peek().describe()), supported));
        }
        let first = self.expr()?;
        // SUBSTRING(x FROM a [FOR b]) is SUBSTRING(x, a[, b]).
        let mut arguments = vec![first];
        if name == "SUBSTRING" && self.accept("FROM") {
            arguments.push(self.expr()?);
            if self.accept("FOR") {
                arguments.push(self.expr()?);
            }
            self.expect_sign(")")?;
            return Ok(ExprKind::Call(name, arguments));
        }
        while self.accept_sign(",") {
            arguments.push(self.expr()?);
        }
        self.expect_sign(")")?;
        if self.is_word(0, "OVER") {
            return Err(SqlError::unsupported(self.at(), "OVER", "Each row is computed alone."));
        }
        Ok(ExprKind::Call(name, arguments))
    }

    /// Expressions separated by commas, up to and with the closing parenthesis.
    fn arguments(&mut self) -> Result<Vec<Expr>, SqlError> {
        let mut arguments = vec![self.expr()?];
        while self.accept_sign(",") {
            arguments.push(self.expr()?);
        }
        self.expect_sign(")")?;
        Ok(arguments)
    }

    fn cast(&mut self, tolerant: bool) -> Result<ExprKind, SqlError> {
        self.bump();
        self.expect_sign("(")?;
        let operand = self.expr()?;
        self.expect("AS")?;
        let data_type = self.data_type()?;
        self.expect_sign(")")?;
        Ok(ExprKind::Cast(Box::new(operand), data_type, tolerant))
    }

    fn case(&mut self) -> Result<ExprKind, SqlError> {
        self.bump();
        let operand = if self.is_word(0, "WHEN") { None } else { Some(Box::new(self.expr()?)) };
        let mut branches = Vec::new();
        while self.accept("WHEN") {
            let condition = self.expr()?;
            self.expect("THEN")?;
            branches.push((condition, self.expr()?));
        }
        if branches.is_empty() {
            return self.expected("WHEN");
        }
        let otherwise = if self.accept("ELSE") { Some(Box::new(self.expr()?)) } else { None };
        self.expect("END")?;
        Ok(ExprKind::Case(operand, branches, otherwise))
    }
}
