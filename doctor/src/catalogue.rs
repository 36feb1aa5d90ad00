//! The exception catalogue, as data: what an exception's text means, whose it is, and whether it passes by itself.
//!
//! The first entry that fits a link of the cause chain wins, so the special comes before the general.

/// What part an exception plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is what set the failure off.
    Trigger,
    /// Something else made it happen; the metrics of that time say what.
    Symptom,
    /// A failure that is under way brings it along; never a cause.
    SideEffect,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The job's owner.
    User,
    /// The platform.
    Platform,
    /// A system beside it: a broker, a database, a store.
    External,
}

/// Which check speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The restart check names the exception itself.
    Restarts,
    /// It is a checkpoint that failed.
    Checkpoints,
    /// A task manager was lost.
    TaskManagers,
    /// Memory ran out.
    Memory,
}

/// One kind of exception.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Texts that must all be in `class: message`.
    pub patterns: &'static [&'static str],
    /// What part it plays.
    pub role: Role,
    /// Who can do something about it.
    pub owner: Owner,
    /// Whether a restart may get past it.
    pub transient: bool,
    /// The cause in the contract's words.
    pub cause: &'static str,
    /// Which check speaks for it.
    pub speaker: Speaker,
    /// What it means, in one clause.
    pub meaning: &'static str,
}

const fn entry(
    patterns: &'static [&'static str],
    role: Role,
    owner: Owner,
    transient: bool,
    cause: &'static str,
    meaning: &'static str,
) -> Entry {
    Entry { patterns, role, owner, transient, cause, speaker: Speaker::Restarts, meaning }
}

const fn spoken_for(entry: Entry, speaker: Speaker) -> Entry {
    Entry { speaker, ..entry }
}

use Owner::{External, Platform, User};
use Role::{SideEffect, Symptom, Trigger};

/// Every kind of exception that is known.
#[rustfmt::skip]
pub const CATALOGUE: &[Entry] = &[
    // Memory.
    spoken_for(entry(&["OutOfMemoryError", "Metaspace"], Trigger, User, false, "metaspace", "class metadata ran out: classes leak, or the limit is low"), Speaker::Memory),
    spoken_for(entry(&["OutOfMemoryError", "Direct buffer memory"], Trigger, User, false, "direct-memory", "memory outside the heap ran out"), Speaker::Memory),
    spoken_for(entry(&["OutOfDirectMemoryError"], Trigger, User, false, "direct-memory", "memory outside the heap ran out"), Speaker::Memory),
    spoken_for(entry(&["OutOfMemoryError", "unable to create"], Trigger, User, false, "out-of-memory", "the process may start no more threads: one leaks them, or a limit is low"), Speaker::Memory),
    spoken_for(entry(&["OutOfMemoryError"], Trigger, User, false, "out-of-memory", "the heap ran out"), Speaker::Memory),
    spoken_for(entry(&["beyond physical memory limits"], Trigger, User, false, "container-killed", "the container used more memory than it was given, and was killed"), Speaker::Memory),
    // Task managers that went away.
    spoken_for(entry(&["Heartbeat of TaskManager"], Symptom, Platform, true, "task-manager-lost", "a task manager stopped answering"), Speaker::TaskManagers),
    spoken_for(entry(&["TaskManager", "is no longer reachable"], Symptom, Platform, true, "task-manager-lost", "a task manager is gone"), Speaker::TaskManagers),
    spoken_for(entry(&["Connection unexpectedly closed by remote task manager"], Symptom, Platform, true, "task-manager-lost", "the task manager at the other end of a connection died"), Speaker::TaskManagers),
    spoken_for(entry(&["RemoteTransportException"], Symptom, Platform, true, "task-manager-lost", "the task manager at the other end of a connection died"), Speaker::TaskManagers),
    spoken_for(entry(&["TaskExecutor", "has been disconnected"], Symptom, Platform, true, "task-manager-lost", "a task manager left"), Speaker::TaskManagers),
    // Checkpoints.
    spoken_for(entry(&["Exceeded checkpoint tolerable failure threshold"], Symptom, User, false, "checkpoint-snapshot-failing", "more checkpoints failed than the job tolerates"), Speaker::Checkpoints),
    spoken_for(entry(&["Could not perform checkpoint"], Trigger, User, false, "checkpoint-snapshot-failing", "an operator could not write its state"), Speaker::Checkpoints),
    spoken_for(entry(&["Could not complete snapshot"], Trigger, User, false, "checkpoint-snapshot-failing", "an operator could not write its state"), Speaker::Checkpoints),
    spoken_for(entry(&["Could not materialize checkpoint"], Trigger, User, false, "checkpoint-snapshot-failing", "an operator's state could not be written out"), Speaker::Checkpoints),
    spoken_for(entry(&["Asynchronous task checkpoint failed"], Trigger, User, false, "checkpoint-snapshot-failing", "an operator's state could not be written out"), Speaker::Checkpoints),
    // Side effects of a failure that is under way.
    entry(&["Checkpoint Coordinator is suspending"], SideEffect, Platform, true, "undetermined", "a checkpoint was given up because the job was failing"),
    entry(&["FailoverRegion is restarting"], SideEffect, Platform, true, "undetermined", "a checkpoint was given up because the job was failing"),
    entry(&["Task received cancellation from one of its inputs"], SideEffect, Platform, true, "undetermined", "a neighbour failed first"),
    entry(&["CancelTaskException"], SideEffect, Platform, true, "undetermined", "the task was being cancelled"),
    entry(&["java.lang.InterruptedException"], SideEffect, Platform, true, "undetermined", "the task was being cancelled"),
    // Resources and restore.
    entry(&["NoResourceAvailableException"], Trigger, Platform, true, "no-slots", "there are too few slots"),
    entry(&["Could not acquire the minimum required resources"], Trigger, Platform, true, "no-slots", "there are too few slots"),
    entry(&["Insufficient number of network buffers"], Trigger, User, false, "network-buffers", "there are too few network buffers for this graph"),
    entry(&["Cannot map checkpoint/savepoint state"], Trigger, User, false, "restore-mismatch", "the saved state belongs to operators that the job no longer has"),
    entry(&["StateMigrationException"], Trigger, User, false, "restore-mismatch", "the saved state's schema does not fit the new one"),
    entry(&["must not be incompatible"], Trigger, User, false, "restore-mismatch", "the saved state's schema does not fit the new one"),
    entry(&["Could not find checkpoint or savepoint"], Trigger, User, false, "restore-mismatch", "the saved state is not where the job looks for it"),
    // Stores and disks.
    entry(&["No space left on device"], Trigger, External, false, "platform-exception", "a disk is full"),
    entry(&["SlowDown"], Trigger, External, true, "external-exception", "the object store throttles"),
    entry(&["Please reduce your request rate"], Trigger, External, true, "external-exception", "the object store throttles"),
    entry(&["AccessDenied"], Trigger, External, false, "external-exception", "credentials do not allow it"),
    entry(&["ExpiredToken"], Trigger, External, false, "external-exception", "credentials have expired"),
    // Kafka.
    entry(&["UnknownTopicOrPartitionException"], Trigger, External, false, "topic-missing", "the topic does not exist"),
    entry(&["InvalidTopicException"], Trigger, User, false, "topic-missing", "the topic's name is not valid"),
    entry(&["AuthorizationException"], Trigger, External, false, "external-exception", "the broker does not allow it"),
    entry(&["SaslAuthenticationException"], Trigger, External, false, "external-exception", "the broker does not accept the credentials"),
    entry(&["OffsetOutOfRangeException"], Trigger, User, false, "retention-breach", "the records to read next have expired"),
    entry(&["NoOffsetForPartitionException"], Trigger, User, false, "external-exception", "there is no offset to begin at"),
    entry(&["RecordTooLargeException"], Trigger, User, false, "user-exception", "a record is larger than the broker takes"),
    entry(&["ProducerFencedException"], Trigger, User, false, "transactions-failing", "another instance writes with the same transactional id"),
    entry(&["InvalidProducerEpoch"], Trigger, User, false, "transactions-failing", "another instance writes with the same transactional id"),
    entry(&["InvalidTxnState"], Trigger, User, false, "transactions-failing", "a transaction outlived its time-out"),
    entry(&["not present in metadata"], Trigger, External, true, "broker-unreachable", "the brokers do not answer for the topic"),
    entry(&["Failed to update metadata"], Trigger, External, true, "broker-unreachable", "the brokers do not answer"),
    entry(&["org.apache.kafka", "TimeoutException"], Trigger, External, true, "broker-unreachable", "the brokers do not answer in time"),
    entry(&["org.apache.kafka", "DisconnectException"], Trigger, External, true, "broker-unreachable", "a broker closed the connection"),
    // Records that do not parse.
    entry(&["RecordParseException"], Trigger, User, false, "poison-record", "a record does not have the declared shape"),
    entry(&["JsonParseException"], Trigger, User, false, "poison-record", "a record is not valid JSON"),
    entry(&["JsonMappingException"], Trigger, User, false, "poison-record", "a record's JSON does not have the expected shape"),
    entry(&["MismatchedInputException"], Trigger, User, false, "poison-record", "a record's JSON does not have the expected shape"),
    entry(&["Failed to deserialize"], Trigger, User, false, "poison-record", "a record cannot be decoded"),
    entry(&["DeserializationException"], Trigger, User, false, "poison-record", "a record cannot be decoded"),
    entry(&["InvalidProtocolBufferException"], Trigger, User, false, "poison-record", "a record is not the expected protobuf message"),
    entry(&["AvroTypeException"], Trigger, User, false, "poison-record", "a record does not fit the Avro schema"),
    entry(&["AvroRuntimeException"], Trigger, User, false, "poison-record", "a record does not fit the Avro schema"),
    entry(&["SchemaParseException"], Trigger, User, false, "poison-record", "a schema cannot be read"),
    entry(&["TProtocolException"], Trigger, User, false, "poison-record", "a record is not the expected Thrift message"),
    entry(&["NumberFormatException"], Trigger, User, false, "poison-record", "a field is not a number"),
    entry(&["DateTimeParseException"], Trigger, User, false, "poison-record", "a field is not a date"),
    // Systems beside the job.
    entry(&["SQLTransientConnectionException"], Trigger, External, true, "external-exception", "the database is saturated or away"),
    entry(&["SQLException"], Trigger, External, false, "external-exception", "the database refused"),
    entry(&["429 Too Many Requests"], Trigger, External, true, "external-exception", "the service throttles"),
    entry(&["EsRejectedExecutionException"], Trigger, External, true, "external-exception", "the index is saturated"),
    entry(&["Async function call has timed out"], Trigger, External, true, "external-exception", "an asynchronous call was not answered in time"),
    entry(&["SocketTimeoutException"], Trigger, External, true, "external-exception", "a service did not answer in time"),
    entry(&["UnknownHostException"], Trigger, External, true, "external-exception", "a host's name does not resolve"),
    entry(&["ConnectException"], Trigger, External, true, "external-exception", "a service refuses connections"),
    entry(&["NoRouteToHostException"], Trigger, External, true, "external-exception", "a host cannot be reached"),
    entry(&["SSLException"], Symptom, External, true, "external-exception", "a secured connection broke"),
    // Packaging and the user's own code.
    entry(&["NoClassDefFoundError"], Trigger, User, false, "user-exception", "a class is missing from the job's package"),
    entry(&["ClassNotFoundException"], Trigger, User, false, "user-exception", "a class is missing from the job's package"),
    entry(&["NoSuchMethodError"], Trigger, User, false, "user-exception", "two versions of a library are mixed"),
    entry(&["LinkageError"], Trigger, User, false, "user-exception", "two versions of a library are mixed"),
    entry(&["KryoException"], Trigger, User, false, "user-exception", "a type cannot be serialised"),
    entry(&["NotSerializableException"], Trigger, User, false, "user-exception", "a function holds on to something that cannot be shipped"),
    // The platform's own.
    entry(&["JobMaster", "has not been heard from"], Symptom, Platform, true, "platform-exception", "the job manager stopped answering"),
    entry(&["revoked leadership"], Symptom, Platform, true, "platform-exception", "the job manager lost its leadership"),
    entry(&["AskTimeoutException"], Symptom, Platform, true, "platform-exception", "the job manager is overloaded"),
    entry(&["IllegalConfigurationException"], Trigger, User, false, "platform-exception", "the configuration contradicts itself"),
];

/// The first entry that fits `class: message`.
pub fn find(text: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.patterns.iter().all(|pattern| text.contains(pattern)))
}

/// Words of a message that speak of the record rather than of the code.
pub fn blames_the_record(message: &str) -> bool {
    const BAD: [&str; 9] = [
        "malformed",
        "corrupt",
        "unparseable",
        "unparsable",
        "cannot parse",
        "could not parse",
        "failed to parse",
        "invalid json",
        "poison",
    ];
    let message = message.to_lowercase();
    BAD.iter().any(|word| message.contains(word))
        || message.contains("invalid record")
        || message.contains("bad record")
}

#[cfg(test)]
mod tests {
    use super::{CATALOGUE, blames_the_record, find};

    /// An entry behind a more general one would never be found.
    #[test]
    fn every_entry_can_be_found() {
        for entry in CATALOGUE {
            let found = find(&entry.patterns.join(" "));
            assert!(
                found.is_some_and(|f| f.patterns == entry.patterns),
                "{:?} is hidden by {:?}",
                entry.patterns,
                found
            );
        }
    }

    #[test]
    fn every_entry_says_what_it_means() {
        assert!(CATALOGUE.iter().all(|e| !e.meaning.is_empty() && !e.patterns.is_empty() && !e.cause.is_empty()));
    }

    #[test]
    fn the_special_comes_before_the_general() {
        assert_eq!(find("java.lang.OutOfMemoryError: Metaspace").map(|e| e.cause), Some("metaspace"));
        assert_eq!(find("java.lang.OutOfMemoryError: Java heap space").map(|e| e.cause), Some("out-of-memory"));
        assert_eq!(find("java.lang.IllegalStateException: no idea").map(|e| e.cause), None);
    }

    #[test]
    fn words_about_records() {
        assert!(blames_the_record("malformed record at seq 4822 (key 45)"));
        assert!(!blames_the_record("no value for key 45"));
    }
}
