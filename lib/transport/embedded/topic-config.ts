import { refusal } from './refusal.ts'

/** The topic configuration keys that the embedded broker obeys or reports, with Kafka's defaults. */
const defaults: Readonly<Record<string, string>> = Object.freeze({
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'delete.retention.ms': '86400000',
  'max.message.bytes': '1048588',
  'message.timestamp.type': 'CreateTime',
  'min.cleanable.dirty.ratio': '0.5',
  'min.compaction.lag.ms': '0',
  'min.insync.replicas': '1',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'segment.bytes': '1073741824',
  'segment.ms': '604800000',
})

const numbers = Object.keys(defaults).filter((key) => /\.(ms|bytes|ratio|replicas)$/.test(key))

/** Keys without a meaning for a broker in one process. They are accepted, so that programs written for Kafka run. */
const accepted =
  /^(file\.delete\.delay\.ms|flush\.|index\.interval|local\.retention|max\.compaction\.lag|message\.|preallocate|remote\.|segment\.|unclean|follower|leader)/

export interface TopicConfig {
  readonly values: Readonly<Record<string, string>>
  readonly isCompacted: boolean
  readonly isDeleted: boolean
  readonly usesAppendTime: boolean
  readonly deleteRetentionMs: number
  readonly maxMessageBytes: number
  readonly minCompactionLagMs: number
  readonly retentionBytes: number
  readonly retentionMs: number
  readonly segmentBytes: number
  readonly segmentMs: number
}

/** Checks a topic's configuration and parses it. Throws `TRANSPORT_INVALID_CONFIG`. */
export function topicConfig(given: Readonly<Record<string, string>>): TopicConfig {
  for (const [key, value] of Object.entries(given)) checkConfig(key, value)
  const values = Object.freeze({ ...defaults, ...given })
  const number = (key: string): number => Number(values[key])
  const policies = values['cleanup.policy']!.split(',').map((policy) => policy.trim())
  const unlimited = (value: number): number => (value < 0 ? Infinity : value)
  return Object.freeze({
    values,
    isCompacted: policies.includes('compact'),
    isDeleted: policies.includes('delete'),
    usesAppendTime: values['message.timestamp.type'] === 'LogAppendTime',
    deleteRetentionMs: number('delete.retention.ms'),
    maxMessageBytes: number('max.message.bytes'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    retentionBytes: unlimited(number('retention.bytes')),
    retentionMs: unlimited(number('retention.ms')),
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
  })
}

function checkConfig(key: string, value: string): void {
  if (!(key in defaults) && !accepted.test(key))
    throw refusal('INVALID_CONFIG', `There is no topic configuration ${key}: correct the key.`, { key })
  const isPolicy = key !== 'cleanup.policy' || /^\s*((compact|delete)\s*(,\s*(compact|delete)\s*)?)?$/.test(value)
  const isNumber = !numbers.includes(key) || (value !== '' && Number.isFinite(Number(value)))
  if (!isPolicy || !isNumber)
    throw refusal('INVALID_CONFIG', `Invalid value ${JSON.stringify(value)} for configuration ${key}.`, { key, value })
}
