import { ByteKey } from '../../lib/kernel/byte-key.ts'
import { viewOf } from '../../lib/model/byte-span.ts'
import { asBuffer, fromLatin1, latin1 } from '../../lib/model/bytes.ts'
import { change } from '../../lib/model/change.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { changedSerde } from '../../lib/processor/aggregate/changed-serde.ts'
import { murmur3Hash128 } from '../../lib/processor/foreign-key-join/murmur3.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { storedBytes } from '../../lib/state/key-value/stored-rows.ts'
import { timestampedViews } from '../../lib/state/key-value/view-codec.ts'
import { KeyScratch } from '../../lib/state/window/key-scratch.ts'
import { windowKey } from '../../lib/state/window/window-key.ts'
import { murmur2, partitionForKey } from '../../lib/transport/partitioner.ts'
import { javaThrown } from './java-names.ts'
import { Args, taking } from './scenario/args.ts'
import { Unsupported, type Json, type Step } from './scenario/scenario.ts'
import { deserialize, toBytes } from './scenario/serde-names.ts'
import { hex, toJson } from './scenario/values.ts'

// Single calls of serializers and hashes. They are no part of the public API, so this file alone looks inside the library.

type Format = (args: Args) => Json

const bytesOf = (args: Args, name: string): Buffer => Buffer.from(args.string(name), 'hex')

const formats: Readonly<Record<string, Format>> = {
  partition: (args) => partitionForKey(bytesOf(args, 'key'), args.number('partitions')),
  murmur2: (args) => murmur2(bytesOf(args, 'hex')),
  murmur3: (args) => hex(murmur3Hash128(bytesOf(args, 'hex'))),
  serialize: (args) => {
    const bytes = toBytes(args.json('serde'), args.take('value') ?? null, 't', 'value')
    return bytes === null ? null : hex(bytes)
  },
  deserialize: (args) => toJson(deserialize(args.json('serde'), bytesOf(args, 'hex'))),
  changed: (args) => {
    const side = (name: string): Uint8Array | null => toBytes(args.json('serde'), args.take(name) ?? null, 't', 'value')
    return hex(changedBytes.serialize(change(side('new'), side('old')), { topic: 't', component: 'value', headers: noHeaders }))
  },
  windowKey: (args) => {
    const key = latin1(bytesOf(args, 'key'))
    return hex(fromLatin1(windowKey(key, args.number('start'), args.number('seq'))))
  },
  sessionKey: (args) => {
    const bytes = bytesOf(args, 'key')
    const session = new KeyScratch().ofSession(
      new ByteKey().set(bytes, 0, bytes.length),
      args.number('start'),
      args.number('end'),
    )
    return hex(viewOf(session))
  },
  valueAndTimestamp: (args) => {
    const value = toBytes(args.json('serde'), args.json('value'), 't', 'value')
    return value === null ? null : hex(storedBytes(storedRows, asBuffer(value), 0, value.byteLength, args.number('ts')))
  },
}

const changedBytes = changedSerde(Serdes.bytes)

/** Only the layout around the value is asked for: the value's bytes are there. */
const storedRows = timestampedViews(undefined as never)

export function callFormats(calls: readonly Step[]): Json[] {
  return calls.map((call, index) => taking(new Args(call.op, call), (args) => answer(args, index)))
}

function answer(args: Args, index: number): Json {
  const op = args.string('op')
  const format = formats[op]
  if (format === undefined) throw new Unsupported(`byte format ${op}`)
  try {
    return format(args)
  } catch (error) {
    if (error instanceof Unsupported) throw error
    return { throws: javaThrown(error, index) as unknown as Json }
  }
}
