/** Takes the messages of the engine. `facts` are plain values, for loggers that write structured logs. */
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

/** Writes warnings and errors to the console, and drops `info`. */
export const consoleLogger: Logger = Object.freeze({
  info: () => undefined,
  warn: (message: string) => console.warn(message),
  error: (message: string) => console.error(message),
})
