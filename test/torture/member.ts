/**
 * A member of the tortured application. SIGTERM closes it.
 *
 *     node member.ts BOOTSTRAP APPLICATION_ID STATE_DIR EVENTS SEEN
 */
import { KafkaStreams } from '../../lib/index.ts'
import { torture } from './topology.ts'

const [bootstrapServers, applicationId, stateDir, events, seen] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const logger = {
  info: () => {},
  warn: (message: string) => console.log(`warn ${message}`),
  error: (message: string) => console.log(`error ${message}`),
}
const streams = new KafkaStreams(torture({ events, seen }), {
  applicationId,
  bootstrapServers,
  stateDir,
  logger,
  commitIntervalMs: 1000,
  sessionTimeoutMs: 10_000,
  uncaughtExceptionHandler: () => 'replace-thread',
})
process.on('SIGTERM', () => void streams.close().then(() => process.exit(0)))
await streams.start()
console.log('started')
await streams.closed
