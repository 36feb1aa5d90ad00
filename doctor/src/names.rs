//! Names: operators within a chained vertex, subtasks, and which operator a stack is in.

use model::VertexSnapshot;

/// The operators chained in a vertex, head first: `parse -> watermarks` is two. Branches, `a -> (b, c -> d)`, are flattened.
pub fn operators(vertex: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in vertex.split(" -> ") {
        // A branch opens with a parenthesis that its own part does not close; names like `Calc(select=[a, b])` are balanced.
        let balanced = part.matches('(').count() == part.matches(')').count();
        if balanced && !part.starts_with('(') {
            found.push(part.trim().to_owned());
        } else {
            let inner = part.trim_start_matches('(').trim_end_matches(')');
            found.extend(inner.split(", ").map(|name| name.trim().to_owned()));
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// A subtask as Flink writes it: `enrich-state (2/4)`, counted from 1.
pub fn subtask(vertex: &VertexSnapshot, index: u32) -> String {
    format!("{} ({}/{})", vertex.name, u64::from(index) + 1, vertex.parallelism)
}

/// An operator's name as Flink writes it in metric names: everything but letters, digits, `-` and `_` becomes `_`.
pub fn in_metrics(operator: &str) -> String {
    operator.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect()
}

/// A stack frame, `at a.b.Class$Inner.method(File.java:12)` or `a.b.Class$Inner.method:12`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// `a.b.Class$Inner`
    pub class: String,
    /// `method`
    pub method: String,
    /// `File.java:12` or `12`, where it says so.
    pub place: Option<String>,
}

impl Frame {
    /// Takes a frame apart; `None` where it is no frame.
    pub fn parse(line: &str) -> Option<Frame> {
        let line = line.trim();
        let line = line.strip_prefix("at ").unwrap_or(line);
        let (path, place) = match line.rsplit_once('(') {
            Some((path, rest)) => (path, Some(rest.trim_end_matches(')'))),
            None => line.rsplit_once(':').map_or((line, None), |(path, place)| (path, Some(place))),
        };
        // A module in front, `java.base/java.lang.Thread`, is no part of the class.
        let path = path.split_once('/').map_or(path, |(_, path)| path);
        let (class, method) = path.rsplit_once('.')?;
        let place = place.map(str::to_owned);
        Some(Frame { class: class.to_owned(), method: method.to_owned(), place })
    }

    /// Whether it is code of the job's owner: neither the JDK's nor the engine's.
    pub fn is_users(&self) -> bool {
        const OTHERS: [&str; 12] = [
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "com.sun.",
            "org.apache.flink.",
            "scala.",
            "kotlin.",
            "org.apache.pekko.",
            "akka.",
            "org.apache.kafka.",
            "drsquirrel.",
        ];
        // The embedded engine's frames carry operators' names, `Source: flights`, which no class can have.
        let is_class = !self.class.contains([' ', ':', '[', '(']);
        is_class && !OTHERS.iter().any(|prefix| self.class.starts_with(prefix)) && !self.class.contains("Lambda$")
    }

    /// The class and method without the package: `OrdersPipeline$Parse.flatMap`.
    pub fn short(&self) -> String {
        let class = self.class.rsplit('.').next().unwrap_or(&self.class);
        format!("{class}.{}", self.method)
    }
}

/// The operator of this chain that the frames (innermost first) are in: by its own name, by the class of the user's function,
/// or, in a whole stack, by how often a record was handed on within the chain.
pub fn operator_of(chain: &[String], frames: &[Frame]) -> Option<String> {
    if let Some(frame) = frames.iter().find(|frame| chain.contains(&frame.class)) {
        return Some(frame.class.clone());
    }
    let whole = frames.iter().any(|f| f.method == "emitRecord" || f.method == "emitNext");
    let depth = frames.iter().filter(|f| f.method == "pushToOperator").count();
    if whole && let Some(name) = chain.get(depth) {
        return Some(name.clone());
    }
    let user = frames.iter().find(|frame| frame.is_users())?;
    best_match(chain, &user.class)
}

/// The operator whose name shares the most words with a class's simple name; `None` where none shares any, or two tie.
fn best_match(chain: &[String], class: &str) -> Option<String> {
    let simple = class.rsplit(['.', '$']).next().unwrap_or(class);
    let wanted = words(simple);
    let mut scored: Vec<(usize, &String)> = chain.iter().map(|name| (shared(&wanted, &words(name)), name)).collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    match scored.as_slice() {
        [(best, name), rest @ ..] if *best > 0 && rest.first().is_none_or(|(next, _)| next < best) => {
            Some((*name).clone())
        }
        _ => None,
    }
}

/// The vertex that a user's class belongs to, when exactly one has an operator of that name.
pub fn vertex_of<'a>(vertices: &'a [VertexSnapshot], frames: &[Frame]) -> Option<(&'a VertexSnapshot, Option<String>)> {
    let chains: Vec<(&VertexSnapshot, Vec<String>)> = vertices.iter().map(|v| (v, operators(&v.name))).collect();
    for frame in frames {
        if let Some((vertex, _)) = chains.iter().find(|(_, chain)| chain.contains(&frame.class)) {
            return Some((vertex, Some(frame.class.clone())));
        }
    }
    let user = frames.iter().find(|frame| frame.is_users())?;
    let matches: Vec<(&VertexSnapshot, String)> =
        chains.iter().filter_map(|(vertex, chain)| Some((*vertex, best_match(chain, &user.class)?))).collect();
    match matches.as_slice() {
        [(vertex, operator)] => Some((vertex, Some(operator.clone()))),
        _ => None,
    }
}

fn shared(a: &[String], b: &[String]) -> usize {
    a.iter().filter(|word| b.contains(word)).count()
}

/// The words of a name, in lower case: `SinkCall`, `sink-call` and `sink_call` have the same. Words that every second operator
/// has say nothing.
fn words(name: &str) -> Vec<String> {
    const COMMON: [&str; 5] = ["function", "operator", "map", "source", "writer"];
    let mut words = vec![String::new()];
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| word.len() > 1 && !COMMON.contains(&word.as_str()));
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Frame, in_metrics, operator_of, operators};

    #[test]
    fn takes_chains_apart() {
        assert_eq!(operators("parse -> watermarks"), ["parse", "watermarks"]);
        assert_eq!(operators("Source: a -> (b, c)"), ["Source: a", "b", "c"]);
        assert_eq!(
            operators("Source: a -> Calc(select=[x, y]) -> Sink: b"),
            ["Source: a", "Calc(select=[x, y])", "Sink: b"]
        );
        assert_eq!(operators(""), Vec::<String>::new());
    }

    #[test]
    fn writes_names_as_metrics_do() {
        assert_eq!(in_metrics("Source: orders-source"), "Source__orders-source");
        assert_eq!(in_metrics("window-sink: Writer"), "window-sink__Writer");
    }

    #[test]
    fn takes_frames_apart() {
        let frame = Frame::parse("\tat OrdersPipeline$Parse.flatMap(OrdersPipeline.java:69)").unwrap();
        assert_eq!(
            (frame.short().as_str(), frame.place.as_deref()),
            ("OrdersPipeline$Parse.flatMap", Some("OrdersPipeline.java:69"))
        );
        assert!(frame.is_users());
        let jdk = Frame::parse("at java.base/java.lang.Thread.run(Thread.java:840)").unwrap();
        assert_eq!(jdk.class, "java.lang.Thread");
        assert!(!jdk.is_users());
        let sampled = Frame::parse("java.lang.Thread.sleep:-2").unwrap();
        assert_eq!(sampled.short(), "Thread.sleep");
        let engine = Frame::parse("at Source: flights.deserialize(flights.csv:8123)").unwrap();
        assert!(!engine.is_users());
        assert_eq!((engine.class.as_str(), engine.place.as_deref()), ("Source: flights", Some("flights.csv:8123")));
    }

    fn check(chain: &str, frames: &[&str], expect: Option<&str>) {
        let frames: Vec<Frame> = frames.iter().filter_map(|f| Frame::parse(f)).collect();
        assert_eq!(operator_of(&operators(chain), &frames).as_deref(), expect);
    }

    #[test]
    fn finds_the_operator_by_class_name() {
        check(
            "sink-call -> sink: Writer",
            &["java.lang.Thread.sleep:-2", "KafkaJob$SinkCall.map:74"],
            Some("sink-call"),
        );
        check("parse -> watermarks", &["OrdersPipeline$Parse.flatMap:60"], Some("parse"));
    }

    #[test]
    fn finds_the_operator_by_its_depth_in_the_chain() {
        let head = ["a.B.map:1", "org.apache.flink.StreamTaskNetworkOutput.emitRecord:251"];
        check("x -> y", &head, Some("x"));
        let second = [
            "a.B.map:1",
            "org.apache.flink.CopyingChainingOutput.pushToOperator:74",
            "org.apache.flink.N.emitRecord:2",
        ];
        check("x -> y", &second, Some("y"));
    }

    #[test]
    fn does_not_guess_between_two() {
        check("sink-call -> sink: Writer", &["Orders$SinkMap.map:1"], None);
        check("parse -> watermarks", &["a.Other.run:1"], None);
    }
}
