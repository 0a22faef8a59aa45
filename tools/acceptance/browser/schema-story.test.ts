import t from 'tap'
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import { Serdes, openConsumer, openProducer, topic } from 'millrace'
import type { Cluster, SchemaRegistry } from 'millrace'
import { avro } from 'millrace/avro'
import type { AvroValue } from 'millrace/avro'
import { EmbeddedKafka } from 'millrace/embedded'
import { runSchemas } from '../../../app/cli/schemas.ts'
import type { LetterPage } from '../../../app/contracts/dead-letters.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { ingestionTransferSchema } from '../../../examples/transfer-pipeline/schemas/avro.ts'
import { publicSubjects } from '../../../examples/transfer-pipeline/schemas/subjects.ts'
import { transfers } from '../../../examples/transfer-pipeline/topics.ts'
import { openPage, until, withBrowser } from './browser-test.ts'
import { startPipeline } from './real-pipeline.ts'

const memo = { name: 'memo', type: ['null', 'string'], default: null, doc: 'What the transfer is for.' } as const
const newer = { ...ingestionTransferSchema, fields: [...ingestionTransferSchema.fields, memo] } as const
type NewerTransfer = AvroValue<typeof newer>
const newerTransfers = topic(transfers.name, { key: Serdes.string, value: avro(newer) })
/** Beyond what SQL has. */
const newerId = 900_001

/** What `npm run schemas -- register` says where the schema of transfers is another one. */
async function register(registry: string, schema: object): Promise<{ readonly code: number; readonly said: string }> {
  const own = publicSubjects.find((subject) => subject.topic === transfers.name)!
  const lines: string[] = []
  const changed = [{ ...own, schema: schema as typeof own.schema }]
  const code = await runSchemas(['register', '--registry', registry], (line) => void lines.push(line), changed)
  return { code, said: lines.join('\n') }
}

/** A reader that knows the memo, deployed before anybody writes one. */
class NewerReader {
  readonly seen = new Map<string, NewerTransfer | null>()

  async run(cluster: Cluster, schemaRegistry: SchemaRegistry, signal: AbortSignal): Promise<void> {
    const consumer = await openConsumer(cluster, { clientId: 'newer', topics: [newerTransfers], schemaRegistry })
    signal.addEventListener('abort', () => void consumer.close())
    for await (const { records } of consumer) for (const { key, value } of records) this.seen.set(key ?? '', value)
  }
}

async function makeTransfer(url: string, amount: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `story-${amount}` }
  const body = JSON.stringify({ fromUserId: 1, toUserId: 2, amount })
  const answer = await fetch(`${url}/api/transfers`, { method: 'POST', headers, body })
  const { id } = (await answer.json()) as { readonly id: number }
  await until(`transfer ${id} is settled`, async () => {
    const read = await fetch(`${url}/api/transfers/${id}`)
    return read.ok && ((await read.json()) as { readonly status: string }).status === 'COMPLETED'
  })
  return id
}

const section = (page: Page, label: string): Promise<string> =>
  page.locator(`section[aria-label="${label}"]`).innerText({ timeout: 20_000 })

interface World {
  readonly page: Page
  readonly url: string
  readonly registry: string
  readonly cluster: Cluster
  readonly reader: NewerReader
}

await withBrowser(async (bench) => {
  await using cluster = await EmbeddedKafka.open()
  const { bootstrapServers } = await cluster.listen(0)
  const own = await openRegistry({ port: 0, path: ':memory:' })
  const registry = own.url
  await using pipeline = await startPipeline(['--kafka', bootstrapServers, '--registry', registry, '--demo'])
  const { page, faults, close } = await openPage(bench, pipeline.url)
  const ending = new AbortController()
  const world: World = { page, url: pipeline.url, registry, cluster, reader: new NewerReader() }
  const older = await makeTransfer(pipeline.url, '1.00')
  await t.test('V3: a memo is added to the schema of transfers: Contracts has both versions, and what is new', (t) =>
    added(t, world),
  )
  const reading = world.reader.run(cluster, schemasFor('registry', registry), ending.signal)
  await t.test('V1: the newer reader, then the newer writer: both versions live, on Graph and History', (t) =>
    bothLive(t, world, older),
  )
  await t.test('V3: a change that not each version can read is refused; Contracts says why, and the flow goes on', (t) =>
    refused(t, world),
  )
  t.same(faults, [])
  ending.abort()
  await reading
  await close()
  await own.close()
})

async function added(t: Test, { page, url, registry }: World): Promise<void> {
  await page.goto(`${url}/contracts/${transfers.name}`)
  t.match(await section(page, transfers.name), /^(?!.*memo)[^]*Version 1: IngestionTransfer, id \d+, FULL_TRANSITIVE/)
  t.equal((await register(registry, newer)).code, 0)
  await until('the newer version is there', async () => (await section(page, transfers.name)).includes('Version 2'))
  const said = await section(page, transfers.name)
  t.match(
    said,
    /Version 2: IngestionTransfer, id \d+, FULL_TRANSITIVE[^]*memo new\s+string or null\s+What the transfer is for\.[^]*Version 1/,
  )
  t.match(await section(page, 'Refused changes'), 'No change was refused.')
  const row = page.locator('section[aria-label="Topics"] tbody tr', { has: page.getByText(transfers.name, { exact: true }) })
  t.match((await row.innerText()).split(/\s+/), [transfers.name, '6', 'last', 'of', 'each', 'key', 'IngestionTransfer', '2', '1'])
}

async function bothLive(t: Test, { page, url, registry, cluster, reader }: World, older: number): Promise<void> {
  await until('the newer reader has the older row', async () => reader.seen.has(String(older)))
  t.equal(reader.seen.get(String(older))!.memo, null)
  const producer = await openProducer(cluster, { clientId: 'newer', schemaRegistry: schemasFor('registry', registry) })
  const now = Date.now()
  const cause = { key: 'source.position', value: Buffer.from('bank.transfers:story-1:0') }
  const row = {
    id: newerId,
    fromUserId: 1,
    toUserId: 2,
    amount: '2.00',
    status: 'COMPLETED',
    createdAt: now,
    lastUpdatedAt: now,
  } as const
  await producer.send(newerTransfers, [{ key: String(newerId), value: { ...row, memo: 'Rent' }, headers: [cause] }])
  await producer.close()
  await until('the newer row is read', async () => (await fetch(`${url}/api/transfers/${newerId}`)).ok)
  const third = await makeTransfer(url, '3.00')
  await until('the newer reader has all', async () => reader.seen.has(String(third)))
  t.match([reader.seen.get(String(newerId))!.memo, reader.seen.get(String(third))!.memo], ['Rent', null])

  // A row of the API is two versions: PENDING, and COMPLETED.
  await page.goto(`${url}/graph?app=transfer-enricher`)
  const node = page.locator(`.graph [data-kind="topic"][data-name="${transfers.name}"]`)
  await until('the enricher has read both', async () => /(^|\D)\d+, \d/.test((await node.textContent()) ?? ''))
  const count = Number(/(\d+), [\d.]+\/s/.exec((await node.textContent())!)![1])
  t.ok(count >= 5, `the enricher has read ${count} rows, of both versions`)
  const letters = (await (await fetch(`${url}/api/dlq/letters?state=any`)).json()) as LetterPage
  t.equal(letters.counts.all, 0, 'nobody has refused one')

  const schemaOf = async (id: number): Promise<number> => {
    await page.goto(`${url}/records/transfers/${id}`)
    const said = await section(page, 'Ingestion')
    t.match(said, new RegExp(`${transfers.name} · p\\d @ \\d+ · .* · schema \\d+`))
    return Number(/schema (\d+)/.exec(said)![1])
  }
  const [ofOlder, ofNewer] = [await schemaOf(older), await schemaOf(newerId)]
  t.not(ofOlder, ofNewer, 'History tells which version wrote which row')
  await until('the row has become a document', async () => {
    await page.reload()
    await section(page, 'Ingestion')
    return (await page.locator('section[aria-label="Document"]').count()) === 1
  })
  await page.click(`text=schema ${ofNewer}`)
  await until('the link leads to that version', async () => (await page.locator('table[aria-current]').count()) === 1)
  t.match(await page.locator('table[aria-current] caption').innerText(), `Version 2: IngestionTransfer, id ${ofNewer},`)
  await page.goto(`${url}/contracts/${transfers.name}`)
  const contract = await section(page, transfers.name)
  t.match(contract, new RegExp(`Version 2: IngestionTransfer, id ${ofNewer},[^]*Version 1: IngestionTransfer, id ${ofOlder},`))
}

async function refused(t: Test, { page, url, registry }: World): Promise<void> {
  const email = { name: 'email', type: 'string', doc: 'Where to ask.' }
  const { code, said } = await register(registry, { ...newer, fields: [...newer.fields, email] })
  t.equal(code, 2)
  t.match(said, /email/)
  await until('the refusal is told', async () => (await section(page, 'Refused changes')).includes('email'))
  t.match(await section(page, 'Refused changes'), new RegExp(`${transfers.name}-value at .*: .*email`))
  t.notMatch(await section(page, transfers.name), 'Version 3')
  t.ok((await makeTransfer(url, '4.00')) > 0, 'transfers go on')
}
