//! What a slot's marker says.

/// Up to which checkpoint the messages of the last attempts were written, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marker {
    attempts: Vec<(String, u64)>,
}

/// Kafka takes 4096 bytes of metadata by default.
const MAX_BYTES: usize = 4000;

impl Marker {
    /// Up to which checkpoint the messages of an attempt were written.
    pub fn written(&self, attempt: &str) -> Option<u64> {
        self.attempts.iter().find(|(known, _)| known == attempt).map(|(_, checkpoint)| *checkpoint)
    }

    /// The same when those of this attempt up to `checkpoint` are.
    pub fn with(&self, attempt: &str, checkpoint: u64) -> Self {
        let others = self.attempts.iter().filter(|(known, _)| known != attempt).cloned();
        Self { attempts: [(attempt.to_owned(), checkpoint)].into_iter().chain(others).collect() }
    }

    /// The newest checkpoint.
    pub fn newest(&self) -> u64 {
        self.attempts.first().map_or(0, |(_, checkpoint)| *checkpoint)
    }

    /// As an offset's metadata: `ATTEMPT=CHECKPOINT;…`, the oldest left out where it would be too long.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (attempt, checkpoint) in &self.attempts {
            let entry = format!("{attempt}={checkpoint};");
            if text.len() + entry.len() > MAX_BYTES {
                break;
            }
            text.push_str(&entry);
        }
        text
    }

    /// What [`Self::text`] wrote; `None` where it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let entry = |entry: &str| {
            let (attempt, checkpoint) = entry.rsplit_once('=')?;
            Some((attempt.to_owned(), checkpoint.parse().ok()?))
        };
        let attempts = text.split_terminator(';').map(entry).collect::<Option<_>>()?;
        Some(Self { attempts })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn markers_are_kept_as_text_within_a_bound() {
        let marker = Marker::default().with("a", 5).with("b", 2).with("a", 7);
        assert_eq!(marker.text(), "a=7;b=2;");
        assert_eq!(Marker::parse(&marker.text()).unwrap(), marker);
        assert_eq!((marker.written("b"), marker.written("c"), marker.newest()), (Some(2), None, 7));
        assert_eq!(Marker::parse(""), Some(Marker::default()));
        assert_eq!(Marker::parse("a"), None);
        let long = (0..1000).fold(Marker::default(), |marker, n| marker.with(&format!("attempt-{n:032}"), n));
        let kept = Marker::parse(&long.text()).unwrap();
        assert!(long.text().len() <= MAX_BYTES);
        assert_eq!(kept.newest(), 999);
        assert_eq!(
            (kept.written(&format!("attempt-{:032}", 990)), kept.written(&format!("attempt-{:032}", 5))),
            (Some(990), None)
        );
    }
}
