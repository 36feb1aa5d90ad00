//! Texts put together.

use std::borrow::Cow;

use crate::{
    expr::{
        EvalError, Expr,
        bind::{coerce, common_type},
        function::{
            call,
            kernel::{Kernel, each, map2, operand},
            native::{I32, Native, Text, View},
            registry::{Call, FunctionInfo, Group},
            signature::{Param, Returns},
        },
    },
    syntax::SqlError,
    types::{ColumnBuilder, DataType, TypeKind as K, Value},
};

fn info(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> FunctionInfo {
    FunctionInfo::new(Group::String, name, signature, doc, example)
}

/// `a || b`
pub fn concat_two() -> Kernel {
    map2::<Text, Text, Text>(|_, a, b| Some(Cow::Owned([a, b].concat())))
}

fn concat() -> Kernel {
    Kernel::new(|site, arguments| {
        let views: Vec<View<'_, Text>> = arguments.iter().map(View::new).collect::<Result<_, _>>()?;
        let mut joined = String::new();
        each::<Text>(site, arguments, |builder, row| {
            joined.clear();
            views.iter().for_each(|view| joined.push_str(view.get(row)));
            builder.append_value(&joined);
            Ok(())
        })
    })
    .total()
}

/// NULL only where the separator is.
fn concat_ws() -> Kernel {
    Kernel::new(|site, arguments| {
        let (first, rest) = arguments.split_first().ok_or_else(|| EvalError::internal("no separator"))?;
        let separators = View::<Text>::new(first)?;
        let views: Vec<View<'_, Text>> = rest.iter().map(View::new).collect::<Result<_, _>>()?;
        let mut builder = Text::builder(&site.returns.kind, site.rows);
        let mut joined = String::new();
        for row in 0..site.rows {
            if first.is_null(row) {
                builder.append_null();
                continue;
            }
            joined.clear();
            let mut begun = false;
            for (_, view) in rest.iter().zip(&views).filter(|(datum, _)| !datum.is_null(row)) {
                if std::mem::replace(&mut begun, true) {
                    joined.push_str(separators.get(row));
                }
                joined.push_str(view.get(row));
            }
            builder.append_value(&joined);
        }
        Ok(Text::finish(builder))
    })
    .total()
}

/// `ELT(n, a, b, …)`: the nth of the texts.
fn elt(site: &Call<'_>) -> Result<Expr, SqlError> {
    let (index, rest) =
        site.arguments.split_first().filter(|(_, rest)| !rest.is_empty()).ok_or_else(|| site.refusal())?;
    let kind = Param::Int.accept(&index.data_type.kind).ok_or_else(|| site.refusal())?;
    let types: Vec<DataType> = rest.iter().map(|text| text.data_type.clone()).collect();
    let common = common_type(&types).ok_or_else(|| site.refusal())?;
    if matches!(common.kind, K::Binary(_) | K::Varbinary(_)) {
        return elt_of_bytes(site, index, &kind, rest, &common);
    }
    if !common.kind.is_text() {
        return Err(site.refusal());
    }
    let mut arguments = vec![coerce(index.clone(), &kind.nullable())];
    arguments.extend(rest.iter().map(|text| coerce(text.clone(), &common)));
    let kernel = Kernel::new(|site, arguments| {
        let indexes = operand(arguments, 0)?;
        let index = View::<I32>::new(indexes)?;
        let views: Vec<View<'_, Text>> = arguments[1..].iter().map(View::new).collect::<Result<_, _>>()?;
        let mut builder = Text::builder(&site.returns.kind, site.rows);
        for row in 0..site.rows {
            let place = (!indexes.is_null(row)).then(|| index.get(row)).and_then(|index| usize::try_from(index).ok());
            let place = place.filter(|place| (1..arguments.len()).contains(place) && !arguments[*place].is_null(row));
            builder.append_option(place.map(|place| views[place - 1].get(row)));
        }
        Ok(Text::finish(builder))
    });
    Ok(call("ELT", kernel.total(), arguments, common.kind.nullable()))
}

/// The same of bytes.
fn elt_of_bytes(site: &Call<'_>, index: &Expr, kind: &K, rest: &[Expr], common: &DataType) -> Result<Expr, SqlError> {
    let mut arguments = vec![coerce(index.clone(), &kind.clone().nullable())];
    arguments.extend(rest.iter().map(|bytes| coerce(bytes.clone(), common)));
    let kernel = Kernel::new(|site, arguments| {
        let indexes = operand(arguments, 0)?;
        let index = View::<I32>::new(indexes)?;
        let mut builder = ColumnBuilder::new(&site.returns.kind);
        for row in 0..site.rows {
            let place = (!indexes.is_null(row)).then(|| index.get(row)).and_then(|index| usize::try_from(index).ok());
            let chosen = place.filter(|place| *place > 0).and_then(|place| arguments.get(place));
            builder.push(&chosen.map_or(Value::Null, |bytes| bytes.value(row, &site.returns.kind)));
        }
        Ok(builder.finish())
    });
    Ok(site.call(kernel.total(), arguments, common.kind.clone().nullable()))
}

/// Each character of `from` replaced by the one at its place in `to`, or left out where there is none.
fn translate(text: &str, from: &str, to: &str) -> String {
    let change = |c: char| match from.chars().position(|known| known == c) {
        None => Some(c),
        Some(place) => to.chars().nth(place),
    };
    text.chars().filter_map(change).collect()
}

/// A text; NULL where the first argument is.
fn text_of_first(arguments: &[DataType]) -> DataType {
    K::STRING.nullable().with_nullable(arguments.first().is_none_or(|first| first.nullable))
}

/// `TRANSLATE(text, from, to)`: without a `from` the text as it is, without a `to` the characters are left out.
fn translated() -> Kernel {
    Kernel::new(|site, arguments| {
        let views: Vec<View<'_, Text>> = arguments.iter().map(View::new).collect::<Result<_, _>>()?;
        let mut builder = Text::builder(&site.returns.kind, site.rows);
        for row in 0..site.rows {
            let text = |index: usize| (!arguments[index].is_null(row)).then(|| views[index].get(row));
            let list = |index: usize| text(index).unwrap_or_default();
            builder.append_option(text(0).map(|all| translate(all, list(1), list(2))));
        }
        Ok(Text::finish(builder))
    })
    .total()
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    into.push(
        info(
            "CONCAT",
            "CONCAT(string, …)",
            "The texts one after the other; NULL where one is.",
            ("CONCAT('AA', 'BB', 'CC')", "AABBCC"),
        )
        .takes_many(&[Param::Text], 1, Returns::Of(K::STRING), concat()),
    );
    into.push(
        info(
            "CONCAT_WS",
            "CONCAT_WS(separator, string, …)",
            "The texts one after the other with a separator between; NULLs are left out.",
            ("CONCAT_WS('~', 'AA', CAST(NULL AS STRING), 'BB')", "AA~BB"),
        )
        .takes_many(&[Param::Text], 1, Returns::Of(K::STRING), concat_ws()),
    );
    into.push(info("REPEAT", "REPEAT(string, times)", "A text so many times.", ("REPEAT('ab', 3)", "ababab")).takes(
        &[Param::Text, Param::Int],
        Returns::Of(K::STRING),
        map2::<Text, I32, Text>(|_, text, times| Some(Cow::Owned(text.repeat(times.max(0) as usize)))),
    ));
    into.push(
        info(
            "ELT",
            "ELT(n, string, …)",
            "The nth of the texts, from 1; NULL where there is none.",
            ("ELT(2, 'a', 'b', 'c')", "b"),
        )
        .rule(elt),
    );
    into.push(
        info(
            "TRANSLATE",
            "TRANSLATE(string, from, to)",
            "A text with each character of one list replaced by that of another.",
            ("TRANSLATE('abcabc', 'ab', 'x')", "xcxc"),
        )
        .also(&["TRANSLATE3"])
        .takes(&[Param::Text, Param::Text, Param::Text], Returns::By(text_of_first), translated()),
    );
}
