import type { StreamsErrorCode } from './streams-error-code.ts'
import type { TaskId } from './task-id.ts'

/** Facts of an error, by name. They are also properties of the message; handlers branch on `code` and read `facts`. */
export type ErrorFacts = Readonly<Record<string, unknown>>

/** What an error knows besides its code and its message. */
export interface StreamsErrorOptions {
  /** Where it has happened, and with what. */
  readonly facts?: ErrorFacts | undefined
  /** The error below it. */
  readonly cause?: unknown
}

/**
 * Base of all errors that Millrace throws on purpose. `code` is stable and says what happened; the class says what recovers
 * from it; the message says what, where and what to do next, and may change.
 *
 * Wrong arguments in code are `TypeError`s without a code: mend the program, do not catch them.
 */
export class StreamsError extends Error {
  /** The class, for logs. */
  override readonly name: string = 'StreamsError'
  /** What has happened, as a name that does not change. */
  readonly code: StreamsErrorCode
  /** Where it has happened, and with what. */
  readonly facts: ErrorFacts

  constructor(code: StreamsErrorCode, message: string, { facts = {}, cause }: StreamsErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
    this.facts = facts
  }
}

/** The topology cannot be built or run as written (Java: `TopologyException`). Mend the program. */
export class TopologyError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'TopologyError'
}

/** A configuration value is missing or wrong (Java: `ConfigException`). Mend the configuration. */
export class ConfigError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'ConfigError'
}

/** Bytes could not be read or a value could not be written (Java: `SerializationException`). */
export class SerializationError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'SerializationError'
}

/** A store cannot be used: closed, moved, unknown, or of another kind (Java: `InvalidStateStoreException`). */
export class InvalidStateStoreError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'InvalidStateStoreError'
}

/** State on disk, or a restore, is broken (Java: `ProcessorStateException`). */
export class ProcessorStateError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'ProcessorStateError'
}

/** This member lost a task (Java: `TaskMigratedException`). Recovery: close all tasks dirty and join again. */
export class TaskMigratedError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'TaskMigratedError'
}

export interface TaskCorruptedErrorOptions extends StreamsErrorOptions {
  /** Default `STREAMS_TASK_CORRUPTED`. */
  readonly code?: StreamsErrorCode
}

/** Tasks whose state is not to be trusted (Java: `TaskCorruptedException`). Recovery: close them dirty and restore. */
export class TaskCorruptedError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'TaskCorruptedError'
  /** The tasks whose state is lost. */
  readonly tasks: readonly TaskId[]

  constructor(tasks: readonly TaskId[], message: string, options: TaskCorruptedErrorOptions = {}) {
    super(options.code ?? 'STREAMS_TASK_CORRUPTED', message, options)
    this.tasks = tasks
  }
}

/** Another process holds a lock (Java: `LockException`). */
export class LockError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'LockError'
}

/** What a caller of a transport can do about an error. */
export type TransportErrorKind = 'retriable' | 'fenced' | 'rebalance' | 'out-of-range' | 'abortable' | 'fatal'

/** A broker refused, or could not be reached. `code` is `TRANSPORT_` and Kafka's name for the error. */
export class TransportError extends StreamsError {
  /** The class, for logs. */
  override readonly name = 'TransportError'
  /** What recovers from the error. */
  readonly kind: TransportErrorKind

  constructor(code: StreamsErrorCode, kind: TransportErrorKind, message: string, options: StreamsErrorOptions = {}) {
    super(code, message, options)
    this.kind = kind
  }
}
