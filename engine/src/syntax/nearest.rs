//! "Did you mean": the nearest known name to one that is not known.

/// The candidate nearest to `name` by edit distance, ignoring case, if it is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1) + 1;
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A sentence that names the nearest known name, or lists what is known when none is near.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    /// More names than this are not a help.
    const MAX_LISTED: usize = 12;
    if let Some(near) = nearest(name, known.clone()) {
        return format!("Did you mean '{near}'?");
    }
    let names: Vec<&str> = known.into_iter().collect();
    match names.len() {
        0 => "None is known.".to_owned(),
        n if n > MAX_LISTED => format!("Known: {}, … ({n} in all).", names[..MAX_LISTED].join(", ")),
        _ => format!("Known: {}.", names.join(", ")),
    }
}

/// Levenshtein's distance with adjacent transpositions, by two rows and one before them.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_nearest_or_lists_what_is_known() {
        let columns = ["dep_delay", "dest", "carrier"];
        assert_eq!(nearest("dep_dealy", columns), Some("dep_delay"));
        assert_eq!(nearest("DETS", columns), Some("dest"));
        assert_eq!(nearest("zzzzzz", columns), None);
        assert_eq!(did_you_mean("zzzzzz", columns), "Known: dep_delay, dest, carrier.");
    }
}
