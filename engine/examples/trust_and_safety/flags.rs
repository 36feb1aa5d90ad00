//! The job: business logic only.

use std::time::Duration;

use engine::dataflow::{
    BoxError, Context, Dataflow, ListState, MapState, Process, Source, Tag, Timer, Timestamps, ValueState,
};

use super::generated::Comment;

/// Comments may come so much later than they were written.
const LATENESS: Duration = Duration::from_millis(200);
/// An account that writes so many comments within [`BURST_MS`] is flagged.
const BURST: usize = 6;
const BURST_MS: i64 = 1000;
/// A link that so many accounts post within [`SPREAD_MS`] is flagged.
const SPREAD: usize = 4;
const SPREAD_MS: i64 = 2000;

/// Somebody is to look at this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// When the comment was written that is one too many.
    pub at_ms: i64,
    /// Who, or what.
    pub subject: String,
    /// Why.
    pub reason: String,
}

impl Flag {
    /// The flag in a line; times are since `begun_ms`.
    pub fn text(&self, begun_ms: i64) -> String {
        format!("{:>5} ms {}: {}", self.at_ms - begun_ms, self.subject, self.reason)
    }
}

/// From comments to flags. Partners are not judged: their links go to those who know them.
pub fn flow(comments: impl Source<Item = Comment>, flag: impl Fn(Flag) + Send + Sync + 'static) -> Dataflow {
    let flow = Dataflow::new("trust-and-safety");
    let partners = Tag::new();
    let comments = flow
        .source("comments", comments)
        .assign_timestamps("time", Timestamps::bounded(LATENESS, |comment: &Comment| comment.at_ms))
        .split("partners", &partners, |comment| comment.account.starts_with("partner-"));

    let bursts = comments
        .key_by(|comment| comment.account.clone())
        .process("bursts", |states| Bursts { times: states.list("times"), flagged: states.value("flagged") });
    let spreads = comments
        .flat_map("links", |comment| comment.link.clone().map(|link| (link, comment)))
        .key_by(|(link, _)| link.clone())
        .process("spreads", |states| Spreads { accounts: states.map("accounts"), flagged: states.value("flagged") });
    let links = comments.side(&partners).filter("partner links", |comment| comment.link.is_some());
    let known = links.map("partner team", |comment| Flag {
        at_ms: comment.at_ms,
        subject: comment.account,
        reason: "a partner's link, for the partner team".to_owned(),
    });
    bursts.union(&spreads).union(&known).for_each("flags", flag);
    flow
}

/// Flags an account that writes too much, once until it has been quiet.
struct Bursts {
    /// When the account wrote: its newest comments, as many as make a burst.
    times: ListState<i64>,
    flagged: ValueState<bool>,
}

impl Process<String, Comment> for Bursts {
    type Output = Flag;

    fn process(&mut self, comment: Comment, context: &mut Context<'_, String, Flag>) -> Result<(), BoxError> {
        let at_ms = comment.at_ms;
        let known = self.times.take().into_iter().chain([at_ms]);
        let recent: Vec<i64> = known.filter(|time| *time > at_ms - BURST_MS).collect();
        if recent.len() >= BURST && self.flagged.get().is_none() {
            self.flagged.set(true);
            let reason = format!("{} comments within {} ms", recent.len(), at_ms - recent[0]);
            context.emit(Flag { at_ms, subject: comment.account, reason });
        }
        recent.iter().rev().take(BURST).rev().for_each(|time| self.times.push(*time));
        context.event_timer(at_ms + BURST_MS);
        Ok(())
    }

    fn on_timer(&mut self, timer: Timer, _: &mut Context<'_, String, Flag>) -> Result<(), BoxError> {
        let Timer::Event(now) = timer else { return Ok(()) };
        if self.times.iter().last().is_none_or(|last| last + BURST_MS <= now) {
            self.times.take();
            self.flagged.take();
        }
        Ok(())
    }
}

/// Flags a link that many accounts post, once until it has been quiet.
struct Spreads {
    /// When each account last posted the link.
    accounts: MapState<String, i64>,
    flagged: ValueState<bool>,
}

impl Process<String, (String, Comment)> for Spreads {
    type Output = Flag;

    fn process(
        &mut self,
        (link, comment): (String, Comment),
        context: &mut Context<'_, String, Flag>,
    ) -> Result<(), BoxError> {
        let at_ms = comment.at_ms;
        self.forget(at_ms - SPREAD_MS);
        self.accounts.insert(&comment.account, at_ms);
        if self.accounts.len() >= SPREAD && self.flagged.get().is_none() {
            self.flagged.set(true);
            let reason = format!("posted by {} accounts, the last one {}", self.accounts.len(), comment.account);
            context.emit(Flag { at_ms, subject: link, reason });
        }
        context.event_timer(at_ms + SPREAD_MS);
        Ok(())
    }

    fn on_timer(&mut self, timer: Timer, _: &mut Context<'_, String, Flag>) -> Result<(), BoxError> {
        let Timer::Event(now) = timer else { return Ok(()) };
        self.forget(now - SPREAD_MS);
        if self.accounts.is_empty() {
            self.flagged.take();
        }
        Ok(())
    }
}

impl Spreads {
    /// Forgets the accounts that have not posted the link since.
    fn forget(&mut self, since_ms: i64) {
        for (account, at_ms) in self.accounts.iter() {
            if at_ms <= since_ms {
                self.accounts.remove(&account);
            }
        }
    }
}
