import { nullable, Serdes, windowed, type Serde } from 'millrace'
import { specOf } from './lambdas.ts'
import { Unsupported, type Json, type JsonObject } from './scenario.ts'
import { toJson } from './values.ts'

type AnySerde = Serde<unknown>

/** Java's long has 64 bits: beyond what a number holds, a user of Millrace takes `Serdes.bigLong`. */
const anyLong: Serde<number | bigint> = {
  name: 'long',
  immutable: true,
  serialize: (value, given) =>
    typeof value === 'bigint' ? Serdes.bigLong.serialize(value, given) : Serdes.long.serialize(value, given),
  deserialize: (bytes, given) => {
    const isUnsafe = bytes.byteLength === 8 && !Number.isSafeInteger(Number(Serdes.bigLong.deserialize(bytes, given)))
    return (isUnsafe ? Serdes.bigLong : Serdes.long).deserialize(bytes, given)
  },
}

const byName: Readonly<Record<string, unknown>> = {
  string: Serdes.string,
  long: anyLong,
  int: Serdes.int,
  short: Serdes.short,
  double: Serdes.double,
  float: Serdes.float,
  boolean: Serdes.boolean,
  uuid: Serdes.uuid,
  bytes: Serdes.bytes,
  void: Serdes.void,
}

const cache = new Map<string, AnySerde>()

/** The serde that a topology is given. The same name gives the same instance. */
function topologySerde(json: Json): AnySerde {
  const text = JSON.stringify(json)
  const found = cache.get(text) ?? nullable(makeSerde(json, byName))
  cache.set(text, found)
  return found
}

export function optionalSerde(json: Json | undefined): AnySerde | undefined {
  return json === undefined || json === null ? undefined : topologySerde(json)
}

/** The harness reads and writes all 64 bits of a long. */
const harnessNames = { ...byName, long: Serdes.bigLong }

function makeSerde(json: Json, names: Readonly<Record<string, unknown>>): AnySerde {
  const { name, args } = specOf(json)
  const simple = names[name]
  if (simple !== undefined) return simple as AnySerde
  const inner = makeSerde(args[0]!, names)
  if (name === 'timeWindowed')
    return Serdes.timeWindowed(inner, args[1] === undefined ? Infinity : Number(args[1])) as unknown as AnySerde
  if (name === 'sessionWindowed') return Serdes.sessionWindowed(inner) as unknown as AnySerde
  if (name === 'list') return Serdes.list(nullable(inner)) as unknown as AnySerde
  throw new Unsupported(`unknown serde ${JSON.stringify(json)}`)
}

const context = (topic: string, component: 'key' | 'value') => ({ topic, component, headers: [] })

/** The bytes of an input. `{"hex": "…"}` passes any serde by. */
export function toBytes(spec: Json, json: Json, topic: string, component: 'key' | 'value'): Uint8Array | null {
  if (json === null) return null
  if (typeof json === 'object' && 'hex' in json) return Buffer.from(String((json as JsonObject)['hex']), 'hex')
  return makeSerde(spec, harnessNames).serialize(toValue(spec, json), context(topic, component))
}

export function deserialize(spec: Json, bytes: Uint8Array): unknown {
  return makeSerde(spec, harnessNames).deserialize(bytes, context('t', 'value'))
}

/** What a consumer of the topic reads; `{"hex": "…"}` where the serde cannot. */
export function fromBytes(spec: Json, bytes: Uint8Array | null, topic: string, component: 'key' | 'value'): Json {
  if (bytes === null) return null
  try {
    return toJson(makeSerde(spec, harnessNames).deserialize(bytes, context(topic, component)))
  } catch {
    return { hex: toJson(bytes) }
  }
}

function toValue(spec: Json, json: Json): unknown {
  if (json === null) return null
  const { name, args } = specOf(spec)
  if (name === 'timeWindowed' || name === 'sessionWindowed') {
    const [key, start, end] = json as [Json, Json, Json]
    return windowed(toValue(args[0]!, key), Number(start), Number(end))
  }
  if (name === 'list') return (json as Json[]).map((item) => toValue(args[0]!, item))
  if (name === 'long') return BigInt(json as string | number)
  if (name === 'bytes') return Buffer.from(json as string, 'hex')
  return name === 'double' || name === 'float' ? Number(json) : name === 'string' ? String(json) : json
}
