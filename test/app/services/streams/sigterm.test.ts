import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { openConsumer, openProducer } from 'millrace'
import type { Cluster, SchemaRegistry } from 'millrace'
import { schemasFor } from '../../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { EmbeddedKafka } from 'millrace/embedded'
import { balances, manifest, transfers } from '../../../../examples/transfer-pipeline/topics.ts'
import { endsOf, startsOf } from '../../../../app/adapters/kafka/partition-ends.ts'
import { tailTopics } from '../../../../app/adapters/kafka/topic-tail.ts'
import { withAdmin } from '../../../../app/adapters/kafka/with-admin.ts'
import { healthAt } from '../../../../app/platform/http/health-at.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { registryService } from '../../../../app/services/registry/main.ts'
import { directory } from '../../../storage/media.ts'
import { eventually, startService } from '../service-processes.ts'
import type { ServiceProcess } from '../service-processes.ts'

const at = 1_795_341_605_000
const everyMs = 100
const perTick = 50

/** Sends transfers of 1.00 from user 1 to user 2, 500 a second. */
class Load {
  readonly #writer: Awaited<ReturnType<typeof openProducer>>
  #sent = 0
  readonly #stopping = new AbortController()
  readonly #done: Promise<void>

  constructor(writer: Awaited<ReturnType<typeof openProducer>>) {
    this.#writer = writer
    this.#done = this.#send()
  }

  /** Resolves with how many were sent. */
  async stop(): Promise<number> {
    this.#stopping.abort()
    await this.#done
    return this.#sent
  }

  async #send(): Promise<void> {
    for (; !this.#stopping.signal.aborted; await delay(everyMs))
      await this.#writer.send(
        transfers,
        Array.from({ length: perTick }, () => this.#next()),
      )
  }

  #next() {
    const id = ++this.#sent
    const row = { id, fromUserId: 1, toUserId: 2, amount: '1.00', createdAt: at, lastUpdatedAt: at, status: 'COMPLETED' } as const
    return { key: String(id), value: row }
  }
}

/** How many records of the topic of balances are committed. */
async function written(cluster: Cluster): Promise<number> {
  const [from, until] = [await startsOf(cluster, [balances.name]), await endsOf(cluster, [balances.name])]
  const { signal } = new AbortController()
  let count = 0
  for await (const parts of tailTopics(cluster, { clientId: 'test', from, until, signal }))
    for (const { records } of parts) count += records.length
  return count
}

/** The last balance of each user, when it has read until `isEnough` says so: of the balances, and of how many records there were. */
async function readBalances(
  cluster: Cluster,
  registry: SchemaRegistry,
  isEnough: (last: ReadonlyMap<string, string>, read: number) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const last = new Map<string, string>()
  let read = 0
  const consumer = await openConsumer(cluster, { clientId: 'test', topics: [balances], schemaRegistry: registry })
  for await (const { records } of consumer) {
    for (const { key, value } of records) last.set(key!, value!.balance)
    read += records.length
    if (isEnough(last, read)) break
  }
  await consumer.close()
  return last
}

const hasReceived = (amount: number) => (last: ReadonlyMap<string, string>) => Number(last.get('2') ?? 0) >= amount

async function ready(service: ServiceProcess): Promise<ServiceProcess> {
  await eventually(`${service.url}/health/ready`, (status) => status === 200)
  return service
}

test('X5: SIGTERM under 500 records a second ends with 0 in time; the next start goes on from its checkpoints, and the sums are exact', async (t) => {
  t.setTimeout(120_000)
  await using cluster = await EmbeddedKafka.open()
  await withAdmin(cluster, 'test', (admin) => admin.createTopics(manifest))
  const { bootstrapServers } = await cluster.listen(0)
  const listening = { host: '127.0.0.1', port: 0, portTaken: 'fail', logLevel: 'silent', kafka: '' } as const
  const registry = await registryService.start(listening, { log: silentLog, cluster })
  t.teardown(() => registry.close())
  const schemas = schemasFor('registry', registry.url)
  const writer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemas })
  t.teardown(() => writer.close())
  const application = { application: 'transfer-balances', 'state-dir': directory(t) }
  const start = async (): Promise<ServiceProcess> =>
    ready(await startService(t, 'streams', { kafka: bootstrapServers, registry: registry.url, ...application }))

  const first = await start()
  const load = new Load(writer)
  await readBalances(cluster, schemas, hasReceived(1000))
  const startMs = performance.now()
  t.equal(await first.stop(), 0)
  const tookMs = Math.round(performance.now() - startMs)
  t.ok(tookMs < 25_000, `it has ended after ${tookMs} ms`)
  const before = await written(cluster)
  const sent = await load.stop()

  const second = await start()
  const restores = [...second.output().matchAll(/Store (\S+) is restored: (\d+) records of \S+ from offset (\d+) on/g)]
  t.ok(restores.length > 0)
  t.same(
    restores.filter(([, , records]) => Number(records) > 0).map(([line]) => line),
    [],
    'a checkpoint has all that its changelog has',
  )
  await readBalances(cluster, schemas, hasReceived(sent))

  second.signal('SIGSTOP')
  t.match(
    await healthAt(second.url, 2000),
    { state: 'down', reason: 'It has not answered within 2 s.' },
    'O1: a probe tells SIGSTOP',
  )
  second.signal('SIGCONT')
  await ready(second)
  t.equal(await second.stop(), 0)
  const all = await written(cluster)
  t.equal(all, 2 * sent, `a balance for each side of each transfer, ${before} of them before SIGTERM: none twice`)
  const sums = await readBalances(cluster, schemas, (_, read) => read === all)
  t.same(Object.fromEntries(sums), { 1: `-${sent}.00`, 2: `${sent}.00` })
})
