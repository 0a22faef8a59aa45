/**
 * The side of Millrace of test/torture/turns.ts. A line on standard input has it print the rows of the store, and `end`. SIGTERM closes it.
 *
 *     node turns-member.ts BOOTSTRAP APPLICATION_ID STATE_DIR
 */
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { KafkaStreams } from '../../lib/index.ts'
import { turnsTopology } from './turns-topology.ts'

const [bootstrapServers, applicationId, stateDir] = process.argv.slice(2) as [string, string, string]
const print = (line: string): void => console.log(line)
const streams = new KafkaStreams(turnsTopology(applicationId), {
  applicationId,
  bootstrapServers,
  stateDir,
  processingGuarantee: 'exactly_once_v2',
  statestoreCacheMaxBytes: 0,
  sessionTimeoutMs: 6000,
  heartbeatIntervalMs: 500,
  uncaughtExceptionHandler: () => 'replace-thread',
  logger: { info: print, warn: print, error: print },
})
process.on('SIGTERM', () => void streams.close().then(() => process.exit(0)))
await streams.start()
for await (const _ of createInterface(process.stdin)) {
  while (streams.state !== 'running') await sleep(50)
  for await (const { key, value } of streams.store<string, number>('counted').all()) print(`row ${key} ${value}`)
  print('end')
}
