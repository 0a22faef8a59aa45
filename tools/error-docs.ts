import { readFileSync, writeFileSync } from 'node:fs'
import type { KnownErrorCode } from '../lib/model/streams-error-code.ts'
import { markdown } from './markdown.ts'

// What docs/errors.md says of each code. `node tools/error-docs.ts --update` writes the page.

type ErrorClass =
  | 'TopologyError'
  | 'ConfigError'
  | 'SerializationError'
  | 'InvalidStateStoreError'
  | 'ProcessorStateError'
  | 'TaskCorruptedError'
  | 'LockError'
  | 'StreamsError'

type Entry = readonly [errorClass: ErrorClass, happened: string, next: string]

const entries: Readonly<Record<KnownErrorCode, Entry>> = {
  STREAMS_DUPLICATE_NODE: ['TopologyError', 'Two nodes of the topology have one name.', 'Give every node a name of its own.'],
  STREAMS_DUPLICATE_STORE: ['TopologyError', 'Two stores of the topology have one name.', 'Give every store a name of its own.'],
  STREAMS_GLOBAL_STORE_CONNECTED: [
    'TopologyError',
    'A processor is connected to a global store.',
    'Leave the connection out: all processors see global stores.',
  ],
  STREAMS_NOT_A_PROCESSOR: ['TopologyError', 'A store is connected to a source or a sink.', 'Connect it to a processor.'],
  STREAMS_NO_PARENT: ['TopologyError', 'A processor or a sink reads from nothing.', 'Name its parents.'],
  STREAMS_NO_TOPICS: ['TopologyError', 'A source reads no topic.', 'Name at least one.'],
  STREAMS_SHARED_PROCESSOR: [
    'TopologyError',
    'A supplier returned the same processor twice.',
    'Make a new object in the supplier: each task has its own.',
  ],
  STREAMS_SLICES: ['TopologyError', 'Windows cannot be kept as slices.', 'Do what the message says, or leave `slices` out.'],
  STREAMS_SINK_AS_PARENT: ['TopologyError', 'A node names a sink as its parent.', 'Name the node before the sink.'],
  STREAMS_TOPIC_ALREADY_REGISTERED: [
    'TopologyError',
    'Two sources name one topic.',
    'Read it once, and give the source several children.',
  ],
  STREAMS_UNKNOWN_PARENT: [
    'TopologyError',
    'A node names a parent that is not there yet.',
    'Add the parent first, or correct the name.',
  ],
  STREAMS_UNKNOWN_PROCESSOR: [
    'TopologyError',
    'A store is connected to a processor that is not there yet.',
    'Add the processor first, or correct the name.',
  ],
  STREAMS_ASSIGNMENT_CORRUPT: [
    'StreamsError',
    'A member of the consumer group is no Millrace application.',
    'Give this application an `applicationId` of its own.',
  ],
  STREAMS_ASSIGNMENT_VERSION: [
    'StreamsError',
    'A member of the group runs a release of Millrace whose assignment this one cannot read.',
    'Let all instances run the same release.',
  ],
  STREAMS_VALUE_CHANGED: [
    'StreamsError',
    'In the test driver: code changed a key or a value in place that had been passed on.',
    "Make a copy, or set `changedValues: 'allowed'`.",
  ],
  STREAMS_ASYNC_LAMBDA: [
    'StreamsError',
    'A lambda returned a promise.',
    'Return the value itself: records are processed synchronously.',
  ],
  STREAMS_BUFFER_FULL: [
    'StreamsError',
    'The buffer of `suppress` has passed its limits, and is to shut down then.',
    'Raise its limits, let it emit early, or suppress for a shorter time.',
  ],
  STREAMS_STATE_STALE: [
    'TaskCorruptedError',
    'Stored state is older than its changelog keeps deletions, or of a changelog that was deleted and made again.',
    'Nothing: the state is restored from the start.',
  ],
  STREAMS_CHANGELOG_OUT_OF_RANGE: [
    'TaskCorruptedError',
    'The broker no longer has the changelog records that a stored position asks for.',
    'Nothing: the state is restored from the start. For a global store, remove its state and start again.',
  ],
  STREAMS_CONFIG_INVALID: [
    'ConfigError',
    'An option has a value that it cannot have.',
    'Correct the option that the message names.',
  ],
  STREAMS_CONFIG_MISSING: ['ConfigError', 'An option is missing.', 'Set the option that the message names.'],
  STREAMS_CONFIG_UNKNOWN: ['ConfigError', 'There is no such option.', 'Take the name that the message suggests.'],
  STREAMS_CONNECT_DATA: [
    'SerializationError',
    "A column of a record of Kafka Connect has a value that is none of the column's type.",
    'Correct the row in the database, or skip the record by a `deserializationHandler`.',
  ],
  STREAMS_CONNECT_SCHEMA: [
    'SerializationError',
    'A record is none of Kafka Connect, or lacks a column that is read.',
    "Compare the connector's converter with the options of the serde, and the columns with those of the table.",
  ],
  STREAMS_DESERIALIZATION: [
    'SerializationError',
    'A serde cannot read the bytes of a record or of a store.',
    'Correct the serde, or skip the record by a `deserializationHandler`.',
  ],
  STREAMS_EMIT_STRATEGY: [
    'TopologyError',
    'Windows that never close are to be emitted when they close.',
    'Emit on update, or give the windows a size.',
  ],
  STREAMS_FOREIGN_KEY_PARTITIONER: [
    'TopologyError',
    'The partitioner of a foreign-key join chose no partition, or several.',
    'Let it choose exactly one.',
  ],
  STREAMS_GLOBAL_TABLE_VERSIONED: ['TopologyError', 'A global table has a versioned store.', 'Give it a store without versions.'],
  STREAMS_HANDLER_FAILED: [
    'StreamsError',
    'An error handler itself has thrown, or gave no answer.',
    'Correct the handler; its error is the cause.',
  ],
  STREAMS_HISTORY_TOO_SHORT: [
    'TopologyError',
    'A join with grace looks back further than its versioned table does.',
    'Raise `historyRetentionMs`, or lower the grace.',
  ],
  STREAMS_INTERNAL_TOPIC_LOST: [
    'StreamsError',
    'A repartition topic or a changelog was deleted while the application ran.',
    'Find out who deleted it. Reset the application, or start it again to go on with what is left.',
  ],
  STREAMS_INTERNAL_TOPIC_MISMATCH: [
    'StreamsError',
    'An internal topic exists with another number of partitions.',
    'Reset the application (delete its internal topics), or name the operator anew.',
  ],
  STREAMS_INVALID_NAME: [
    'TopologyError',
    'A name cannot be one of a node, a store or a topic, or is used twice.',
    'Choose another name.',
  ],
  STREAMS_INVALID_PARTITION: [
    'StreamsError',
    'A partitioner chose a partition that the topic does not have.',
    'Answer partitions from 0 up to the number that it is given.',
  ],
  STREAMS_INVALID_TIMESTAMP: [
    'StreamsError',
    'A record has a negative timestamp.',
    'Give the source a timestamp extractor that mends it.',
  ],
  STREAMS_JOIN_STORE: [
    'TopologyError',
    'A store value does not fit its stream join.',
    'Give each side a store of its own, as the message says.',
  ],
  STREAMS_INVALID_TOPIC: [
    'StreamsError',
    'A topic chooser returned an empty text, or no text.',
    'Return the name of a topic; filter records that go nowhere before.',
  ],
  STREAMS_LAMBDA_RETURNED_NULL: [
    'StreamsError',
    'A lambda returned null where a value is needed.',
    'Return a value, or filter such records out before.',
  ],
  STREAMS_LOG_TRUNCATED: ['StreamsError', 'A topic lost records that were read; the reset is `none`.', 'Commit an offset.'],
  STREAMS_MISSING_SINK_TOPIC: ['StreamsError', 'A topic that is written does not exist.', 'Create it, or correct its name.'],
  STREAMS_MISSING_SOURCE_TOPIC: ['StreamsError', 'A topic that is read does not exist.', 'Create it, or correct its name.'],
  STREAMS_NOT_COPARTITIONED: [
    'TopologyError',
    'Topics that are joined have different numbers of partitions.',
    'Repartition one side, or give the topics the same number.',
  ],
  STREAMS_NOT_SUPPRESSED: [
    'StreamsError',
    'A change cannot be written into the buffer of `suppress`.',
    'Correct the serdes of the table; the cause says more.',
  ],
  STREAMS_NOT_WINDOWED: [
    'TopologyError',
    'A table without windows is suppressed until windows close.',
    'Suppress a windowed table, or until a time limit.',
  ],
  STREAMS_NO_OFFSET: [
    'StreamsError',
    'The group has no valid offset for a partition, and the offset reset is `none`.',
    'Commit an offset for it, or set another reset.',
  ],
  STREAMS_NULL_KEY: [
    'StreamsError',
    'A record without key came where Java cannot take one, either.',
    'Filter such records out, or leave `compatibility` at `safe`.',
  ],
  STREAMS_NULL_VALUE: [
    'SerializationError',
    'A null value came where the serde is not nullable.',
    'Use `nullable(serde)`, or a `deserializationHandler`.',
  ],
  STREAMS_OFFSET_RESET_CONFLICT: [
    'TopologyError',
    'Two sources read one topic with different offset resets.',
    'Give both the same.',
  ],
  STREAMS_OVERLAPPING_TOPICS: [
    'TopologyError',
    'Two sources share some of their topics, but not all.',
    'Read the same list in both, or one topic per stream.',
  ],
  STREAMS_PACKAGE_MISSING: [
    'ConfigError',
    'An optional package is needed, and not installed.',
    'Run the `npm install` line of the message.',
  ],
  STREAMS_PROCESSING_FAILED: [
    'StreamsError',
    'Code of an operator has thrown for a record.',
    'The cause says why: correct it, or skip such records by a `processingHandler`.',
  ],
  STREAMS_PROCESSOR_INIT_FAILED: ['StreamsError', '`init` of a processor has thrown.', 'Correct it; the cause says why.'],
  STREAMS_RETENTION_TOO_SMALL: [
    'TopologyError',
    'A window store keeps windows for less time than size and grace need.',
    'Raise its `retentionMs`.',
  ],
  STREAMS_SCHEMA_INCOMPATIBLE: [
    'SerializationError',
    'The schema of a record cannot be read as the schema of the serde.',
    'Evolve the schema compatibly, or skip the record by a `deserializationHandler`.',
  ],
  STREAMS_SCHEMA_INVALID: ['SerializationError', 'A schema is none.', 'Correct the schema.'],
  STREAMS_SCHEMA_NOT_FETCHED: [
    'SerializationError',
    'A serde was used before its schema was fetched.',
    'Await `prepareRead` of the serde before.',
  ],
  STREAMS_SCHEMA_NOT_FOUND: [
    'SerializationError',
    'The registry does not know the schema id of a record.',
    'Check that the registry is the one of the writer.',
  ],
  STREAMS_SCHEMA_NOT_REGISTERED: [
    'SerializationError',
    'The registry does not have the schema that is to be written, and registering is off.',
    'Register it, or let the serde do so.',
  ],
  STREAMS_SCHEMA_REGISTRY_MISSING: ['ConfigError', 'A serde needs a schema registry.', 'Set the option `schemaRegistry`.'],
  STREAMS_SCHEMA_REGISTRY_UNAVAILABLE: [
    'StreamsError',
    'The schema registry does not answer, or refuses.',
    'Look after the registry; the cause says more.',
  ],
  STREAMS_SERDE_CONTRACT: ['SerializationError', 'A serde cannot read what its `accepts` has accepted.', 'Mend the serde.'],
  STREAMS_SERDE_TIMEOUT: [
    'StreamsError',
    'A serde has not prepared within `maxPollIntervalMs`: what it asks does not answer.',
    'Look after the schema registry. Other instances get the tasks meanwhile.',
  ],
  STREAMS_SEND_FAILED: [
    'StreamsError',
    'A record could not be written to its topic.',
    'The cause says why; a `productionHandler` may skip it.',
  ],
  STREAMS_SERDE_MISSING: [
    'TopologyError',
    'Serdes are missing; the message names all places.',
    'Give them there, or set `defaultKeySerde` and `defaultValueSerde`.',
  ],
  STREAMS_SERDE_NOT_BOUND: [
    'SerializationError',
    'A serde was used outside an application, without its environment.',
    'Bind it by `bindSerde`.',
  ],
  STREAMS_SERIALIZATION: [
    'SerializationError',
    'A serde cannot write a value.',
    'Correct the value, or give the sink or store the serde of its type.',
  ],
  STREAMS_SHUTDOWN_REQUESTED: [
    'StreamsError',
    'An instance asked the whole application to stop.',
    'Look for the error in the log of that instance.',
  ],
  STREAMS_STATE_FORMAT: [
    'ProcessorStateError',
    'State on disk has a format that this release, or this store, does not read.',
    'Remove the state directory: state is restored from changelogs.',
  ],
  STREAMS_STORAGE_FAILED: [
    'ProcessorStateError',
    'Storage cannot be written.',
    'Mend the medium, and start again: what is missing is restored.',
  ],
  STREAMS_STORAGE_FULL: [
    'StreamsError',
    'The disk of the state directory is full, or storage on a Level database holds more in memory than it may.',
    'Make room on the disk: what is not stored waits in memory, and nothing is lost. On Level, raise `maxHeldBytes`, spread the tasks over more processes, or use LMDB.',
  ],
  STREAMS_STORAGE_LOCKED: [
    'LockError',
    'Another process, or another application of this one, uses the state directory.',
    'Stop it, or use another directory.',
  ],
  STREAMS_STORE_CLOSED: [
    'InvalidStateStoreError',
    'The store was closed, since its task has moved or the application has ended.',
    'Ask again: `streams.store` finds the store of now.',
  ],
  STREAMS_STORE_KIND_CHANGED: [
    'ProcessorStateError',
    'The changelog of a store was written by a store of another kind.',
    'Give the store another name, or reset the application.',
  ],
  STREAMS_STORE_NOT_AVAILABLE: [
    'InvalidStateStoreError',
    'No partition of the store is in this process now.',
    'Try again when the application runs, or ask another instance.',
  ],
  STREAMS_STORE_NOT_CONNECTED: [
    'TopologyError',
    'A processor asks for a store that it is not connected to.',
    'Name the store where the processor is added.',
  ],
  STREAMS_STORE_UNKNOWN: [
    'InvalidStateStoreError',
    'The topology has no such store, or one of another kind.',
    'Name the store where it is made; name its kind where it is no key-value store.',
  ],
  STREAMS_TABLE_NOT_VERSIONED: [
    'TopologyError',
    'A join has a grace, and its table keeps no versions.',
    'Give the table a `versionedKeyValueStore`.',
  ],
  STREAMS_TASK_CORRUPTED: [
    'TaskCorruptedError',
    'The state of a task is not to be trusted.',
    'Nothing: it is removed and restored.',
  ],
  STREAMS_TIMESTAMP_EXTRACTOR_FAILED: ['StreamsError', 'A timestamp extractor has thrown.', 'Correct it; the cause says why.'],
  STREAMS_TOPIC_READ_TWICE: ['TopologyError', 'Two sources read one topic.', 'Read it once, and branch.'],
  STREAMS_TOPOLOGY_MISMATCH: [
    'StreamsError',
    'Running instances of the application have another topology.',
    'Stop them all before this one starts, or give it another `applicationId`.',
  ],
  STREAMS_UNDEFINED_RESULT: ['StreamsError', 'A lambda returned undefined.', 'Return a value, or null where you mean "nothing".'],
  STREAMS_UNKNOWN_CHILD: [
    'StreamsError',
    'A processor forwards to a child that it does not have.',
    'Forward to one that the message names.',
  ],
  STREAMS_UNKNOWN_STORE: [
    'TopologyError',
    'A node names a store that the topology does not have.',
    'Add the store, or correct the name.',
  ],
  STREAMS_UNKNOWN_TOPIC: [
    'TopologyError',
    'A node names a topic or a parent that the topology does not have.',
    'Add it first, or correct the name.',
  ],
  STREAMS_UNNAMED_INTERNAL_RESOURCES: [
    'TopologyError',
    'Internal topics or stores have generated names, and explicit ones are asked for.',
    'Name the operators that the message lists.',
  ],
  STREAMS_UNSUPPORTED_VERSION: [
    'SerializationError',
    'An internal record was written in a format of a newer release.',
    'Run that release, or reset the application.',
  ],
  STREAMS_VERSIONED_TABLE: ['TopologyError', 'A versioned table is suppressed.', 'Suppress a table without versions.'],
  STREAMS_WRONG_STORE_KIND: [
    'TopologyError',
    'A store is used as one of another kind.',
    'Use a store of the kind that the message names.',
  ],
}

const head = `<!-- Written by \`node tools/error-docs.ts --update\`. -->

# Errors

Every error that Millrace throws on purpose is a \`StreamsError\`. Its \`code\` says what happened and stays the same; its class says what
recovers from it; \`facts\` say where; the message says all of that, and what to do next. \`StreamsErrorCode\` is the type of \`code\`. Wrong arguments
in code are \`TypeError\`s without a code.

An error of a connection or a broker is a \`TransportError\`. Its code is \`TRANSPORT_\` and Kafka's name of the error, as in
\`TRANSPORT_NOT_LEADER_OR_FOLLOWER\`; its \`kind\` says what to do: \`retriable\` is tried again by itself, \`rebalance\` and \`fenced\` make the
member join again, \`fatal\` ends the processing.

What ends the processing goes to \`uncaughtExceptionHandler\`, and \`streams.closed\` rejects with it.

`

/** The page as it is to be. */
export async function errorsPage(): Promise<string> {
  const rows = Object.entries(entries)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([code, [errorClass, happened, next]]) => [`\`${code}\``, `\`${errorClass}\``, happened, next])
  const table = [['code', 'class', 'what happened', 'what to do next'], ['---', '---', '---', '---'], ...rows]
  const page = `${head}${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
  return markdown(page, pagePath)
}

export const pagePath = new URL('../docs/errors.md', import.meta.url).pathname

export function currentErrorsPage(): string {
  return readFileSync(pagePath, 'utf8')
}

if (process.argv.includes('--update')) writeFileSync(pagePath, await errorsPage())
