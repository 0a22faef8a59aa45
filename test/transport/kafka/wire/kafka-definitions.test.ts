import t from 'tap'
import { readFileSync } from 'node:fs'
import type { Api, Type } from '../../../../lib/transport/kafka/wire/schema.ts'
import { apis } from './all-apis.ts'

interface KafkaField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly tag?: number
  readonly taggedVersions?: string
  readonly default?: unknown
  readonly fields?: readonly KafkaField[]
}

interface KafkaMessage {
  readonly apiKey: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly fields: readonly KafkaField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly KafkaField[] }[]
}

/** The message definitions in kafka-clients 4.4.0 (`common/message/*.json`), without their descriptions. */
const kafka = JSON.parse(readFileSync(new URL('../../../fixtures/kafka-4.4-messages.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, { readonly request: KafkaMessage; readonly response: KafkaMessage }>
>

interface Shape {
  readonly type: string
  readonly isNullable: boolean
  readonly tag: number | null
  readonly from: number
  readonly to: number
  readonly default: unknown
  readonly members: readonly (Shape & { readonly name: string })[] | null
}

interface Range {
  readonly min: number
  readonly max: number
}

function range(versions: string): Range {
  if (versions === 'none') return { min: Infinity, max: Infinity }
  const [min, max] = versions.split('-')
  return { min: Number.parseInt(min!), max: versions.endsWith('+') ? Infinity : Number(max ?? min) }
}

const primitives = ['bool', 'int8', 'int16', 'uint16', 'int32', 'int64', 'string', 'bytes', 'records', 'uuid']

/** A shape as Kafka defines it, within the versions of the message. */
function shapeOfKafka(field: KafkaField, message: KafkaMessage, within: Range): Shape & { readonly name: string } {
  const own = range(field.versions)
  const present = { min: Math.max(own.min, within.min), max: Math.min(own.max, within.max) }
  const item = field.type.replaceAll('[]', '')
  const isPrimitive = primitives.includes(item)
  const fields = field.fields ?? message.commonStructs?.find(({ name }) => name === item)?.fields ?? []
  return {
    name: field.name[0]!.toLowerCase() + field.name.slice(1),
    type: isPrimitive ? field.type : field.type.replace(item, 'struct'),
    isNullable: field.nullableVersions !== undefined,
    tag: field.tag ?? null,
    from: own.min <= within.min ? 0 : own.min,
    to: own.max >= within.max ? Infinity : own.max,
    default: defaultOf(field),
    members: isPrimitive ? null : shapesOfKafka(fields, message, present),
  }
}

function shapesOfKafka(fields: readonly KafkaField[], message: KafkaMessage, within: Range) {
  const shapes = fields.map((field) => [range(field.versions), shapeOfKafka(field, message, within)] as const)
  return shapes.filter(([own]) => own.min <= within.max && own.max >= within.min).map(([, shape]) => shape)
}

function defaultOf({ type, default: value }: KafkaField): unknown {
  if (value === undefined) return undefined
  if (value === 'null') return null
  if (type === 'string') return value
  return type === 'bool' ? String(value) === 'true' : Number(value)
}

/** The same of a description here. A default is compared where Kafka names one. */
function shapesOf(type: Type<unknown, never>, from = 0): readonly (Shape & { readonly name: string })[] | null {
  if (type.members === undefined) return null
  return Object.entries(type.members).map(([name, member]) => {
    const field = 'type' in member ? member : { type: member, from: 0, to: Infinity, tag: null, default: undefined }
    const { name: typeName, isNullable } = field.type
    const start = field.from <= from ? 0 : field.from
    return { name, type: typeName, isNullable, tag: field.tag, from: start, to: field.to, default: field.default, members: shapesOf(field.type, Math.max(from, start)) }
  }) // prettier-ignore
}

function comparable(kafkas: readonly Shape[] | null, ours: readonly Shape[] | null): [unknown, unknown] {
  const both = (kafkas ?? []).map((shape, index) => {
    const own = ours?.[index]
    const members = comparable(shape.members, own?.members ?? null)
    const isSaid = shape.default !== undefined
    return [
      { ...shape, members: members[0], default: isSaid ? shape.default : undefined },
      own === undefined ? undefined : { ...own, members: members[1], default: isSaid ? own.default : undefined },
    ]
  })
  return [both.map(([shape]) => shape), [...both.map(([, own]) => own), ...(ours ?? []).slice(both.length)]]
}

function check(api: Api, side: 'request' | 'response'): [unknown, unknown] {
  const message = kafka[api.name]![side]
  return comparable(shapesOfKafka(message.fields, message, range(message.validVersions)), shapesOf(api[side], api.versions.min))
}

for (const api of apis)
  t.test(`${api.name} is described as in Kafka's message definitions`, async (t) => {
    const { request } = kafka[api.name]!
    t.same(
      [api.key, api.versions, api.flexibleFrom],
      [request.apiKey, range(request.validVersions), range(request.flexibleVersions).min],
    )
    for (const side of ['request', 'response'] as const) {
      const [kafkas, ours] = check(api, side)
      t.strictSame(ours, kafkas, side)
    }
  })
