// Writes, commits and creates topics as fast as it can, and says on stdout what was acknowledged, until it is killed.
import { writeSync } from 'node:fs'
import { EmbeddedKafka } from '../../../lib/embedded.ts'

const say = (line: string): void => void writeSync(1, `${line}\n`)
const cluster = await EmbeddedKafka.open({ dir: process.argv[2]! })
const options = {
  clientId: 'child',
  acks: 'all',
  idempotence: 'enabled',
  compression: 'none',
  requestTimeoutMs: 1000,
  deliveryTimeoutMs: 1000,
} as const
const admin = await cluster.admin(options)
const producer = await cluster.producer(options)
const coordinator = await cluster.groupCoordinator({ clientId: 'child', groupId: 'group' })
if ((await admin.metadata(['in'])).length === 0) await admin.createTopics([{ name: 'in', partitions: 2 }])

async function write(partition: number): Promise<void> {
  for (let round = 0; ; round++) {
    const value = `${process.pid}-${partition}-${round}`
    const batch = producer.newBatch()
    batch.append(Buffer.from('k'), Buffer.from(value), Date.now(), [])
    const { baseOffset } = await producer.send({ topic: 'in', partition }, batch)
    say(`record ${partition} ${baseOffset} ${value}`)
  }
}

async function commit(): Promise<void> {
  const nobody = { groupId: 'group', generationId: -1, memberId: '', groupInstanceId: null }
  const [committed] = await admin.committedOffsets('group', [{ topic: 'in', partition: 0 }], 'any')
  for (let offset = (committed?.offset ?? 0) + 1; ; offset++) {
    await coordinator.commitOffsets(nobody, [{ topic: 'in', partition: 0, offset, leaderEpoch: 0, metadata: '' }])
    say(`commit ${offset}`)
    if (offset % 50 !== 0) continue
    const name = `topic-${process.pid}-${offset}`
    await admin.createTopics([{ name, partitions: 1 }])
    say(`topic ${name}`)
    // Only microtasks would never let the process hear anything.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

await Promise.all([write(0), write(1), commit()])
