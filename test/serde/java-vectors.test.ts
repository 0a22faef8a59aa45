import { readFileSync } from 'node:fs'
import root from 'tap'
import { SerializationError } from '../../lib/model/errors.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { windowed } from '../../lib/model/windowed.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'

type SerdeName = string | readonly [kind: string, inner: SerdeName, size?: number]
interface Call {
  readonly op: string
  readonly serde: SerdeName
  readonly value?: unknown
  readonly hex?: string
}
interface Vector {
  readonly id: string
  readonly bytes: readonly Call[]
  readonly results?: readonly unknown[]
  readonly throws?: { readonly at: number }
}
/** What Java answered to one call: a result, or that it threw. Calls after a throw were not made. */
type Answer = { readonly result: unknown } | 'throws'

const context = { topic: 'vectors', component: 'value', headers: noHeaders } as const

root.test('serdes write and read what Java does', async (t) => {
  const lines = readFileSync(new URL('../fixtures/serde-vectors.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  for (const vector of lines.map((line) => JSON.parse(line) as Vector))
    for (const [index, call] of vector.bytes.entries()) {
      const answer = answerTo(vector, index)
      if (answer !== undefined && call.serde !== undefined) check(t, `${vector.id} ${index}`, call, answer)
    }
})

function answerTo({ results, throws }: Vector, index: number): Answer | undefined {
  if (throws !== undefined) return throws.at === index ? 'throws' : undefined
  const result = results![index]
  return typeof result === 'object' && result !== null && 'throws' in result ? 'throws' : { result }
}

function check(t: Pick<typeof root, 'same' | 'throws'>, name: string, call: Call, answer: Answer): void {
  const serde = serdeOf(call.serde)
  const act = (): unknown =>
    call.op === 'serialize' ? written(serde, call) : serde.deserialize(Buffer.from(call.hex!, 'hex'), context)
  if (answer === 'throws') t.throws(act, SerializationError, name)
  else t.same(act(), expected(call, answer.result), name)
}

function written(serde: Serde<unknown>, call: Call): string | null {
  if (call.value === null) return null
  const bytes = serde.serialize(valueOf(call.serde, call.value), context)
  if (serde.canonical === true) root.ok(serde.accepts!(bytes), 'a canonical serde accepts what it wrote')
  return Buffer.from(bytes).toString('hex')
}

function expected(call: Call, result: unknown): unknown {
  return call.op === 'serialize' || result === null ? result : valueOf(call.serde, result)
}

function serdeOf(name: SerdeName): Serde<unknown> {
  if (typeof name !== 'string') return compoundSerde(name)
  const key = name === 'long' ? 'bigLong' : name
  return Serdes[key as 'string'] as unknown as Serde<unknown>
}

function compoundSerde([kind, inner, size]: Exclude<SerdeName, string>): Serde<unknown> {
  if (kind === 'list') return Serdes.list(nullable(serdeOf(inner))) as unknown as Serde<unknown>
  if (kind === 'timeWindowed') return Serdes.timeWindowed(serdeOf(inner), size) as unknown as Serde<unknown>
  return Serdes.sessionWindowed(serdeOf(inner)) as unknown as Serde<unknown>
}

/** A value as the vectors spell it: longs beyond 2^53 and NaN as text, bytes as hex, windowed keys as triples. */
function valueOf(serde: SerdeName, value: unknown): unknown {
  if (value === null) return null
  if (serde === 'long') return BigInt(value as string)
  if (serde === 'double' || serde === 'float') return Number(value)
  if (serde === 'bytes') return Buffer.from(value as string, 'hex')
  if (typeof serde === 'string') return value
  if (serde[0] === 'list') return (value as unknown[]).map((element) => valueOf(serde[1], element))
  const [key, startMs, endMs] = value as [unknown, number, number]
  return windowed(valueOf(serde[1], key), startMs, endMs)
}
