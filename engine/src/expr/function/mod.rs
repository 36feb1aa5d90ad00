//! Scalar functions: what computes them, what they take, and the one list of all of them.

pub mod arithmetic;
pub mod collection;
pub mod comparison;
mod compiled;
mod conditional;
pub mod hash;
pub mod json;
pub mod kernel;
pub mod like;
pub mod math;
pub mod native;
pub mod registry;
pub mod rounding;
pub mod signature;
pub mod string;
pub mod system;
pub mod temporal;

use arrow_array::ArrayRef;

use super::{Datum, EvalContext, EvalError, Expr, ExprKind, ScalarFunction};
use crate::types::DataType;
use kernel::{Kernel, Site};

/// A kernel under a name, with the types of its arguments and its result.
#[derive(Debug)]
struct Function {
    name: String,
    kernel: Kernel,
    takes: Vec<DataType>,
    returns: DataType,
}

impl ScalarFunction for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn eval(&self, arguments: &[Datum], rows: usize, context: &EvalContext) -> Result<ArrayRef, EvalError> {
        self.kernel.run(&Site { rows, takes: &self.takes, returns: &self.returns, context }, arguments)
    }

    fn deterministic(&self) -> bool {
        self.kernel.deterministic
    }

    fn fallible(&self) -> bool {
        self.kernel.fallible
    }
}

/// The call of a kernel.
pub fn call(name: &str, kernel: Kernel, arguments: Vec<Expr>, returns: DataType) -> Expr {
    let takes = arguments.iter().map(|argument| argument.data_type.clone()).collect();
    let function = Function { name: name.to_owned(), kernel, takes, returns: returns.clone() };
    Expr { kind: ExprKind::Call(std::sync::Arc::new(function), arguments), data_type: returns }
}

/// Whether one of them admits NULL.
pub fn any_nullable(arguments: &[Expr]) -> bool {
    arguments.iter().any(|argument| argument.data_type.nullable)
}
