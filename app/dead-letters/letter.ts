import type { RawRecord } from 'millrace'
import { errorClassOf } from '../../examples/transfer-pipeline/errors/error-class.ts'
import { headerNames, numberOf, parsePlace, textOf } from '../../examples/transfer-pipeline/errors/letter-headers.ts'
import type { Place } from '../../examples/transfer-pipeline/errors/letter-headers.ts'
import type { Decision, Outcome } from '../../examples/transfer-pipeline/errors/letter-state.ts'
import { applicationDeadLetters, repeatables, sinkDeadLetters } from '../../examples/transfer-pipeline/topics.ts'
import type { Letter, LetterAddress, Remedy } from '../contracts/dead-letters.ts'

/** What became of a letter. */
export interface LetterFate {
  readonly decision?: Decision | undefined
  readonly outcome?: Outcome | undefined
}

/** What a letter says of itself, without its bytes. */
export type LetterFacts = Omit<Letter, 'state' | 'replay' | 'tookMs'>

export function factsOf(record: RawRecord): LetterFacts {
  const { topic, partition, offset, headers, key, value, timestamp } = record
  const error = said(record, 'exception') ?? 'unknown'
  const source = sourceOf(record)
  return {
    at: { topic, p: partition, o: offset },
    source,
    refusedBy: textOf(headers, headerNames.refusedBy) ?? (topic === sinkDeadLetters ? 'sink' : 'capture'),
    refusedAt: numberOf(headers, headerNames.refusedAt) ?? timestamp,
    class: topic === sinkDeadLetters && error === 'TypeError' ? 'sink' : errorClassOf(error),
    error,
    reason: said(record, 'message') ?? '',
    key: key === null ? null : keyText(key),
    bytes: value?.length ?? null,
    attempts: numberOf(headers, headerNames.attempts) ?? 1,
    remedy: remedyOf(topic, source),
  }
}

export function letterOf(facts: LetterFacts, { decision, outcome }: LetterFate): Letter {
  const replay = decision?.decision === 'replayed' ? decision.replay : undefined
  // What came of an earlier replay says nothing of this one.
  const came = outcome !== undefined && (replay === undefined || outcome.replay === replay || outcome.at >= decision!.at)
  const state =
    decision?.decision === 'discarded' ? 'discarded' : came ? outcome.outcome : replay === undefined ? 'open' : 'replayed'
  const tookMs = came && decision !== undefined ? Math.max(0, outcome.at - decision.at) : null
  return { ...facts, state, replay: addressOf(parsePlace(replay ?? outcome?.replay)), tookMs }
}

/** What the error's header says, by the names of Kafka Streams or of Connect. */
export function said({ headers }: Pick<RawRecord, 'headers'>, name: string): string | undefined {
  return textOf(headers, `__streams.errors.${name}`) ?? textOf(headers, `__connect.errors.${connectNames[name] ?? name}`)
}

const connectNames: Readonly<Record<string, string>> = {
  exception: 'exception.class.name',
  message: 'exception.message',
  stacktrace: 'exception.stacktrace',
}

/** Null where the record was never in a topic, or nobody knows where. */
function sourceOf(record: RawRecord): LetterAddress | null {
  const [topic, p, o] = ['topic', 'partition', 'offset'].map((name) => said(record, name))
  if (topic === undefined || !/^\d+$/.test(p ?? '') || !/^\d+$/.test(o ?? '')) return null
  return { topic, p: Number(p), o: Number(o) }
}

function remedyOf(topic: string, source: LetterAddress | null): Remedy {
  const isRaw = repeatables.some(({ raw }) => topic === `${raw}.dlq`)
  if (isRaw) return source === null ? 'sql' : 'replay'
  return topic === applicationDeadLetters || source === null ? 'none' : 'send-to-topic'
}

function addressOf(place: Place | undefined): LetterAddress | null {
  return place === undefined ? null : { topic: place.topic, p: place.partition, o: place.offset }
}

/** A string key as it is, Connect's as its id. */
function keyText(key: Uint8Array): string {
  const text = Buffer.from(key).toString()
  return /"id":(\d+)\}+$/.exec(text)?.[1] ?? text
}
