//! Live data: one event stream a page, which carries on where the server-rendered page ended.

use leptos::prelude::*;

/// How the page hears of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser opens the stream"))]
pub enum Link {
    /// It has not heard from the stream yet; the page is as the server rendered it.
    #[default]
    Still,
    /// The stream is open.
    Live,
    /// The stream broke; it is tried again.
    Lost,
}

/// What is done with one kind of event: its name, and what takes its data.
pub type Handler = (&'static str, Box<dyn Fn(String)>);

/// A handler that reads an event's data as JSON. Data of another shape (a page older than its portal) is left aside: the
/// page keeps showing the last that it understood.
pub fn json<T: serde::de::DeserializeOwned>(name: &'static str, take: impl Fn(T) + 'static) -> Handler {
    let read = move |data: String| match serde_json::from_str(&data) {
        Ok(value) => take(value),
        Err(cause) => leptos::logging::warn!("the event `{name}` could not be read: {cause}; reload the page"),
    };
    (name, Box::new(read))
}

/// Opens the stream at `url` in the browser, and again whenever `url` changes or the stream ends; closes it with the page.
/// On the server it does nothing.
pub fn follow(url: Signal<String>, handlers: Vec<Handler>) -> ReadSignal<Link> {
    let (link, set_link) = signal(Link::default());
    #[cfg(feature = "hydrate")]
    browser::follow(url, handlers, set_link);
    #[cfg(not(feature = "hydrate"))]
    drop((url, handlers, set_link));
    link
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{rc::Rc, time::Duration};

    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Event, EventSource, MessageEvent};

    use super::{Handler, Link};

    /// How long to wait before a stream that the browser gave up is opened again. A stream that merely broke is opened
    /// again by the browser itself.
    const REOPEN_AFTER: Duration = Duration::from_secs(3);

    /// An open stream; dropping it closes it.
    struct Stream {
        source: EventSource,
        _listeners: Vec<Closure<dyn FnMut(Event)>>,
    }

    impl Drop for Stream {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    pub fn follow(url: Signal<String>, handlers: Vec<Handler>, set_link: WriteSignal<Link>) {
        let handlers = Rc::new(handlers);
        let attempt = RwSignal::new(0u32);
        Effect::new(move |_| {
            attempt.track();
            // The effect owns the stored stream: it is dropped, and so closed, before the next run and with the page.
            if let Some(stream) = open(&url.get(), &handlers, set_link, attempt) {
                StoredValue::new_local(stream);
            }
        });
    }

    fn open(url: &str, handlers: &Rc<Vec<Handler>>, link: WriteSignal<Link>, attempt: RwSignal<u32>) -> Option<Stream> {
        let source = EventSource::new(url).ok()?;
        let mut listeners = Vec::with_capacity(handlers.len() + 2);
        let mut listen = |name: &str, listener: Closure<dyn FnMut(Event)>| {
            // Fails for no name that we use; a page without the listener is still a page.
            let _ = source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
            listeners.push(listener);
        };
        listen("open", Closure::new(move |_| set(link, Link::Live)));
        listen("error", {
            let source = source.clone();
            Closure::new(move |_| {
                set(link, Link::Lost);
                if source.ready_state() == EventSource::CLOSED {
                    set_timeout(
                        move || {
                            attempt.try_update(|n| *n = n.wrapping_add(1));
                        },
                        REOPEN_AFTER,
                    );
                }
            })
        });
        for (index, (name, _)) in handlers.iter().enumerate() {
            let handlers = Rc::clone(handlers);
            let take = move |event: Event| {
                let data = event.dyn_into::<MessageEvent>().ok().and_then(|event| event.data().as_string());
                if let (Some(data), Some((_, handler))) = (data, handlers.get(index)) {
                    set(link, Link::Live);
                    handler(data);
                }
            };
            listen(name, Closure::new(take));
        }
        Some(Stream { source, _listeners: listeners })
    }

    /// Sets the state only where it changes: a signal that is set wakes all who read it.
    fn set(link: WriteSignal<Link>, to: Link) {
        link.try_maybe_update(|now| (std::mem::replace(now, to) != to, ()));
    }
}
