import { ConfigProblem, describeConfig, readConfig } from './config.ts'
import { accessOf } from './http/access.ts'
import { interrupted } from './interrupted.ts'
import { openLog } from './log.ts'
import type { Log, LogOptions } from './log.ts'
import type { ServiceDefinition } from './service.ts'
import type { TObject } from 'typebox'

/**
 * Runs a service as a process of its own: flags and environment are its configuration, a signal closes it, an error that ends it
 * sets exit code 1. Where the process was forked, its parent gets the address as a message.
 *
 *     if (import.meta.main) await runService(usersWrite)
 */
export async function runService<C extends TObject>(definition: ServiceDefinition<C>): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) return print(`${definition.summary}\n\n${describeConfig(definition.config)}`)
  try {
    await run(definition, args)
  } catch (error) {
    process.exitCode = 1
    if (!(error instanceof ConfigProblem)) throw error
    process.stderr.write(`${definition.name}: ${error.message} --help shows all flags.\n`)
  }
}

async function run<C extends TObject>(definition: ServiceDefinition<C>, args: readonly string[]): Promise<void> {
  const config = readConfig(definition.config, args, process.env)
  const { logLevel } = config as { readonly logLevel: NonNullable<LogOptions['level']> }
  // What is wrong with it is told before anything is opened.
  accessOf(config as { readonly host?: string })
  const log = openLog({ name: definition.name, level: logLevel })
  const signal = interrupted()
  const service = await definition.start(config, { log })
  log.info({ url: service.url }, 'listens')
  process.send?.({ url: service.url })
  service.ready.then(() => log.info('is ready')).catch(() => {})
  try {
    await Promise.race([signal, service.failed])
  } catch (error) {
    fail(log, error)
  } finally {
    await service.close()
    if (process.connected) process.disconnect()
  }
}

/** How long what failed may take to close, in ms. Nothing is lost by less: a kill at any moment loses nothing. */
const closeAfterFailureMs = 3000

function fail(log: Log, error: unknown): void {
  log.fatal({ err: error }, 'cannot go on')
  process.exitCode = 1
  setTimeout(() => process.exit(), closeAfterFailureMs).unref()
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
