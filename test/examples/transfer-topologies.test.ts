import t from 'tap'
import { Serdes, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { enricherTopology } from '../../examples/transfer-pipeline/topologies/enricher.ts'
import { ingestionTransfersTopology, ingestionUsersTopology } from '../../examples/transfer-pipeline/topologies/ingestion.ts'
import { enriched, rawTransfers, rawUsers, transfers, users } from '../../examples/transfer-pipeline/topics.ts'
import { BankDatabase } from '../../app/adapters/sqlite/bank-database.ts'
import { SqliteChangeFeed } from '../../app/adapters/sqlite/sqlite-change-feed.ts'
import { toRecords } from '../../app/capture/envelope.ts'

const at = 1795341605000
const user = (id: number, name: string) => ({ key: String(id), value: { id, name, createdAt: at, lastUpdatedAt: at } })
const transfer = (id: number, fromUserId: number, toUserId: number, amount: string) => ({
  key: String(id),
  value: { id, fromUserId, toUserId, amount, status: 'PENDING', createdAt: at, lastUpdatedAt: at } as const,
})

/** Base data: four users, three transfers. */
function openEnricher(partitions = 1) {
  const driver = new TopologyTestDriver(enricherTopology(), { partitions })
  const userTopic = driver.createInputTopic(users)
  const transferTopic = driver.createInputTopic(transfers)
  const output = driver.createOutputTopic(enriched)
  for (const [index, name] of ['Amara', 'Bruno', 'Chidi', 'Dalia'].entries()) userTopic.pipeInput(user(index + 1, name))
  const base = [transfer(1, 1, 2, '10.00'), transfer(2, 2, 3, '100.00'), transfer(3, 4, 1, '1000.00')]
  for (const record of base) transferTopic.pipeInput(record)
  const emitted = (): unknown[] =>
    output
      .readRecords()
      .map(({ key, value }) => [key, value?.fromUserName ?? null, value?.toUserName ?? null, value?.enrichment ?? null])
  const rename = (id: number, name: string): void => userTopic.pipeInput(user(id, name))
  return {
    driver,
    userTopic,
    transferTopic,
    emitted,
    rename,
    deleteUser: (id: number) => pipeNull(driver, users.name, id),
    deleteTransfer: (id: number) => pipeNull(driver, transfers.name, id),
  }
}

function pipeNull(driver: TopologyTestDriver, name: string, id: number): void {
  driver.createInputTopic(topic(name, { key: Serdes.string, value: Serdes.void })).pipeInput({ key: String(id), value: null })
}

for (const partitions of [1, 4]) {
  const name = `with ${partitions} partition${partitions === 1 ? '' : 's'}`

  t.test(`E1 ${name}: each transfer gets the names of both users`, async (t) => {
    const { driver, emitted } = openEnricher(partitions)
    using _ = driver
    t.same(last(emitted()), [
      ['1', 'Amara', 'Bruno', 'COMPLETE'],
      ['2', 'Bruno', 'Chidi', 'COMPLETE'],
      ['3', 'Dalia', 'Amara', 'COMPLETE'],
    ])
  })

  t.test(`E2 ${name}: a rename re-emits the transfers of that user, and no other`, async (t) => {
    const { driver, emitted, rename } = openEnricher(partitions)
    using _ = driver
    emitted()
    rename(2, 'Bruno Costa')
    t.same(last(emitted()), [
      ['1', 'Amara', 'Bruno Costa', 'COMPLETE'],
      ['2', 'Bruno Costa', 'Chidi', 'COMPLETE'],
    ])
  })

  t.test(`E3 ${name}: a transfer is there before its user, and is completed by him`, async (t) => {
    const { driver, emitted, rename, transferTopic } = openEnricher(partitions)
    using _ = driver
    emitted()
    transferTopic.pipeInput(transfer(9, 1, 99, '1.00'))
    t.same(last(emitted()), [['9', 'Amara', null, 'PARTIAL']])
    rename(99, 'Efe')
    t.same(last(emitted()), [['9', 'Amara', 'Efe', 'COMPLETE']])
  })

  t.test(`E4 ${name}: a transfer that moved to another user no longer follows the old one`, async (t) => {
    const { driver, emitted, rename, transferTopic } = openEnricher(partitions)
    using _ = driver
    emitted()
    transferTopic.pipeInput(transfer(1, 1, 3, '10.00'))
    t.same(last(emitted()), [['1', 'Amara', 'Chidi', 'COMPLETE']])
    rename(2, 'Bruno Costa')
    t.same(last(emitted()), [['2', 'Bruno Costa', 'Chidi', 'COMPLETE']])
  })

  t.test(`E5 ${name}: a deleted user leaves his transfers without a name`, async (t) => {
    const { driver, emitted, deleteUser } = openEnricher(partitions)
    using _ = driver
    emitted()
    deleteUser(2)
    t.same(last(emitted()), [
      ['1', 'Amara', null, 'PARTIAL'],
      ['2', null, 'Chidi', 'PARTIAL'],
    ])
  })

  t.test(`E6 ${name}: a deleted transfer is a tombstone`, async (t) => {
    const { driver, emitted, deleteTransfer } = openEnricher(partitions)
    using _ = driver
    emitted()
    deleteTransfer(1)
    t.same(last(emitted()), [['1', null, null, null]])
  })
}

/** The last record of each key: the joins may pass through a state in between, as Java's do. */
function last(records: readonly unknown[]): unknown[] {
  const byKey = new Map(records.map((record) => [(record as [string])[0], record]))
  return [...byKey.values()].toSorted((left, right) => ((left as [string])[0] < (right as [string])[0] ? -1 : 1))
}

const bytes = (name: string) => topic(name, { key: Serdes.bytes, value: Serdes.bytes })

/** What the bank's change capture writes for some SQL. */
async function captured(table: 'users' | 'transfers', sql: string) {
  const database = new BankDatabase(':memory:', table)
  database.connection.exec(sql)
  const changes = await new SqliteChangeFeed(database, table).after(null, 1000)
  return changes.flatMap((change) => toRecords(change, { prefix: 'raw', database: 'bank', table }))
}

t.test('I1: rows become Avro, a delete becomes one tombstone', async (t) => {
  using driver = new TopologyTestDriver(ingestionTransfersTopology())
  const now = `'2026-11-22T10:00:05.000Z'`
  const records = await captured(
    'transfers',
    `
    insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values (1, 2, '9999999999999999.99', ${now}, ${now});
    update transfers set status = 'COMPLETED';
    delete from transfers;`,
  )
  const input = driver.createInputTopic(bytes(rawTransfers.name))
  for (const record of records) input.pipeInput(record as never)
  const output = driver.createOutputTopic(transfers).readRecords()
  t.same(
    output.map(({ key, value }) => [key, value?.amount ?? null, value?.status ?? null]),
    [
      ['1', '9999999999999999.99', 'PENDING'],
      ['1', '9999999999999999.99', 'COMPLETED'],
      ['1', null, null],
    ],
  )
})

t.test('I1: flat rows become the same rows; their tombstones are the deletes', async (t) => {
  using driver = new TopologyTestDriver(ingestionUsersTopology({ form: 'flat' }))
  const input = driver.createInputTopic(bytes(rawUsers.name))
  const times = `"created_at":"2026-11-22T10:00:05Z","last_updated_at":"2026-11-22T10:00:05Z"`
  const send = (id: number, value: string | null) =>
    input.pipeInput({ key: Buffer.from(`{"id":${id}}`), value: (value === null ? null : Buffer.from(value)) as Uint8Array })
  send(1, `{"id":1,"name":"Amara",${times}}`)
  send(2, `{"id":2,"name":"Bruno",${times},"__deleted":"false"}`)
  send(1, null)
  send(2, `{"id":2,"name":"Bruno",${times},"__deleted":"true"}`)
  const output = driver.createOutputTopic(users).readRecords()
  t.same(
    output.map(({ key, value }) => [key, value?.name ?? null]),
    [
      ['1', 'Amara'],
      ['2', 'Bruno'],
      ['1', null],
      ['2', null],
    ],
  )
})
