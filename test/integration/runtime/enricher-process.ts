/**
 * A process that writes updates `0` to `total` − 1, each acknowledged before the next, and enriches them on an embedded broker on disk.
 * Started again after a kill it goes on behind the last acknowledged update. Ends when the outcome is that of all updates.
 * It says each step that it takes, so that whoever kills it can do so at a step, however fast the machine is.
 *
 *     node enricher-process.ts DIR TOTAL
 */
import { KafkaStreams, nullable, Serdes, StreamsBuilder, topic } from '../../../lib/index.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { openLmdbStorage } from '../../../lib/storage/lmdb/open-lmdb-storage.ts'
import { consume, createTopics, produce, until } from '../../runtime/running.ts'

const [dir, total] = [process.argv[2]!, Number(process.argv[3])]
const users = topic('users', { key: Serdes.string, value: Serdes.string })
const transfers = topic('transfers', { key: Serdes.string, value: Serdes.string })
const enriched = topic('enriched', { key: Serdes.string, value: nullable(Serdes.string) })

const builder = new StreamsBuilder()
const names = builder.table(users)
builder
  .table(transfers)
  .leftJoin(
    names,
    (transfer) => transfer.split(':')[0]!,
    (transfer, name) => `${transfer} ${name ?? '?'}`,
  )
  .toStream()
  .to(enriched)

const update = (index: number) =>
  index % 7 === 0
    ? ([users, `u${(index * 31) % 9}`, `name${index}`] as const)
    : ([transfers, `t${(index * 17) % 60}`, `u${(index * 13) % 9}:${index}`] as const)

console.log('step')
const cluster = await EmbeddedKafka.open({ storage: await openLmdbStorage(`${dir}/broker`) })
const admin = await cluster.admin({ clientId: 'test' })
const existing = new Set((await admin.metadata()).map(({ name }) => name))
for (const [name, partitions] of Object.entries({ users: 2, transfers: 2, enriched: 1 }))
  if (!existing.has(name)) await createTopics(cluster, { [name]: partitions })
const inputs = [users, transfers].flatMap(({ name }) => [0, 1].map((partition) => ({ topic: name, partition })))
const written = (await admin.listOffsets(inputs, 'latest')).reduce((sum, { offset }) => sum + offset, 0)
const streams = new KafkaStreams(builder.build(), {
  applicationId: 'app',
  cluster,
  stateDir: `${dir}/state`,
  commitIntervalMs: 10,
  stateRestoreListener: {
    onRestoreStart: (_partition, store, start, end) => console.log(JSON.stringify({ store, start, end })),
  },
})
await streams.start()
for (let index = written; index < total; index++) {
  const [target, key, value] = update(index)
  await produce(cluster, target, [[key, value]])
  console.log('step')
  await new Promise((resolve) => setTimeout(resolve, 1))
}

const last = (target: typeof users): ReadonlyMap<string, string> =>
  new Map(
    Array.from({ length: total }, (_, index) => update(index)).flatMap(([each, key, value]) =>
      each === target ? [[key, value]] : [],
    ),
  )
const name = (transfer: string): string => last(users).get(transfer.split(':')[0]!) ?? '?'
const expected = new Map([...last(transfers)].map(([key, transfer]) => [key, `${transfer} ${name(transfer)}`]))
await until('the outcome of all updates', async () => {
  const actual = new Map(await consume(cluster, enriched))
  return [...expected].every(([key, value]) => actual.get(key) === value)
})
console.log(`equal ${expected.size}`)
await streams.close()
await cluster.close()
