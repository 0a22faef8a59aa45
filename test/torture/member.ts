/**
 * A member of the tortured application. SIGTERM closes it.
 *
 *     node member.ts NAME BOOTSTRAP APPLICATION_ID STATE_DIR EVENTS SEEN GUARANTEE
 */
import { KafkaStreams } from '../../lib/index.ts'
import { torture } from './topology.ts'

const [name, bootstrapServers, applicationId, stateDir, events, seen, guarantee] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
  'at_least_once' | 'exactly_once_v2',
]
const log = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${name} ${line}`)
const logger = {
  info: () => {},
  warn: (message: string) => log(`warn ${message}`),
  error: (message: string) => log(`error ${message}`),
}
const streams = new KafkaStreams(torture({ events, seen }), {
  applicationId,
  bootstrapServers,
  stateDir,
  logger,
  processingGuarantee: guarantee,
  commitIntervalMs: 1000,
  sessionTimeoutMs: 10_000,
  // Each event has a key of its own. Caches, and the rows that are kept of what is stored (an eighth), are full within minutes, so that
  // memory which grows is none that fills.
  statestoreCacheMaxBytes: 256 * 1024,
  memoryMaxBytes: 8 * 1024 * 1024,
  uncaughtExceptionHandler: () => 'replace-thread',
})
process.on('SIGTERM', () => void streams.close().then(() => process.exit(0)))
await streams.start()
log('started')
await streams.closed
