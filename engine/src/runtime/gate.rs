//! The entrance of a task: a bounded queue for each channel that leads to it, and its mail.
//!
//! Each channel has its own room (credit), so that one that is blocked for a barrier fills up and holds its sender back
//! without a bound being passed, while the others flow.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use super::message::{Mail, Message};

/// The most messages that wait in one channel. At this bound its sender waits: that is backpressure.
pub const CHANNEL_MESSAGES: usize = 4;
/// The most bytes of records that wait in one channel; one message always fits.
pub const CHANNEL_BYTES: usize = 4 * 1024 * 1024;

/// The entrance.
pub struct Gate {
    state: Mutex<State>,
    /// There is something for the task.
    arrived: Condvar,
    /// There is room in a channel; of the same index.
    room: Vec<Condvar>,
    /// There is mail, the task was woken, or the gate was closed: tells without the lock.
    urgent: AtomicBool,
}

struct State {
    channels: Vec<Channel>,
    /// The channel to look at first.
    next: usize,
    mail: VecDeque<Mail>,
    woken: bool,
    closed: bool,
    task_waits: bool,
}

#[derive(Default)]
struct Channel {
    queue: VecDeque<(Message, usize)>,
    bytes: usize,
    blocked: bool,
    sender_waits: bool,
}

/// The gate was closed: the attempt is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// What came through the gate.
pub enum Arrival {
    /// A message of a channel.
    Message(usize, Message),
    /// Mail, or a call to wake up: see [`Gate::take_mail`].
    Urgent,
    /// Nothing until the deadline.
    TimedOut,
}

impl Gate {
    /// A gate with so many channels.
    pub fn new(channels: usize) -> Arc<Self> {
        let state = State {
            channels: (0..channels).map(|_| Channel::default()).collect(),
            next: 0,
            mail: VecDeque::new(),
            woken: false,
            closed: false,
            task_waits: false,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            arrived: Condvar::new(),
            room: (0..channels).map(|_| Condvar::new()).collect(),
            urgent: AtomicBool::new(false),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the task and all senders, now and from now on: nothing passes any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.urgent.store(true, Ordering::Release);
        self.arrived.notify_all();
        self.room.iter().for_each(Condvar::notify_all);
    }

    /// Puts a message into a channel, if there is room; gives it back where there is none.
    pub fn try_send(&self, channel: usize, message: Message, bytes: usize) -> Result<Option<Message>, Closed> {
        let mut state = self.lock();
        if state.closed {
            return Err(Closed);
        }
        if !state.channels[channel].has_room(bytes) {
            return Ok(Some(message));
        }
        self.put(&mut state, channel, message, bytes);
        Ok(None)
    }

    /// Puts a message into a channel, and waits for room where there is none.
    pub fn send(&self, channel: usize, message: Message, bytes: usize) -> Result<(), Closed> {
        let mut state = self.lock();
        while !state.closed {
            if state.channels[channel].has_room(bytes) {
                self.put(&mut state, channel, message, bytes);
                return Ok(());
            }
            state.channels[channel].sender_waits = true;
            state = self.room[channel].wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Err(Closed)
    }

    fn put(&self, state: &mut State, channel: usize, message: Message, bytes: usize) {
        let channel = &mut state.channels[channel];
        channel.queue.push_back((message, bytes));
        channel.bytes += bytes;
        if !channel.blocked && std::mem::take(&mut state.task_waits) {
            self.arrived.notify_all();
        }
    }

    /// Leaves mail.
    pub fn post(&self, mail: Mail) {
        let mut state = self.lock();
        state.mail.push_back(mail);
        self.call(&mut state);
    }

    /// Wakes the task.
    pub fn wake(&self) {
        let mut state = self.lock();
        state.woken = true;
        self.call(&mut state);
    }

    fn call(&self, state: &mut State) {
        self.urgent.store(true, Ordering::Release);
        if std::mem::take(&mut state.task_waits) {
            self.arrived.notify_all();
        }
    }

    /// Whether there may be mail; costs next to nothing.
    pub fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::Acquire)
    }

    /// The mail, and whether the task was woken.
    pub fn take_mail(&self) -> Result<(VecDeque<Mail>, bool), Closed> {
        let mut state = self.lock();
        if state.closed {
            return Err(Closed);
        }
        self.urgent.store(false, Ordering::Release);
        Ok((std::mem::take(&mut state.mail), std::mem::take(&mut state.woken)))
    }

    /// The next message of a channel that is not blocked, if one is there.
    pub fn try_receive(&self) -> Result<Option<Arrival>, Closed> {
        let mut state = self.lock();
        self.take(&mut state)
    }

    /// The next message of a channel that is not blocked; waits for it, or for mail, until the deadline.
    pub fn receive(&self, deadline: Option<Instant>) -> Result<Arrival, Closed> {
        let mut state = self.lock();
        loop {
            if let Some(arrival) = self.take(&mut state)? {
                return Ok(arrival);
            }
            state.task_waits = true;
            state = match deadline {
                None => self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        state.task_waits = false;
                        return Ok(Arrival::TimedOut);
                    }
                    self.arrived.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Waits for mail until the deadline, whatever the channels hold: for sources.
    pub fn wait_for_mail(&self, deadline: Option<Instant>) -> Result<(), Closed> {
        match self.receive(deadline)? {
            Arrival::Message(..) | Arrival::Urgent | Arrival::TimedOut => Ok(()),
        }
    }

    fn take(&self, state: &mut State) -> Result<Option<Arrival>, Closed> {
        if state.closed {
            return Err(Closed);
        }
        if !state.mail.is_empty() || state.woken {
            return Ok(Some(Arrival::Urgent));
        }
        let count = state.channels.len();
        for turn in 0..count {
            let index = (state.next + turn) % count;
            let channel = &mut state.channels[index];
            if channel.blocked {
                continue;
            }
            let Some((message, bytes)) = channel.queue.pop_front() else { continue };
            channel.bytes -= bytes;
            if std::mem::take(&mut channel.sender_waits) {
                self.room[index].notify_all();
            }
            state.next = (index + 1) % count;
            return Ok(Some(Arrival::Message(index, message)));
        }
        Ok(None)
    }

    /// Holds a channel's messages back.
    pub fn block(&self, channel: usize) {
        self.lock().channels[channel].blocked = true;
    }

    /// Lets all channels flow again.
    pub fn unblock_all(&self) {
        self.lock().channels.iter_mut().for_each(|channel| channel.blocked = false);
    }

    /// How full the channels are, all together: from 0 to 1.
    pub fn usage(&self) -> f64 {
        let state = self.lock();
        let full = state.channels.len() * CHANNEL_MESSAGES;
        let queued: usize = state.channels.iter().map(|channel| channel.queue.len()).sum();
        if full == 0 { 0.0 } else { queued as f64 / full as f64 }
    }

    /// How full one channel is: from 0 to 1.
    pub fn channel_usage(&self, channel: usize) -> f64 {
        self.lock().channels[channel].queue.len() as f64 / CHANNEL_MESSAGES as f64
    }
}

impl Channel {
    fn has_room(&self, bytes: usize) -> bool {
        self.queue.is_empty() || (self.queue.len() < CHANNEL_MESSAGES && self.bytes + bytes <= CHANNEL_BYTES)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{thread, time::Duration};

    use super::*;

    fn fill(gate: &Gate, channel: usize) -> usize {
        (0..).take_while(|n| gate.try_send(channel, Message::Watermark(*n), 1).unwrap().is_none()).count()
    }

    fn taken(gate: &Gate) -> Option<(usize, i64)> {
        match gate.try_receive().unwrap()? {
            Arrival::Message(channel, Message::Watermark(mark)) => Some((channel, mark)),
            _ => None,
        }
    }

    #[test]
    fn channels_have_room_of_their_own_and_take_turns() {
        let gate = Gate::new(2);
        assert_eq!((fill(&gate, 0), fill(&gate, 1)), (CHANNEL_MESSAGES, CHANNEL_MESSAGES));
        assert_eq!((taken(&gate), taken(&gate), taken(&gate)), (Some((0, 0)), Some((1, 0)), Some((0, 1))));
        gate.block(0);
        assert_eq!((taken(&gate), taken(&gate), taken(&gate)), (Some((1, 1)), Some((1, 2)), Some((1, 3))));
        assert_eq!(taken(&gate), None);
        gate.unblock_all();
        assert_eq!(taken(&gate), Some((0, 2)));
    }

    #[test]
    fn bytes_are_bounded_but_one_message_always_fits() {
        let gate = Gate::new(1);
        assert!(gate.try_send(0, Message::EndOfData, CHANNEL_BYTES * 2).unwrap().is_none());
        assert!(gate.try_send(0, Message::EndOfData, 1).unwrap().is_some());
    }

    #[test]
    fn closing_wakes_both_sides() {
        let gate = Gate::new(1);
        fill(&gate, 0);
        let sender = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || gate.send(0, Message::EndOfData, 0))
        };
        let empty = Gate::new(1);
        let task = {
            let gate = Arc::clone(&empty);
            thread::spawn(move || gate.receive(None).is_err())
        };
        thread::sleep(Duration::from_millis(20));
        gate.close();
        empty.close();
        assert_eq!(sender.join().unwrap(), Err(Closed));
        assert!(task.join().unwrap());
    }

    #[test]
    fn mail_wakes_and_comes_first() {
        let gate = Gate::new(1);
        fill(&gate, 0);
        gate.post(Mail::Complete(1));
        assert!(gate.is_urgent() && matches!(gate.receive(None).unwrap(), Arrival::Urgent));
        assert_eq!(gate.take_mail().unwrap(), ([Mail::Complete(1)].into(), false));
        assert!(!gate.is_urgent() && taken(&gate).is_some());
    }
}
