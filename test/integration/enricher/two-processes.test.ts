import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { kafka, openConsumer, openProducer } from 'millrace'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import t from 'tap'
import { createTopics } from '../../../app/pipeline/open-cluster.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'
import type { TransferEnriched } from '../../../examples/transfer-pipeline/topologies/enricher.ts'
import type { IngestionTransfer, IngestionUser } from '../../../examples/transfer-pipeline/schemas/rows.ts'
import { enriched, transfers, users } from '../../../examples/transfer-pipeline/topics.ts'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'

const program = fileURLToPath(new URL('enricher-process.ts', import.meta.url))
const updates = 1500
const at = 1_700_000_000_000

interface Tasks {
  readonly state: string
  readonly tasks: readonly (readonly [id: string, state: string])[]
}

interface EnricherProcess {
  readonly child: ChildProcess
  now: Tasks
  errors: string
}

function run(name: string, args: readonly string[]): EnricherProcess {
  // Nothing of the test runner's, which would load its hooks into the child.
  const { NODE_OPTIONS: _options, ...env } = process.env
  const child = spawn(process.execPath, ['--conditions=millrace-source', program, ...args], { env })
  const enricher: EnricherProcess = { child, now: { state: 'created', tasks: [] }, errors: '' }
  createInterface(child.stdout).on('line', (line) => {
    enricher.now = JSON.parse(line) as Tasks
    t.comment(`${name}: ${line}`)
  })
  child.stderr.on('data', (data: Buffer) => void (enricher.errors += data.toString()))
  t.teardown(() => child.kill('SIGKILL'))
  return enricher
}

const runningTasks = ({ now }: EnricherProcess): readonly string[] =>
  now.tasks.filter(([, state]) => state === 'running').map(([id]) => id)

async function until(what: string, condition: () => boolean): Promise<void> {
  const endMs = Date.now() + 45_000
  while (!condition()) {
    if (Date.now() > endMs) throw new Error(`Awaited for 45 seconds: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The rows of both tables as the bank has them, and their join. */
class Bank {
  readonly users = new Map<string, IngestionUser>()
  readonly transfers = new Map<string, IngestionTransfer>()

  joined(): Map<string, TransferEnriched> {
    const name = (id: number): string | null => this.users.get(String(id))?.name ?? null
    return new Map(
      [...this.transfers].map(([key, transfer]) => {
        const [fromUserName, toUserName] = [name(transfer.fromUserId), name(transfer.toUserId)]
        const enrichment = fromUserName === null || toUserName === null ? 'PARTIAL' : 'COMPLETE'
        return [key, { ...transfer, fromUserName, toUserName, enrichment }]
      }),
    )
  }
}

// 1, 2 and 3 found a deletion that a cache kept to itself; 7 did not.
const seed = Number(process.env['SEED'] ?? 1)
const server = await ownKafka(t)
if (server !== null) {
  const { bootstrapServers } = server
  const cluster = kafka({ bootstrapServers })
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  t.teardown(() => registry.close())
  const schemas = schemasFor('registry', registry.url)
  await createTopics(cluster)

  t.test(`one of two processes is killed while it owns state, seed ${seed}`, { timeout: 170_000 }, async (t) => {
    const dir = t.testdir({ one: {}, two: {} })
    const start = (name: string): EnricherProcess => run(name, [bootstrapServers, registry.url, `${dir}/${name}`])
    const last = new Map<string, TransferEnriched>()
    const seen = { records: 0, duplicates: 0 }
    const consumer = await openConsumer(cluster, { clientId: 'reader', topics: [enriched], schemaRegistry: schemas })
    const reading = (async () => {
      for await (const { records } of consumer)
        for (const { key, value } of records) {
          seen.records++
          // Avro's records have a prototype of their own.
          const row = value === null ? null : { ...value }
          if (isDeepStrictEqual(last.get(key!) ?? null, row)) seen.duplicates++
          if (row === null) last.delete(key!)
          else last.set(key!, row)
        }
    })()

    const one = start('one')
    await until('one runs all tasks', () => one.now.state === 'running' && runningTasks(one).length === one.now.tasks.length)
    const all = [...runningTasks(one)].sort()
    const two = start('two')
    const shared = (): boolean =>
      runningTasks(two).length > 0 &&
      runningTasks(one).length > 0 &&
      isDeepStrictEqual([...runningTasks(one), ...runningTasks(two)].sort(), all)
    await until('both share the tasks', shared)

    const bank = new Bank()
    const chance = seededChance(seed)
    const below = (count: number): number => Math.floor(chance.float() * count)
    const producer = await openProducer(cluster, { clientId: 'feeder', schemaRegistry: schemas })
    const progress = { written: 0 }
    const update = async (index: number): Promise<void> => {
      const isUser = below(4) === 0
      const id = below(isUser ? 20 : 200)
      const isDelete = below(8) === 0
      const key = String(id)
      if (isUser) {
        const value = isDelete ? null : { id, name: `name ${index}`, createdAt: at, lastUpdatedAt: at + index }
        if (value === null) bank.users.delete(key)
        else bank.users.set(key, value)
        await producer.send(users, [{ key, value, timestamp: at + index }])
        return
      }
      const fromUserId = below(22)
      const ends = { fromUserId, toUserId: (fromUserId + 1 + below(21)) % 22 }
      const row = { id, ...ends, amount: `${index}.50`, status: 'PENDING', createdAt: at, lastUpdatedAt: at + index } as const
      if (isDelete) bank.transfers.delete(key)
      else bank.transfers.set(key, row)
      await producer.send(transfers, [{ key, value: isDelete ? null : row, timestamp: at + index }])
    }
    const feeding = (async () => {
      for (; progress.written < updates; progress.written++) await update(progress.written)
    })()

    await until('a third is written, and some of it is enriched', () => progress.written > updates / 3 && seen.records > 100)
    t.ok(runningTasks(one).length > 0, `one is killed while it runs ${runningTasks(one).join(' ')}`)
    t.ok(progress.written < updates, 'while the feeder writes')
    one.child.kill('SIGKILL')
    const killedAtMs = Date.now()
    await until('two runs all tasks', () => isDeepStrictEqual([...runningTasks(two)].sort(), all))
    const takeOverMs = Date.now() - killedAtMs
    await feeding
    await producer.close()
    const expected = bank.joined()
    const converging = until('the content equals the join', () => isDeepStrictEqual(last, expected))
    const isConverged = await converging.then(
      () => true,
      () => false,
    )
    t.ok(isConverged, 'the content becomes the join while the process runs')
    two.child.kill('SIGTERM')
    const [code] = (await once(two.child, 'exit')) as [number | null]
    t.equal(code, 0, `two closes clean ${two.errors}`)

    const admin = await cluster.admin({ clientId: 'ends' })
    const [metadata] = await admin.metadata([enriched.name])
    const partitions = metadata!.partitions.map(({ partition }) => ({ topic: enriched.name, partition }))
    const total = (await admin.listOffsets(partitions, 'latest')).reduce((sum, { offset }) => sum + offset, 0)
    await admin.close()
    await until('all is read', () => seen.records >= total)
    await consumer.close()
    await reading
    t.strictSame(last, expected, 'last value per key equals the left join of the final rows')
    t.ok(expected.size > 100)
    t.comment(`${seen.duplicates} duplicates in ${seen.records} records; taken over in ${(takeOverMs / 1000).toFixed(1)} s`)
  })
}
