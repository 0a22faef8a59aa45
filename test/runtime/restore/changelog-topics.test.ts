import t from 'tap'
import { TransportError } from '../../../lib/model/errors.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { describeChangelogs, whyStale } from '../../../lib/runtime/restore/changelog-topics.ts'

const partition = { topic: 'log', partition: 3 }
const day = 86_400_000
const stored = { offset: 7, sinceMs: 1000, topicId: 'first' }
const topic = { id: 'first', deleteRetentionMs: day }

t.test('state is good as long as its changelog keeps deletions', async (t) => {
  t.equal(whyStale(partition, stored, topic, 1000 + day), undefined)
  t.match(whyStale(partition, stored, topic, 1001 + day), /86400001 ms old.*log-3 keeps deletions for 86400000 ms/)
  t.equal(whyStale(partition, stored, topic, 0), undefined, 'the clock was set back')
})

t.test('a changelog that is not compacted loses no deletion', async (t) => {
  t.equal(whyStale(partition, stored, { id: 'first', deleteRetentionMs: Infinity }, 1000 * day), undefined)
})

t.test('a changelog that was made again is another one', async (t) => {
  t.match(whyStale(partition, stored, { ...topic, id: 'second' }, 1000), /log-3 was deleted and made again/)
  t.equal(whyStale(partition, stored, { ...topic, id: undefined }, 1000), undefined, 'the broker gives no ids')
  t.equal(whyStale(partition, { ...stored, topicId: undefined }, topic, 1000), undefined, 'it gave none then')
})

t.test('state of unknown age is not trusted', async (t) => {
  t.match(whyStale(partition, { ...stored, sinceMs: undefined }, topic, 1000), /did not write down when/)
})

t.test('the broker is asked for the ids of all topics, and for the configuration of those with state', async (t) => {
  const asked: string[] = []
  const configs: Record<string, Record<string, string>> = {
    compacted: { 'cleanup.policy': 'compact', 'delete.retention.ms': '5' },
    both: { 'cleanup.policy': 'compact,delete', 'delete.retention.ms': '6' },
    deleted: { 'cleanup.policy': 'delete', 'delete.retention.ms': '7' },
  }
  const admin = {
    metadata: async (names?: readonly string[]) => names!.map((name) => ({ name, id: `id of ${name}`, partitions: [] })),
    describeTopicConfig: async (name: string) => {
      asked.push(name)
      return configs[name]!
    },
  }
  const names = new Set(['compacted', 'both', 'deleted', 'fresh'])
  const found = await describeChangelogs(names, new Set(['compacted', 'both', 'deleted']), admin, silentLogger)
  t.strictSame(Object.fromEntries([...found].map(([name, { deleteRetentionMs }]) => [name, deleteRetentionMs])), {
    compacted: 5,
    both: 6,
    deleted: Infinity,
    fresh: Infinity,
  })
  t.equal(found.get('fresh')?.id, 'id of fresh')
  t.strictSame(asked, ['compacted', 'both', 'deleted'])
})

t.test(
  'where the application may not read configurations, a day is assumed, and said; an outage is not taken for that',
  async (t) => {
    const warnings: string[] = []
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
    let kind: 'fatal' | 'retriable' = 'fatal'
    const admin = {
      metadata: async () => [{ name: 'log', id: null, partitions: [] }],
      describeTopicConfig: () => Promise.reject(new TransportError('TRANSPORT_TOPIC_AUTHORIZATION_FAILED', kind, 'Denied.')),
    }
    const found = await describeChangelogs(new Set(['log']), new Set(['log']), admin, logger)
    t.strictSame(found.get('log'), { id: undefined, deleteRetentionMs: day })
    t.match(warnings, [/log cannot be read/])
    kind = 'retriable'
    await t.rejects(describeChangelogs(new Set(['log']), new Set(['log']), admin, logger), TransportError)
  },
)
