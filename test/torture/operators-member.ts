/**
 * A member of the application of operators.ts. SIGTERM closes it. It says where restores begin, and keeps a byte in the file `open` of its state
 * directory: 1 while its transaction is open.
 *
 *     node operators-member.ts NAME BOOTSTRAP APPLICATION_ID STATE_DIR
 */
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { kafka, KafkaStreams } from '../../lib/index.ts'
import type { Cluster } from '../../lib/index.ts'
import { operators } from './operators-topology.ts'

const [name, bootstrapServers, applicationId, stateDir] = process.argv.slice(2) as [string, string, string, string]
const log = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${name} ${line}`)
const mark = openSync(join(stateDir, 'open'), 'w')
let isOpen = false

/** Writes it down when a transaction has begun, and when it has ended. */
function tell(open: boolean): void {
  if (open === isOpen) return
  isOpen = open
  writeSync(mark, open ? '1' : '0', 0)
}

const beginning: ReadonlySet<unknown> = new Set(['send', 'sendOffsets'])
const ending: ReadonlySet<unknown> = new Set(['init', 'commit', 'abort'])

/** The cluster, whose transactions are told. */
function watched(cluster: Cluster): Cluster {
  const transactionalProducer: Cluster['transactionalProducer'] = async (options) => {
    const producer = await cluster.transactionalProducer(options)
    return new Proxy(producer, {
      get(_, method) {
        const member: unknown = Reflect.get(producer, method, producer)
        if (typeof member !== 'function') return member
        return (...args: unknown[]): unknown => {
          if (beginning.has(method)) tell(true)
          const result: unknown = Reflect.apply(member, producer, args)
          return ending.has(method) ? (result as Promise<void>).then(() => tell(false)) : result
        }
      },
    })
  }
  return { ...cluster, transactionalProducer }
}

const streams = new KafkaStreams(operators(applicationId), {
  applicationId,
  cluster: watched(kafka({ bootstrapServers })),
  stateDir,
  logger: {
    info: () => {},
    warn: (message) => log(`warn ${message}`),
    error: (message) => log(`error ${message}`),
  },
  processingGuarantee: 'exactly_once_v2',
  statestoreCacheMaxBytes: 0,
  sessionTimeoutMs: 10_000,
  stateCleanupDelayMs: 86_400_000,
  uncaughtExceptionHandler: () => 'replace-thread',
  stateRestoreListener: {
    onRestoreStart: ({ topic, partition }, _store, from, until) => log(`restore ${topic}-${partition} ${from} ${until}`),
  },
})
process.on('SIGTERM', () => void streams.close().then(() => process.exit(0)))
await streams.start()
log('started')
await streams.closed
