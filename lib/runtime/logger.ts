/** Where the engine reports what happens. `facts` are plain values, for loggers that keep structure. */
export interface Logger {
  /** What is as it should be. */
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** What the application goes on in spite of. */
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** What ends a task or the application. */
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
