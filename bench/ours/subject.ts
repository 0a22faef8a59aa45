/** The process under test on Millrace's side: an order a line, an answer a line. It stays warm between passes. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { crc32 } from 'node:zlib'
import { kafka, KafkaStreams } from 'millrace'
import type { Answer, Order, StartOrder } from '../protocol.ts'
import { readAll } from '../raw/l1.ts'
import { topologyOf } from './topologies.ts'

const resolutionMs = 10
const delays = monitorEventLoopDelay({ resolution: resolutionMs })
let running: KafkaStreams | undefined

function carryOut(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'raw':
      return raw(order)
    case 'start':
      return start(order)
    case 'store':
      return store(order.store)
    case 'close':
      return close()
  }
}

async function raw({ bootstrapServers, topic, ends }: Extract<Order, { kind: 'raw' }>): Promise<Answer> {
  const [host, port] = bootstrapServers.split(':')
  const { records } = await readAll({ host: host!, port: Number(port), topic, ends })
  return { kind: 'read', records }
}

async function start(order: StartOrder): Promise<Answer> {
  const { applicationId, bootstrapServers, connection, stateDir, settings } = order
  const isRunning = Promise.withResolvers<void>()
  let restored = 0
  delays.reset()
  delays.enable()
  running = new KafkaStreams(topologyOf(order), {
    applicationId,
    stateDir,
    cluster: kafka({ bootstrapServers, connection }),
    ...(settings.groupInstanceId === null ? {} : { groupInstanceId: settings.groupInstanceId }),
    statestoreCacheMaxBytes: settings.cacheBytes,
    processingGuarantee: settings.guarantee,
    commitIntervalMs: settings.commitIntervalMs,
    fetchMaxBytes: 50 << 20,
    maxPartitionFetchBytes: settings.maxPartitionFetchBytes,
    emitIntervalMs: 0,
    metricsRecordingLevel: order.metrics,
    logger: { info: () => undefined, warn: () => undefined, error: (message) => console.error(message) },
    stateRestoreListener: { onRestoreEnd: (_, __, records) => void (restored += records) },
    onStateChange: (state) => {
      if (state === 'running') isRunning.resolve()
      if (state === 'error') isRunning.reject(new Error('The application failed.'))
    },
  })
  await running.start()
  await isRunning.promise
  return { kind: 'running', restored }
}

/** The sum over all rows of CRC-32 of the key, plus the count. */
async function store(name: string): Promise<Answer> {
  let rows = 0
  let sum = 0
  for await (const { key, value } of running!.store<string, number>(name).all()) {
    sum += crc32(key) + value
    rows++
  }
  return { kind: 'store', rows, sum }
}

async function close(): Promise<Answer> {
  await running?.close({ timeoutMs: 120_000, leaveGroup: true })
  running = undefined
  delays.disable()
  return { kind: 'closed', longestStallMs: Math.max(0, delays.max / 1e6 - resolutionMs) }
}

const failed = (error: unknown): Answer => ({
  kind: 'failed',
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
})

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await carryOut(JSON.parse(line) as Order).catch(failed)))
process.exit(0)
