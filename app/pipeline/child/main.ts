/**
 * The process that the supervisor keeps alive: broker, services and stream applications. What it has to say goes to the supervisor as
 * messages, its log to stdout.
 */
import { openLog } from '../../platform/log.ts'
import type { Log } from '../../platform/log.ts'
import type { ChildOptions, FromChild, ToChild } from './messages.ts'
import { openChild } from './open-child.ts'

function say(message: FromChild): void {
  if (process.connected) process.send?.(message)
}

/** SIGTERM stops it in order. Without its supervisor it has nobody to serve. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('disconnect', () => resolve())
    process.on('SIGINT', () => {})
  })
}

async function run(options: ChildOptions, log: Log): Promise<void> {
  const stop = stopped()
  await using child = await openChild(options, log, say)
  const wiping = Promise.withResolvers<never>()
  process.on('message', (message: ToChild) => {
    if (message.type === 'wipe') child.wipe().catch(wiping.reject)
    else child.know(new Map(message.instances))
  })
  await Promise.race([stop, child.failure, wiping.promise])
}

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions
const log = openLog({
  name: 'pipeline',
  level: options.logLevel as 'info',
  destination: { write: (line) => void process.stdout.write(line) },
})
try {
  await run(options, log)
} catch (error) {
  log.fatal({ err: error }, 'The pipeline has ended.')
  say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
}
if (process.connected) process.disconnect()
