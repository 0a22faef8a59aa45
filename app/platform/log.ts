import { pino } from 'pino'
import type { DestinationStream, Logger as Log } from 'pino'

export type { Log }

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

export interface LogOptions {
  readonly name: string
  readonly level?: (typeof logLevels)[number]
  /** Where lines go. Default: stdout. */
  readonly destination?: DestinationStream
}

/** A log of JSON lines. */
export function openLog({ name, level = 'info', destination }: LogOptions): Log {
  const options = { name, level, base: {}, timestamp: () => `,"time":"${new Date().toISOString()}"` }
  return destination === undefined ? pino(options) : pino(options, destination)
}

export const silentLog: Log = pino({ level: 'silent' })

/** The log as a stream application takes it. */
export function streamsLogger(log: Log) {
  return {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  }
}
