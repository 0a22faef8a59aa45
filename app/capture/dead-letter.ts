import type { LoggedChange } from './change-feed.ts'
import type { EnvelopeOptions, RawRecord } from './envelope.ts'
import { header, keyText, positionHeader, positionText, topicOf } from './envelope.ts'

/** Where changes go that cannot be written as envelopes. */
export function deadLetterTopicOf(options: EnvelopeOptions): string {
  return `${topicOf(options)}.dlq`
}

/** The change as the database logged it, with Connect's headers that say why it is here. */
export function deadLetterOf(change: LoggedChange, options: EnvelopeOptions, error: Error): RawRecord {
  const { op, before, after, timeMs, position } = change
  const reasons = {
    topic: topicOf(options),
    stage: 'VALUE_CONVERTER',
    'exception.class.name': error.name,
    'exception.message': error.message,
  }
  return {
    topic: deadLetterTopicOf(options),
    key: Buffer.from(keyText(topicOf(options), (after ?? before)!.id)),
    value: Buffer.from(JSON.stringify({ op, before, after, ts_ms: timeMs })),
    timestamp: timeMs,
    headers: [
      ...Object.entries(reasons).map(([name, text]) => header(`__connect.errors.${name}`, text)),
      header(positionHeader, positionText(options, { position, index: 0 })),
    ],
  }
}
