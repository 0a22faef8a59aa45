/** Where the engine reports what happens. `facts` are plain values, for loggers that keep structure. */
export interface Logger {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
  error(message: string, facts?: Readonly<Record<string, unknown>>): void
}

export const silentLogger: Logger = Object.freeze({ info: () => undefined, warn: () => undefined, error: () => undefined })

/** Warnings and errors go to the console; what is merely worth knowing does not. */
export const consoleLogger: Logger = Object.freeze({
  info: () => undefined,
  warn: (message: string) => console.warn(message),
  error: (message: string) => console.error(message),
})
