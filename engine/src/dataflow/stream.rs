//! Streams, and what is done to each record by itself.

use std::{marker::PhantomData, rc::Rc, sync::Arc};

use super::{
    BoxError, DataflowError, KeyedStream, Tag,
    builder::{Input, Kind, Make, Node, Share, SharedNodes, Upstream},
    config::OperatorSettings,
    each::{Collector, Each},
    error::user_failure,
    record::{Data, Stored},
    sink::{ForEach, Sink, SinkOperator},
    timestamps::{Timestamps, TimestampsOperator},
};
use crate::runtime::operator::OperatorFactory;

/// Values of one type that flow from an operator, or several.
///
/// A stream may be read by several operators: clone it. Names of operators are unique in a dataflow.
pub struct Stream<T> {
    nodes: SharedNodes,
    from: Vec<Upstream>,
    share: Share,
    item: PhantomData<fn() -> T>,
}

impl<T> Clone for Stream<T> {
    fn clone(&self) -> Self {
        Self { nodes: Rc::clone(&self.nodes), from: self.from.clone(), share: self.share.clone(), item: PhantomData }
    }
}

impl<T> Stream<T> {
    pub(super) fn of(nodes: SharedNodes, from: Vec<Upstream>) -> Self {
        Self { nodes, from, share: Share::Forward, item: PhantomData }
    }

    pub(super) fn input(&self) -> Input {
        Input { from: self.from.clone(), share: self.share.clone() }
    }

    /// Adds an operator with these inputs to the dataflow of this stream.
    pub(super) fn add<U>(&self, name: &str, inputs: Vec<Input>, make: Make) -> Stream<U> {
        let kind = Kind::Operator(make);
        let node = Node { name: name.to_owned(), uid: None, parallelism: None, kind, inputs };
        let mut nodes = self.nodes.borrow_mut();
        nodes.list.push(node);
        let from = vec![Upstream { node: nodes.list.len() - 1, output: 0 }];
        Stream::of(Rc::clone(&self.nodes), from)
    }

    pub(super) fn then<U>(
        &self,
        name: &str,
        make: impl Fn(&mut OperatorSettings<'_, '_>) -> Result<Arc<dyn OperatorFactory>, DataflowError> + 'static,
    ) -> Stream<U> {
        self.add(name, vec![self.input()], Box::new(make))
    }

    /// Whether another stream is one of the same dataflow; a mistake is reported when the graph is built.
    pub(super) fn is_beside<U>(&self, other: &Stream<U>, operator: &str) {
        if !Rc::ptr_eq(&self.nodes, &other.nodes) {
            self.mistake(DataflowError::OtherDataflow(operator.to_owned()));
        }
    }

    fn mistake(&self, mistake: DataflowError) {
        self.nodes.borrow_mut().mistake.get_or_insert(mistake);
    }

    fn with_operator(self, what: &'static str, change: impl FnOnce(&mut Node)) -> Self {
        match self.from.as_slice() {
            [only] => change(&mut self.nodes.borrow_mut().list[only.node]),
            _ => self.mistake(DataflowError::NotOneOperator(what)),
        }
        self
    }

    /// Under which the state of the operator that this stream comes from is found again, whatever its name.
    #[must_use]
    pub fn uid(self, uid: &str) -> Self {
        self.with_operator("uid", |node| node.uid = Some(uid.to_owned()))
    }

    /// How many subtasks the operator has that this stream comes from, unless the configuration says another number.
    #[must_use]
    pub fn parallelism(self, subtasks: u32) -> Self {
        self.with_operator("parallelism", |node| node.parallelism = Some(subtasks.max(1)))
    }

    /// Records go to the subtasks of the next operator in turn.
    #[must_use]
    pub fn rebalance(mut self) -> Self {
        self.share = Share::Rebalance;
        self
    }

    /// Records go to all subtasks of the next operator.
    #[must_use]
    pub fn broadcast(mut self) -> Self {
        self.share = Share::Broadcast;
        self
    }

    /// Records go to the first subtask of the next operator.
    #[must_use]
    pub fn global(mut self) -> Self {
        self.share = Share::Global;
        self
    }
}

impl<T: Data> Stream<T> {
    fn each<U: Data>(&self, name: &str, each: impl Each<T, U> + Clone + Sync) -> Stream<U> {
        self.then(name, move |_| Ok(super::each::factory(each.clone())))
    }

    /// Turns each value into another.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run_collect};
    /// let flow = Dataflow::new("doubles");
    /// let doubles = flow.collection("numbers", [1, 2, 3]).map("double", |n| n * 2);
    /// assert_eq!(run_collect(&flow, doubles)?, [2, 4, 6]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<U: Data>(&self, name: &str, f: impl Fn(T) -> U + Send + Sync + 'static) -> Stream<U> {
        let f = Arc::new(f);
        self.each(name, move |value: T, out: &mut Collector<'_, U>| {
            out.push(f(value));
            Ok(())
        })
    }

    /// Turns each value into another, or fails the job.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run_collect};
    /// let flow = Dataflow::new("parse");
    /// let numbers = flow.collection("texts", ["1", "x"]).try_map("parse", |text| Ok(text.parse::<i32>()?));
    /// let failed = run_collect(&flow, numbers).unwrap_err();
    /// assert!(failed.to_string().contains("invalid digit"), "{failed}");
    /// ```
    pub fn try_map<U: Data>(
        &self,
        name: &str,
        f: impl Fn(T) -> Result<U, BoxError> + Send + Sync + 'static,
    ) -> Stream<U> {
        let f = Arc::new(f);
        self.each(name, move |value: T, out: &mut Collector<'_, U>| {
            out.push(f(value).map_err(|error| user_failure(&error))?);
            Ok(())
        })
    }

    /// Keeps the values of which `keep` says true.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run_collect};
    /// let flow = Dataflow::new("even");
    /// let even = flow.collection("numbers", 1..=6).filter("even", |n| n % 2 == 0);
    /// assert_eq!(run_collect(&flow, even)?, [2, 4, 6]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter(&self, name: &str, keep: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        let keep = Arc::new(keep);
        self.each(name, move |value: T, out: &mut Collector<'_, T>| {
            if keep(&value) {
                out.push(value);
            }
            Ok(())
        })
    }

    /// Turns each value into none, one or many.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run_collect};
    /// let flow = Dataflow::new("letters");
    /// let letters = flow.collection("words", ["ab", "", "c"]).flat_map("letters", |word| word.chars());
    /// assert_eq!(run_collect(&flow, letters)?, ['a', 'b', 'c']);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn flat_map<U: Data, I: IntoIterator<Item = U>>(
        &self,
        name: &str,
        f: impl Fn(T) -> I + Send + Sync + 'static,
    ) -> Stream<U> {
        let f = Arc::new(f);
        self.each(name, move |value: T, out: &mut Collector<'_, U>| {
            f(value).into_iter().for_each(|value| out.push(value));
            Ok(())
        })
    }

    /// Sends the values of which `takes` says true to a side output, and the others on. See [`Tag`].
    pub fn split(&self, name: &str, tag: &Tag<T>, takes: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        let (takes, tag) = (Arc::new(takes), tag.clone());
        self.each(name, move |value: T, out: &mut Collector<'_, T>| {
            if takes(&value) {
                out.push_side(&tag, value);
            } else {
                out.push(value);
            }
            Ok(())
        })
    }

    /// The side output of the operator that this stream comes from. See [`Tag`].
    pub fn side<S: Data>(&self, tag: &Tag<S>) -> Stream<S> {
        let from = self.from.iter().map(|from| Upstream { node: from.node, output: tag.number() });
        Stream::of(Rc::clone(&self.nodes), from.collect())
    }

    /// This stream and another, put together. In no order between them.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run_collect};
    /// let flow = Dataflow::new("both");
    /// let (small, large) = (flow.collection("small", [1, 2]), flow.collection("large", [10, 20]));
    /// let mut both = run_collect(&flow, small.union(&large))?;
    /// both.sort();
    /// assert_eq!(both, [1, 2, 10, 20]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.is_beside(other, "union");
        Self::of(Rc::clone(&self.nodes), [self.from.as_slice(), other.from.as_slice()].concat())
    }

    /// Says when each value happened, and how late values may come: what the operators of event time go by.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, Timestamps, run_collect};
    /// # use std::time::Duration;
    /// let flow = Dataflow::new("per second");
    /// let timestamps = Timestamps::bounded(Duration::from_millis(200), |time: &i64| *time);
    /// let counts = flow
    ///     .collection("times", [100, 300, 200, 1500])
    ///     .assign_timestamps("time", timestamps)
    ///     .key_by(|_| ())
    ///     .window(engine::dataflow::Tumbling::of(Duration::from_secs(1)))
    ///     .count("count")
    ///     .map("pair", |window| (window.start, window.value));
    /// assert_eq!(run_collect(&flow, counts)?, [(0, 3), (1000, 1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign_timestamps(&self, name: &str, timestamps: Timestamps<T>) -> Self {
        self.then(name, move |settings| {
            let timestamps = timestamps.configured(settings)?;
            Ok(Arc::new(move || TimestampsOperator::new(timestamps.clone())))
        })
    }

    /// Shares records out by key: those of one key go to one subtask, in their order, and share its state.
    pub fn key_by<K: Stored>(&self, key: impl Fn(&T) -> K + Send + Sync + 'static) -> KeyedStream<K, T> {
        KeyedStream::new(self.clone(), key)
    }

    /// Hands each value to a closure. Where the job is restored, values may come again.
    pub fn for_each(&self, name: &str, f: impl Fn(T) + Send + Sync + 'static) {
        self.try_for_each(name, move |value| {
            f(value);
            Ok(())
        });
    }

    /// As [`Stream::for_each`]; an error fails the job.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run};
    /// let flow = Dataflow::new("check");
    /// flow.collection("numbers", [1, -1])
    ///     .try_for_each("check", |n| if n > 0 { Ok(()) } else { Err("a negative number".into()) });
    /// let failed = run(flow.build(&Default::default())?).unwrap_err();
    /// assert!(failed.to_string().contains("a negative number"));
    /// # Ok::<(), engine::dataflow::DataflowError>(())
    /// ```
    pub fn try_for_each(&self, name: &str, f: impl Fn(T) -> Result<(), BoxError> + Send + Sync + 'static) {
        self.sink(name, ForEach::new(f));
    }

    /// Writes the values to the outside. See [`Sink`].
    pub fn sink<S: Sink<T>>(&self, name: &str, sink: S) {
        let sink = Arc::new(sink);
        self.then::<()>(name, move |_| {
            let sink = Arc::clone(&sink);
            Ok(Arc::new(move || SinkOperator::new(Arc::clone(&sink))))
        });
    }
}
