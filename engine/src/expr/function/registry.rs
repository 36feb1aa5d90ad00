//! The one list of the scalar functions: it binds calls, suggests names, and is what is shown of them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{
    call,
    kernel::Kernel,
    signature::{Param, Returns},
};
use crate::{
    expr::{
        Expr,
        bind::{Settings, coerce},
    },
    syntax::{Position, SqlError, nearest::did_you_mean},
    types::{DataType, TypeKind},
};

/// What a function is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Arithmetic
    Arithmetic,
    /// Strings
    String,
    /// Dates and times
    Temporal,
    /// Conditions
    Conditional,
    /// Types
    TypeConversion,
    /// Arrays, maps and rows
    Collection,
    /// JSON
    Json,
    /// Hashes
    Hash,
    /// The session
    System,
}

// Read by the SQL page's list of functions, and by the tests that hold each example against its result.
#[allow(dead_code)]
impl Group {
    /// As it is headed in a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Arithmetic => "Arithmetic",
            Self::String => "String",
            Self::Temporal => "Temporal",
            Self::Conditional => "Conditional",
            Self::TypeConversion => "Type conversion",
            Self::Collection => "Collection",
            Self::Json => "JSON",
            Self::Hash => "Hash",
            Self::System => "System",
        }
    }
}

/// A function.
// Some of it is read by the SQL page's list of functions alone.
#[allow(dead_code)]
#[derive(Debug)]
pub struct FunctionInfo {
    /// Its name.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// What it is about.
    pub group: Group,
    /// How it is called.
    pub signature: &'static str,
    /// What it gives, in a sentence.
    pub doc: &'static str,
    /// A call, and what it gives as text.
    pub example: (&'static str, &'static str),
    how: How,
}

#[derive(Debug)]
enum How {
    /// The first of these that takes the arguments.
    Overloads(Vec<Overload>),
    /// By a rule of its own.
    Rule(fn(&Call<'_>) -> Result<Expr, SqlError>),
}

#[derive(Debug)]
struct Overload {
    params: &'static [Param],
    /// Parameters from here on may be left out.
    required: usize,
    /// Whether the last parameter may be given more than once.
    variadic: bool,
    returns: Returns,
    kernel: Kernel,
}

impl Overload {
    /// The types to which arguments are brought.
    fn accept(&self, arguments: &[Expr]) -> Option<Vec<TypeKind>> {
        let count = arguments.len();
        if count < self.required || (count > self.params.len() && !self.variadic) {
            return None;
        }
        let param = |index: usize| self.params.get(index).or(self.params.last());
        let accepted = arguments.iter().enumerate().map(|(index, given)| param(index)?.accept(&given.data_type.kind));
        accepted.collect()
    }
}

/// A call being bound.
#[derive(Debug)]
pub struct Call<'a> {
    /// The function.
    pub info: &'a FunctionInfo,
    /// Where it stands.
    pub at: Position,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// Where they stand.
    pub places: Vec<Position>,
    /// The session's settings.
    pub settings: &'a Settings,
}

impl Call<'_> {
    /// The arguments are not what the function takes.
    pub fn refusal(&self) -> SqlError {
        let given: Vec<String> = self.arguments.iter().map(|argument| argument.data_type.to_string()).collect();
        let Self { info, at, .. } = self;
        SqlError::invalid(
            *at,
            format!("{} does not take ({}). It is called {}.", info.name, given.join(", "), info.signature),
        )
    }

    /// The arguments brought to what these parameters take, if they do; of the parameters those from `required` on may be
    /// left out.
    pub fn take(&self, params: &[Param], required: usize) -> Option<Vec<Expr>> {
        if self.arguments.len() < required || self.arguments.len() > params.len() {
            return None;
        }
        let pairs = self.arguments.iter().zip(params);
        pairs.map(|(given, param)| Some(bring(given, param.accept(&given.data_type.kind)?))).collect()
    }

    /// The argument at a place.
    pub fn argument(&self, index: usize) -> Result<&Expr, SqlError> {
        self.arguments.get(index).ok_or_else(|| self.refusal())
    }

    /// The call of a kernel.
    pub fn call(&self, kernel: Kernel, arguments: Vec<Expr>, returns: DataType) -> Expr {
        call(self.info.name, kernel, arguments, returns)
    }
}

fn bring(given: &Expr, kind: TypeKind) -> Expr {
    coerce(given.clone(), &DataType { kind, nullable: given.data_type.nullable })
}

impl FunctionInfo {
    /// A function of this name, to which overloads are added.
    pub fn new(
        group: Group,
        name: &'static str,
        signature: &'static str,
        doc: &'static str,
        example: (&'static str, &'static str),
    ) -> Self {
        Self { name, aliases: &[], group, signature, doc, example, how: How::Overloads(Vec::new()) }
    }

    /// Its names, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// It has these names too.
    pub fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// It is bound by a rule of its own.
    pub fn rule(mut self, rule: fn(&Call<'_>) -> Result<Expr, SqlError>) -> Self {
        self.how = How::Rule(rule);
        self
    }

    /// It takes these parameters.
    pub fn takes(self, params: &'static [Param], returns: Returns, kernel: Kernel) -> Self {
        self.overload(Overload { params, required: params.len(), variadic: false, returns, kernel })
    }

    /// It takes these parameters, of which those from `required` on may be left out and the last may be repeated.
    pub fn takes_many(self, params: &'static [Param], required: usize, returns: Returns, kernel: Kernel) -> Self {
        self.overload(Overload { params, required, variadic: true, returns, kernel })
    }

    fn overload(mut self, overload: Overload) -> Self {
        if let How::Overloads(overloads) = &mut self.how {
            overloads.push(overload);
        }
        self
    }

    /// A call of it.
    pub fn bind(
        &self,
        at: Position,
        arguments: Vec<Expr>,
        places: Vec<Position>,
        settings: &Settings,
    ) -> Result<Expr, SqlError> {
        let site = Call { info: self, at, arguments, places, settings };
        match &self.how {
            How::Rule(rule) => rule(&site),
            How::Overloads(overloads) => {
                let found = overloads.iter().find_map(|overload| Some((overload, overload.accept(&site.arguments)?)));
                let (overload, kinds) = found.ok_or_else(|| site.refusal())?;
                let arguments: Vec<Expr> =
                    site.arguments.iter().zip(kinds).map(|(given, kind)| bring(given, kind)).collect();
                let types: Vec<DataType> = arguments.iter().map(|argument| argument.data_type.clone()).collect();
                let returns = overload.returns.data_type(&types);
                Ok(call(self.name, overload.kernel.clone(), arguments, returns))
            }
        }
    }
}

static FUNCTIONS: LazyLock<Vec<FunctionInfo>> = LazyLock::new(|| {
    let mut all = Vec::new();
    super::collection::register(&mut all);
    super::conditional::register(&mut all);
    super::hash::register(&mut all);
    super::json::register(&mut all);
    super::math::register(&mut all);
    super::rounding::register(&mut all);
    super::string::register(&mut all);
    super::system::register(&mut all);
    super::temporal::register(&mut all);
    all.sort_by_key(|function| function.name);
    all
});

static BY_NAME: LazyLock<FxHashMap<&'static str, &'static FunctionInfo>> = LazyLock::new(|| {
    FUNCTIONS.iter().flat_map(|function| function.names().map(move |name| (name, function))).collect()
});

/// All scalar functions, by name.
pub fn functions() -> &'static [FunctionInfo] {
    &FUNCTIONS
}

/// The function of a name, whatever its case.
pub fn function(name: &str) -> Option<&'static FunctionInfo> {
    BY_NAME.get(name.to_ascii_uppercase().as_str()).copied()
}

/// The error of a name that no function has; `others` are the names of functions that are not scalar ones.
pub fn unknown<'a>(name: &'a str, at: Position, others: &[&'a str]) -> SqlError {
    let mut known: Vec<&str> = BY_NAME.keys().copied().chain(others.iter().copied()).collect();
    known.sort_unstable();
    SqlError::invalid(at, format!("No match found for function {name}. {}", did_you_mean(name, known.iter().copied())))
}
