/**
 * Takes the messages of the engine. `facts` are plain values, for loggers that write structured logs. The fact `clientId` says which
 * application of the process it is: its `clientId`, or else its `applicationId`.
 */
export interface Logger {
  /** Reports a normal event. */
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** Reports a problem that does not stop the application. */
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** Reports an error that ends a task or the application. */
  error(message: string, facts?: Readonly<Record<string, unknown>>): void
}

/** A logger that writes nothing. */
export const silentLogger: Logger = Object.freeze({ info: () => undefined, warn: () => undefined, error: () => undefined })

/** Writes warnings and errors to the console, each behind the id of its application, and drops `info`. */
export const consoleLogger: Logger = Object.freeze({
  info: () => undefined,
  warn: (message: string, facts?: Facts) => console.warn(lineOf(message, facts)),
  error: (message: string, facts?: Facts) => console.error(lineOf(message, facts)),
})

type Facts = Readonly<Record<string, unknown>>

function lineOf(message: string, facts: Facts = {}): string {
  const { clientId } = facts
  return typeof clientId === 'string' ? `[${clientId}] ${message}` : message
}
