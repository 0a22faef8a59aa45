import type { TransportError } from '../../model/errors.ts'

const codes: ReadonlySet<string> = new Set([
  'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION',
  'TRANSPORT_UNKNOWN_TOPIC_ID',
  'TRANSPORT_INCONSISTENT_TOPIC_ID',
])

/** Whether a broker answers as if it did not have the topic: it is gone, made again, or new and that broker does not know it yet. */
export function saysTopicIsUnknown(error: TransportError | null): boolean {
  return error !== null && codes.has(error.code)
}
