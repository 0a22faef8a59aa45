import type { StreamsErrorCode } from './streams-error-code.ts'
import type { TaskId } from './task-id.ts'

/** The facts of an error, by name. Handlers branch on the `code` of an error and read its `facts`. */
export type ErrorFacts = Readonly<Record<string, unknown>>

/** Options of a {@link StreamsError}. */
export interface StreamsErrorOptions {
  /** The facts of the error, e.g. topic, partition and offset. */
  readonly facts?: ErrorFacts | undefined
  /** The error that caused this one. */
  readonly cause?: unknown
}

/**
 * The base class of all errors that Millrace throws on purpose. The `code` says what happened, and never changes. The class says
 * how to recover. The message says what happened, where, and what to do next; it may change from release to release.
 *
 * Wrong arguments are `TypeError`s without a code: mend the program, do not catch them.
 */
export class StreamsError extends Error {
  /** The name of the class. */
  override readonly name: string = 'StreamsError'
  /** The code of the error, which never changes. */
  readonly code: StreamsErrorCode
  /** The facts of the error, e.g. topic, partition and offset. */
  readonly facts: ErrorFacts

  constructor(code: StreamsErrorCode, message: string, { facts = {}, cause }: StreamsErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
    this.facts = facts
  }
}

/** The topology cannot be built or run as written (Java: `TopologyException`). Mend the program. */
export class TopologyError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'TopologyError'
}

/** A configuration value is missing or wrong (Java: `ConfigException`). Mend the configuration. */
export class ConfigError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'ConfigError'
}

/** Bytes could not be read, or a value could not be written (Java: `SerializationException`). */
export class SerializationError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'SerializationError'
}

/** A store cannot be used: it is closed, moved, unknown, or of another kind (Java: `InvalidStateStoreException`). */
export class InvalidStateStoreError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'InvalidStateStoreError'
}

/** The state on disk, or its restore, is broken (Java: `ProcessorStateException`). */
export class ProcessorStateError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'ProcessorStateError'
}

/**
 * This member has lost a task (Java: `TaskMigratedException`). Recovery: the thread closes all tasks without a commit and joins
 * again.
 */
export class TaskMigratedError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'TaskMigratedError'
}

export interface TaskCorruptedErrorOptions extends StreamsErrorOptions {
  /** Default `STREAMS_TASK_CORRUPTED`. */
  readonly code?: StreamsErrorCode
}

/**
 * The state of tasks is corrupt (Java: `TaskCorruptedException`). Recovery: the thread closes them without a commit and restores
 * them.
 */
export class TaskCorruptedError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'TaskCorruptedError'
  /** The tasks whose state is corrupt. */
  readonly tasks: readonly TaskId[]

  constructor(tasks: readonly TaskId[], message: string, options: TaskCorruptedErrorOptions = {}) {
    super(options.code ?? 'STREAMS_TASK_CORRUPTED', message, options)
    this.tasks = tasks
  }
}

/** Another process holds a lock (Java: `LockException`). */
export class LockError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'LockError'
}

/**
 * What the caller of a transport can do about an error.
 *
 * - `retriable`: try again.
 * - `fenced`: close the client, because a newer one has taken its place.
 * - `rebalance`: join the group again.
 * - `out-of-range`: move the position to an offset that the log has.
 * - `abortable`: abort the transaction and begin it again.
 * - `fatal`: mend the request or the cluster, because trying again does not help.
 */
export type TransportErrorKind = 'retriable' | 'fenced' | 'rebalance' | 'out-of-range' | 'abortable' | 'fatal'

/** A broker refused a request, or could not be reached. The `code` is `TRANSPORT_` and Kafka's name of the error. */
export class TransportError extends StreamsError {
  /** The name of the class. */
  override readonly name = 'TransportError'
  /** What the caller can do about the error. */
  readonly kind: TransportErrorKind

  constructor(code: StreamsErrorCode, kind: TransportErrorKind, message: string, options: StreamsErrorOptions = {}) {
    super(code, message, options)
    this.kind = kind
  }
}
