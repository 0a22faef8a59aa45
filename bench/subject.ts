/** The process under test. Each order of the parent process starts one pass; the process stays warm between passes. */
import { kafka, KafkaStreams } from 'millrace'
import type { Answer, Order } from './protocol.ts'
import { readAll } from './raw/l1.ts'
import { a1 } from './workloads/a1.ts'
import { b1 } from './workloads/b1.ts'

const workloads = { a1, b1 }
let running: KafkaStreams | undefined

async function carryOut(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'raw': {
      const [host, port] = order.bootstrapServers.split(':')
      await readAll({ host: host!, port: Number(port), topic: order.topic, ends: order.ends })
      return { kind: 'done' }
    }
    case 'streams': {
      const workload = workloads[order.workload]
      const { applicationId, bootstrapServers, connection, stateDir } = order
      const cluster = kafka({ bootstrapServers, connection })
      running = new KafkaStreams(workload.topology(order), { ...workload.config, applicationId, cluster, stateDir })
      await running.start()
      return { kind: 'ready' }
    }
    case 'close':
      await running?.close()
      running = undefined
      return { kind: 'done' }
  }
}

process.on('message', (order: Order) => {
  void carryOut(order)
    .catch((error: unknown): Answer => ({
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }))
    .then((answer) => process.send!(answer))
})
process.on('disconnect', () => process.exit(0))
