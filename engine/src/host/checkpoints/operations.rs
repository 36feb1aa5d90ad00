//! Operations that were asked for over REST and take a while: a savepoint, a disposal, a rescale.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// Operations that are remembered; the oldest are forgotten first.
const MAX_OPERATIONS: usize = 300;

/// How an operation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Under way.
    InProgress,
    /// Done; where the savepoint is, where it was about one.
    Done(Option<String>),
    /// Not: the exception's class, and what it says.
    Failed(&'static str, String),
}

#[derive(Debug)]
struct Operation {
    number: u64,
    /// 32 hexadecimal digits.
    trigger: String,
    state: State,
}

/// The operations of one job.
#[derive(Debug, Default)]
pub struct Operations {
    known: Mutex<(u64, VecDeque<Operation>)>,
}

impl Operations {
    /// Begins one under a trigger id; asked for twice under one id it is the same. Answers its number, and whether it is new.
    pub fn begin(&self, trigger: &str) -> (u64, bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.1.iter().find(|operation| operation.trigger == trigger) {
            return (found.number, false);
        }
        known.0 += 1;
        let number = known.0;
        known.1.push_back(Operation { number, trigger: trigger.to_owned(), state: State::InProgress });
        if known.1.len() > MAX_OPERATIONS {
            known.1.pop_front();
        }
        (number, true)
    }

    /// It has ended.
    pub fn end(&self, number: u64, state: State) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.1.iter_mut().find(|operation| operation.number == number) {
            found.state = state;
        }
    }

    /// How the one of a trigger id stands; `None` where there is none.
    pub fn state(&self, trigger: &str) -> Option<State> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.1.iter().find(|operation| operation.trigger == trigger).map(|operation| operation.state.clone())
    }
}
