//! Predicates that stand after their operand: `IS`, `BETWEEN`, `IN`, `LIKE`.

use super::{Parser, Result, any_of};
use crate::syntax::{
    ast::{Expr, ExprKind, IsTest, LikeKind, Query},
    power,
};

/// Makes a predicate of its first operand.
type Predicate = Box<dyn FnOnce(Expr) -> ExprKind>;

/// Predicates are taken from the right: `a LIKE b LIKE c` is `a LIKE (b LIKE c)`.
const RIGHT_OF_PREDICATE: u8 = power::PREDICATE - 1;

const LIKES: [(&str, LikeKind); 4] = [
    ("LIKE", LikeKind::Like),
    ("SIMILAR", LikeKind::SimilarTo),
    ("ILIKE", LikeKind::ILike),
    ("RLIKE", LikeKind::RLike),
];

impl Parser<'_> {
    /// The predicate at the cursor, if it binds tighter than `power`.
    pub(super) fn postfix_predicate(&mut self, power: u8) -> Result<Option<Predicate>> {
        if self.is_word(0, "IS") {
            return self.is_predicate(power);
        }
        if power >= power::PREDICATE {
            return Ok(None);
        }
        let negated = self.is_word(0, "NOT");
        let ahead = usize::from(negated);
        let like = LIKES.iter().any(|(keyword, _)| self.is_word(ahead, keyword));
        if !like && self.which_word(ahead, &["BETWEEN", "IN"]).is_none() {
            return Ok(None);
        }
        self.next += ahead;
        if self.accept("BETWEEN") {
            return self.between(negated).map(Some);
        }
        if self.accept("IN") {
            return self.in_predicate(negated).map(Some);
        }
        self.like(negated).map(Some)
    }

    fn is_predicate(&mut self, power: u8) -> Result<Option<Predicate>> {
        let ahead = 1 + usize::from(self.is_word(1, "NOT"));
        let distinct = self.is_word(ahead, "DISTINCT");
        if power >= if distinct { power::COMPARE } else { power::IS } {
            return Ok(None);
        }
        self.next += ahead;
        let negated = ahead == 2;
        if distinct {
            self.expect_all(&["DISTINCT", "FROM"])?;
            let right = Box::new(self.expr_above(power::COMPARE)?);
            return Ok(Some(Box::new(move |left| ExprKind::IsDistinct { left: Box::new(left), right, negated })));
        }
        let test = self.is_test()?;
        Ok(Some(Box::new(move |operand| ExprKind::Is { operand: Box::new(operand), test, negated })))
    }

    fn is_test(&mut self) -> Result<IsTest> {
        const TESTS: [(&str, IsTest); 4] =
            [("NULL", IsTest::Null), ("TRUE", IsTest::True), ("FALSE", IsTest::False), ("UNKNOWN", IsTest::Unknown)];
        const JSON: [(&str, IsTest); 4] = [
            ("VALUE", IsTest::JsonValue),
            ("OBJECT", IsTest::JsonObject),
            ("ARRAY", IsTest::JsonArray),
            ("SCALAR", IsTest::JsonScalar),
        ];
        if self.accept("JSON") {
            let test = JSON.into_iter().find(|(keyword, _)| self.accept(keyword));
            return Ok(test.map_or(IsTest::JsonValue, |(_, test)| test));
        }
        if let Some((_, test)) = TESTS.into_iter().find(|(keyword, _)| self.accept(keyword)) {
            return Ok(test);
        }
        let keywords = ["NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT", "JSON"];
        self.expected_word(&any_of(&keywords), &keywords)
    }

    fn between(&mut self, negated: bool) -> Result<Predicate> {
        let symmetric = self.accept("SYMMETRIC");
        if !symmetric {
            self.accept("ASYMMETRIC");
        }
        // The lower bound ends at AND.
        let low = Box::new(self.expr_above(power::AND)?);
        self.expect("AND")?;
        let high = Box::new(self.expr_above(RIGHT_OF_PREDICATE)?);
        Ok(Box::new(move |operand| ExprKind::Between { operand: Box::new(operand), low, high, symmetric, negated }))
    }

    fn in_predicate(&mut self, negated: bool) -> Result<Predicate> {
        Ok(match self.query_or_list()? {
            Ok(query) => {
                let query = Box::new(query);
                Box::new(move |operand| ExprKind::InQuery { operand: Box::new(operand), query, negated })
            }
            Err(list) => Box::new(move |operand| ExprKind::InList { operand: Box::new(operand), list, negated }),
        })
    }

    /// `(query)`, or `(a, b, …)` as an `Err`.
    pub(super) fn query_or_list(&mut self) -> Result<std::result::Result<Query, Vec<Expr>>> {
        self.parenthesised(|parser| {
            if parser.at_query() {
                return parser.query().map(Ok);
            }
            let mut list = parser.list(Self::expr)?;
            match list.pop() {
                // `IN ((SELECT 1))`, `IN ((SELECT 1) UNION (SELECT 2))`
                Some(Expr { kind: ExprKind::Query(query), .. }) if list.is_empty() => {
                    parser.query_after(*query).map(Ok)
                }
                Some(last) => {
                    list.push(last);
                    Ok(Err(list))
                }
                None => parser.expected("an expression"),
            }
        })
    }

    fn like(&mut self, negated: bool) -> Result<Predicate> {
        let kind = self.choice(&LIKES)?;
        if kind == LikeKind::SimilarTo {
            self.expect("TO")?;
        }
        let pattern = Box::new(self.expr_above(RIGHT_OF_PREDICATE)?);
        let escape = if self.accept("ESCAPE") { Some(Box::new(self.expr_above(RIGHT_OF_PREDICATE)?)) } else { None };
        Ok(Box::new(move |operand| ExprKind::Like { kind, operand: Box::new(operand), pattern, escape, negated }))
    }
}
