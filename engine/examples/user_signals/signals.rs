//! The job: business logic only.

use std::{collections::BTreeMap, time::Duration};

use engine::dataflow::{Aggregate, Async, Dataflow, Source, Timestamps, Tumbling, Windowed};

use super::{generated::Engagement, service::Features};

/// The topics that are told of a user.
const TOPICS: usize = 2;

/// From what people do with pins to the topics that they are into, a minute at a time.
pub fn flow(
    engagements: impl Source<Item = Engagement>,
    features: Features,
    signal: impl Fn(String) + Send + Sync + 'static,
) -> Dataflow {
    let flow = Dataflow::new("user-signals");
    flow.source("engagements", engagements)
        .assign_timestamps("time", Timestamps::bounded(Duration::from_secs(2), |e: &Engagement| e.at_ms))
        .map("weight", |engagement| (weight(&engagement.action), engagement))
        .filter("engaged", |(weight, _)| *weight > 0)
        .async_map("features", Async::unordered(), move |(weight, engagement)| async move {
            Ok((engagement.user, features.topic(engagement.pin).await?, weight))
        })
        .key_by(|(user, ..)| *user)
        .window(Tumbling::of(Duration::from_secs(60)))
        .aggregate("topics", TopTopics)
        .map("signal", text)
        .for_each("signals", signal);
    flow
}

/// How much an action says.
fn weight(action: &str) -> u32 {
    match action {
        "save" => 3,
        "click" => 2,
        "close-up" => 1,
        _ => 0,
    }
}

/// The topics of a user with the largest weight.
struct TopTopics;

impl Aggregate<(u64, String, u32)> for TopTopics {
    type Accumulator = BTreeMap<String, u32>;
    type Output = Vec<(String, u32)>;

    fn create(&self) -> Self::Accumulator {
        BTreeMap::new()
    }

    fn add(&self, topics: &mut Self::Accumulator, (_, topic, weight): &(u64, String, u32)) {
        *topics.entry(topic.clone()).or_default() += weight;
    }

    fn merge(&self, mut a: Self::Accumulator, b: Self::Accumulator) -> Self::Accumulator {
        b.into_iter().for_each(|(topic, weight)| *a.entry(topic).or_default() += weight);
        a
    }

    fn result(&self, topics: &Self::Accumulator) -> Self::Output {
        let mut topics: Vec<_> = topics.iter().map(|(topic, weight)| (topic.clone(), *weight)).collect();
        topics.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        topics.truncate(TOPICS);
        topics
    }
}

fn text(window: Windowed<u64, Vec<(String, u32)>>) -> String {
    let minute = window.start.rem_euclid(3_600_000) / 60_000;
    let topics: Vec<_> = window.value.iter().map(|(topic, weight)| format!("{topic} {weight}")).collect();
    format!("minute {minute:02} user {}: {}", window.key, topics.join(", "))
}
