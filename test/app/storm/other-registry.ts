import { bindSerde } from '../../../lib/index.ts'
import { avro } from '../../../lib/avro.ts'
import type { AvroValue } from '../../../lib/avro.ts'
import { RegistryApi } from '../../../app/adapters/http/registry-api.ts'
import { ingestionTransferSchema } from '../../../examples/transfer-pipeline/schemas/avro.ts'
import { transfers } from '../../../examples/transfer-pipeline/topics.ts'

const memo = { name: 'memo', type: ['null', 'string'], default: null, doc: 'What the transfer is for.' } as const

/** A newer version of the transfer, which its writer did not register before it wrote. */
const schema = { ...ingestionTransferSchema, fields: [...ingestionTransferSchema.fields, memo] } as const
const text = JSON.stringify(schema)
const subject = `${transfers.name}-value`

export type NewerTransfer = AvroValue<typeof schema>

/** Bytes of that version, with the id that its schema will have. */
export async function newerBytes(id: number): Promise<(transfer: NewerTransfer) => Uint8Array> {
  const registry = { register: () => Promise.resolve(id), schemaById: () => Promise.resolve(text) }
  const serde = bindSerde(avro(schema), { schemaRegistry: registry })
  const context = { topic: transfers.name, component: 'value', headers: [] } as const
  await serde.prepareWrite!(context)
  return (transfer) => serde.serialize(transfer, context)
}

/** Registers that version so late that its schema gets this id. */
export async function registerAs(id: number, url: string): Promise<void> {
  const registry = new RegistryApi(url)
  try {
    for (let number = 0; (await registerOther(registry, number)) < id - 1; number++);
    const given = await registry.register(subject, text)
    if (given !== id) throw new Error(`The schema has id ${given}, not ${id}: others have registered more than ${id} schemas.`)
  } finally {
    await registry.close()
  }
}

function registerOther(registry: RegistryApi, number: number): Promise<number> {
  const other = { type: 'record', name: `Other${number}`, fields: [{ name: 'id', type: 'long' }] }
  return registry.register(`other-${number}-value`, JSON.stringify(other))
}
