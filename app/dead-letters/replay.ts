import type { Header, RawRecord } from 'millrace'
import { header, headerNames, placeText, withoutErrors } from '../../examples/transfer-pipeline/errors/letter-headers.ts'
import { repeatable } from '../../examples/transfer-pipeline/topics.ts'
import type { Letter, ReplayOrder } from '../contracts/dead-letters.ts'
import { Problem } from '../platform/http/problem.ts'

/** A record that is sent again, and where. */
export interface Replay {
  readonly topic: string
  readonly partition: number
  readonly record: {
    readonly key: Uint8Array | null
    readonly value: Uint8Array | null
    readonly timestamp: number
    readonly headers: readonly Header[]
  }
}

/** The letter as it was before it was refused, or its edited copy. Throws a problem of status 409 where it cannot be sent again. */
export function replayOf(letter: Letter, record: RawRecord, { value }: ReplayOrder): Replay {
  const { source, remedy } = letter
  if (source === null || remedy === 'sql' || remedy === 'none') throw new Problem(409, whyNot[remedy === 'sql' ? 'sql' : 'none'])
  const edited = value === undefined ? record.value : bytesOf(value)
  const headers = [
    ...withoutErrors(record.headers).filter(({ key }) => key !== headerNames.replayedFrom && key !== headerNames.edited),
    header(headerNames.replayedFrom, placeText(record)),
    ...(value === undefined ? [] : [header(headerNames.edited, 'true')]),
  ]
  const sent = { key: record.key, value: edited, timestamp: record.timestamp }
  const partition = source.p
  if (remedy === 'send-to-topic') return { topic: source.topic, partition, record: { ...sent, headers } }
  const origin = header(headerNames.origin, `${source.topic}/${source.p}/${source.o}`)
  return { topic: repeatable(source.topic).replay, partition, record: { ...sent, headers: [...headers, origin] } }
}

const whyNot = {
  sql: 'The row is wrong in SQL, and no record of it can be sent. Mend the row there: it is captured again. Then discard this letter.',
  none: 'It cannot be sent again: the topic is internal, or the record was never in one. Mend the cause, and change the row in SQL.',
} as const

function bytesOf(value: NonNullable<ReplayOrder['value']>): Uint8Array {
  if ('text' in value) return Buffer.from(value.text)
  const digits = value.hex.replaceAll(/\s+/g, '')
  if (!/^([0-9a-f]{2})*$/i.test(digits))
    throw new Problem(422, 'The bytes are not hexadecimal: two digits each.', { hex: 'Two digits each.' })
  return Buffer.from(digits, 'hex')
}
