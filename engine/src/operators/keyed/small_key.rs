//! A key's bytes, in place where they are few.

/// How many bytes need no memory of their own: an integer and a window, a short string.
const INLINE: usize = 22;

/// A key's bytes.
#[derive(Clone)]
pub enum SmallKey {
    /// Few.
    Inline(u8, [u8; INLINE]),
    /// Many.
    Heap(Box<[u8]>),
}

impl SmallKey {
    /// A key of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        if bytes.len() > INLINE {
            return Self::Heap(bytes.into());
        }
        let mut inline = [0; INLINE];
        inline[..bytes.len()].copy_from_slice(bytes);
        Self::Inline(bytes.len() as u8, inline)
    }

    /// The bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Inline(length, bytes) => &bytes[..usize::from(*length)],
            Self::Heap(bytes) => bytes,
        }
    }
}
