//! How the watermarks of channels and inputs become one: Flink's `StatusWatermarkValve` and `CombinedWatermarkStatus`.

/// What follows from a channel's watermark or status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// Event time has come to here.
    pub watermark: Option<i64>,
    /// Whether all is idle now, where that changed. It takes effect after the watermark.
    pub idle: Option<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Channel {
    watermark: i64,
    idle: bool,
    /// Whether it counts: one that comes back from idleness does only when it has caught up with what was emitted.
    aligned: bool,
}

/// The channels of one input: the least watermark of those that are not idle.
#[derive(Debug)]
pub struct Valve {
    channels: Vec<Channel>,
    emitted: i64,
    idle: bool,
}

impl Valve {
    /// A valve of so many channels.
    pub fn new(channels: usize) -> Self {
        let channel = Channel { watermark: i64::MIN, idle: false, aligned: true };
        Self { channels: vec![channel; channels], emitted: i64::MIN, idle: false }
    }

    /// A channel's watermark. One that is not beyond its last, or on an idle channel, is ignored.
    pub fn watermark(&mut self, channel: usize, watermark: i64) -> Change {
        let Some(channel) = self.channels.get_mut(channel) else { return Change::default() };
        if self.idle || channel.idle || watermark <= channel.watermark {
            return Change::default();
        }
        channel.watermark = watermark;
        channel.aligned |= watermark >= self.emitted;
        Change { watermark: self.advance_to_least(), idle: None }
    }

    /// A channel became idle, or active again.
    pub fn status(&mut self, channel: usize, idle: bool) -> Change {
        let (emitted, index) = (self.emitted, channel);
        let Some(channel) = self.channels.get_mut(index).filter(|channel| channel.idle != idle) else {
            return Change::default();
        };
        channel.idle = idle;
        if idle {
            let was_the_least = channel.watermark == emitted;
            channel.aligned = false;
            if self.channels.iter().any(|channel| !channel.idle) {
                return Change { watermark: if was_the_least { self.advance_to_least() } else { None }, idle: None };
            }
            // The last active one may have been what held the others back.
            let watermark = if was_the_least { self.advance_to_greatest() } else { None };
            self.idle = true;
            return Change { watermark, idle: Some(true) };
        }
        channel.aligned = channel.watermark >= emitted;
        let was_idle = std::mem::replace(&mut self.idle, false);
        Change { watermark: None, idle: was_idle.then_some(false) }
    }

    fn advance_to_least(&mut self) -> Option<i64> {
        let least = self.channels.iter().filter(|channel| channel.aligned).map(|channel| channel.watermark).min();
        self.advance(least)
    }

    fn advance_to_greatest(&mut self) -> Option<i64> {
        let greatest = self.channels.iter().map(|channel| channel.watermark).max();
        self.advance(greatest)
    }

    fn advance(&mut self, watermark: Option<i64>) -> Option<i64> {
        let watermark = watermark.filter(|watermark| *watermark > self.emitted)?;
        self.emitted = watermark;
        Some(watermark)
    }
}

/// The inputs of an operator: the least watermark of those that are not idle.
#[derive(Debug)]
pub struct Inputs {
    inputs: Vec<(i64, bool)>,
    combined: i64,
    idle: bool,
}

impl Inputs {
    /// So many inputs.
    pub fn new(inputs: usize) -> Self {
        Self { inputs: vec![(i64::MIN, false); inputs], combined: i64::MIN, idle: false }
    }

    /// What follows from a change of an input.
    pub fn apply(&mut self, input: usize, change: Change) -> Change {
        let mut watermark = None;
        let was_idle = self.idle;
        if let Some(mark) = change.watermark {
            self.inputs[input] = (mark, false);
            watermark = self.combine();
        }
        if let Some(idle) = change.idle {
            self.inputs[input].1 = idle;
            watermark = self.combine().or(watermark);
        }
        Change { watermark, idle: (was_idle != self.idle).then_some(self.idle) }
    }

    fn combine(&mut self) -> Option<i64> {
        self.idle = self.inputs.iter().all(|(_, idle)| *idle);
        if self.idle {
            return None;
        }
        let least = self.inputs.iter().filter(|(_, idle)| !idle).map(|(mark, _)| *mark).min()?;
        (least > self.combined).then(|| {
            self.combined = least;
            least
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(watermark: i64) -> Change {
        Change { watermark: Some(watermark), idle: None }
    }

    const NOTHING: Change = Change { watermark: None, idle: None };

    #[test]
    fn the_least_of_the_channels_counts() {
        let mut valve = Valve::new(2);
        assert_eq!(valve.watermark(0, 10), NOTHING);
        assert_eq!(valve.watermark(1, 5), mark(5));
        assert_eq!(valve.watermark(1, 4), NOTHING);
        assert_eq!(valve.watermark(1, 20), mark(10));
    }

    #[test]
    fn an_idle_channel_holds_nothing_back_and_has_to_catch_up() {
        let mut valve = Valve::new(2);
        valve.watermark(0, 10);
        assert_eq!(valve.status(1, true), mark(10), "it was what held event time back");
        assert_eq!(valve.watermark(0, 11), mark(11));
        assert_eq!(valve.status(1, false), NOTHING);
        assert_eq!(valve.watermark(0, 12), mark(12), "the one that came back is behind and does not count yet");
        assert_eq!(valve.watermark(1, 12), NOTHING);
        assert_eq!(valve.watermark(0, 15), NOTHING, "now it counts");
        assert_eq!(valve.watermark(1, 13), mark(13));
    }

    #[test]
    fn when_all_are_idle_the_greatest_counts() {
        let mut valve = Valve::new(2);
        valve.watermark(0, 10);
        valve.watermark(1, 5);
        assert_eq!(valve.status(0, true), NOTHING);
        assert_eq!(valve.status(1, true), Change { watermark: Some(10), idle: Some(true) });
        assert_eq!(valve.watermark(1, 30), NOTHING, "an idle channel says nothing");
        assert_eq!(valve.status(1, false), Change { watermark: None, idle: Some(false) });
        assert_eq!(valve.watermark(1, 30), mark(30));
    }

    #[test]
    fn an_idle_input_holds_nothing_back() {
        let mut inputs = Inputs::new(2);
        assert_eq!(inputs.apply(0, mark(7)), NOTHING);
        assert_eq!(inputs.apply(1, Change { watermark: None, idle: Some(true) }), mark(7));
        assert_eq!(
            inputs.apply(0, Change { watermark: Some(9), idle: Some(true) }),
            Change { watermark: Some(9), idle: Some(true) }
        );
        assert_eq!(
            inputs.apply(1, Change { watermark: None, idle: Some(false) }),
            Change { watermark: None, idle: Some(false) }
        );
    }

    proptest! {
        /// Without idleness the result is the least of the last watermarks, told once whenever it grows.
        #[test]
        fn without_idleness_it_is_the_minimum(marks in proptest::collection::vec((0..3_usize, 0..50_i64), 0..60)) {
            let mut valve = Valve::new(3);
            let (mut last, mut told) = ([i64::MIN; 3], i64::MIN);
            for (channel, watermark) in marks {
                last[channel] = last[channel].max(watermark);
                let least = last.into_iter().min().unwrap_or(i64::MIN);
                let expect = (least > told).then_some(least);
                told = told.max(least);
                prop_assert_eq!(valve.watermark(channel, watermark), Change { watermark: expect, idle: None });
            }
        }

        /// Event time never goes back, whatever the channels do.
        #[test]
        fn event_time_never_goes_back(steps in proptest::collection::vec((0..3_usize, proptest::option::of(0..50_i64), any::<bool>()), 0..80)) {
            let mut valve = Valve::new(3);
            let mut told = i64::MIN;
            for (channel, watermark, idle) in steps {
                let change = match watermark { Some(mark) => valve.watermark(channel, mark), None => valve.status(channel, idle) };
                if let Some(mark) = change.watermark {
                    prop_assert!(mark > told);
                    told = mark;
                }
            }
        }
    }
}
