/** What embedded schemas cost: `npm run envelope-cost` prints bytes and CPU of one change of a transfer in each form. */
import { bindSerde } from 'millrace'
import type { SchemaRegistry, Serde, SerdeContext } from 'millrace'
import { avro } from 'millrace/avro'
import { BankDatabase } from '../adapters/sqlite/bank-database.ts'
import { SqliteChangeFeed } from '../adapters/sqlite/sqlite-change-feed.ts'
import { toRecords } from '../capture/envelope.ts'
import { ingestionTransferSchema } from '../../examples/transfer-pipeline/schemas/avro.ts'
import { avroModes, schemasFor } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { AvroMode } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { transferRows } from '../../examples/transfer-pipeline/schemas/rows.ts'
import type { IngestionTransfer } from '../../examples/transfer-pipeline/schemas/rows.ts'

/** A form in which a record can be. */
interface Form {
  readonly name: string
  readonly bytes: Uint8Array
  /** How many of the bytes say what the others mean. */
  readonly schemaBytes: number
  readonly write: () => unknown
  readonly read: () => unknown
}

const context: SerdeContext = { topic: 'raw.bank.transfers', component: 'value', headers: [] }
const rounds = 7

/** A registry in memory: a real one is asked once for each schema, so its answers cost no record anything. */
function memoryRegistry(): SchemaRegistry {
  const texts: string[] = []
  return {
    register: (_subject, text) => Promise.resolve(texts.push(text)),
    schemaById: (id) => Promise.resolve(texts[id - 1]!),
  }
}

/** An insert of a transfer, as change capture writes it with embedded schemas. */
async function captured(): Promise<Uint8Array> {
  const database = new BankDatabase(':memory:', 'transfers')
  const now = `'2026-11-22T10:00:05.000Z'`
  database.connection.exec(
    `insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values (1, 2, '10.00', ${now}, ${now})`,
  )
  const [change] = await new SqliteChangeFeed(database, 'transfers').after(null, 1)
  database.close()
  return toRecords(change!, { prefix: 'raw', database: 'bank', table: 'transfers' })[0]!.value!
}

interface Document {
  readonly schema: { readonly fields: readonly { readonly field: string }[] }
  readonly payload: { readonly after: Readonly<Record<string, unknown>> }
}

async function forms(): Promise<readonly Form[]> {
  const document = JSON.parse(Buffer.from(await captured()).toString()) as Document
  const { schema, payload } = document
  const rowSchema = schema.fields.find(({ field }) => field === 'after')!
  // Without its schema the base64 of a decimal has no scale: connectors then write a text (`decimal.handling.mode=string`).
  const row = { ...payload.after, amount: '10.00' }
  const change = transferRows.deserialize(Buffer.from(JSON.stringify(document)), context)
  if (change.kind !== 'upsert') throw new TypeError('The captured change is no insert.')
  const encoded = await Promise.all(avroModes.toReversed().map((mode) => avroForm(mode, change.row)))
  return [
    json('envelope, JSON with its schema', document, JSON.stringify(schema).length),
    json('envelope, JSON alone', { ...payload, after: row }, 0),
    json('row, JSON with its schema', { schema: rowSchema, payload: payload.after }, JSON.stringify(rowSchema).length),
    json('row, JSON alone', row, 0),
    ...encoded,
  ]
}

function json(name: string, value: object, schemaBytes: number): Form {
  const bytes = Buffer.from(JSON.stringify(value))
  const read = (): unknown => transferRows.deserialize(bytes, context)
  return { name, bytes, schemaBytes, write: () => Buffer.from(JSON.stringify(value)), read }
}

async function avroForm(mode: AvroMode, value: IngestionTransfer): Promise<Form> {
  const schemaRegistry = mode === 'registry' ? memoryRegistry() : schemasFor(mode, '')
  const serde: Serde<IngestionTransfer> = bindSerde(avro(ingestionTransferSchema), { schemaRegistry })
  await serde.prepareWrite?.(context)
  const bytes = serde.serialize(value, context)
  const schemaBytes = { plain: 0, 'single-object': 10, registry: 5 }[mode]
  const write = (): unknown => serde.serialize(value, context)
  return { name: `row, Avro ${mode}`, bytes, schemaBytes, write, read: () => serde.deserialize(bytes, context) }
}

/** µs of CPU of one call: the fastest round, since others share the machine. */
function costOf(work: () => unknown, calls: number): number {
  for (let call = 0; call < calls; call++) work()
  const taken = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage()
    for (let call = 0; call < calls; call++) work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / calls
  })
  return Math.min(...taken)
}

/** The table, as lines of Markdown. */
export async function envelopeCost(calls = 20_000): Promise<readonly string[]> {
  const all = await forms()
  const smallest = Math.min(...all.map(({ bytes }) => bytes.length))
  const rows = all.map(({ name, bytes, schemaBytes, write, read }) => {
    const cells = [bytes.length, schemaBytes, `${(bytes.length / smallest).toFixed(1)}×`]
    const costs = [write, read].map((work) => costOf(work, calls).toFixed(2))
    return `| ${[name, ...cells, ...costs].join(' | ')} |`
  })
  return [
    '| one transfer | bytes | of them schema | size | write, µs CPU | read, µs CPU |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
  ]
}

if (import.meta.main) for (const line of await envelopeCost()) process.stdout.write(`${line}\n`)
