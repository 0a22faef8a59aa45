import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import type { Logger } from '../../lib/runtime/logger.ts'
import type { StreamsConfig, StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { consume, createTopics, produce, until } from './running.ts'
import { counts, lines, wordCount } from './word-count.ts'

const boom = (): never => {
  throw new Error('boom')
}

const rejects = (): never => Promise.reject(new Error('boom')) as never

function collecting(errors: string[]): Logger {
  return { info: () => undefined, warn: () => undefined, error: (message) => void errors.push(message) }
}

const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }

const listeners: Readonly<Record<string, (fail: () => never) => Partial<StreamsOptions>>> = {
  onStateChange: (fail) => ({ onStateChange: fail }),
  stateRestoreListener: (fail) => ({
    stateRestoreListener: { onRestoreStart: fail, onBatchRestored: fail, onRestoreEnd: fail, onRestoreSuspended: fail },
  }),
}

for (const [callback, configOf] of Object.entries(listeners))
  for (const [how, fail] of [
    ['throws', boom],
    ['rejects', rejects],
  ] as const)
    // prettier-ignore
    t.test(`${callback} ${how}: it is logged, and processing goes on`, async (t) => {
      const errors: string[] = []
      await using cluster = await EmbeddedKafka.open()
      await createTopics(cluster, { lines: 1, counts: 1 })
      for (const expected of [1, 2]) {
        await using streams = new KafkaStreams(wordCount(), {
          applicationId: 'app',
          cluster,
          ...fast,
          logger: collecting(errors),
          ...configOf(fail),
        })
        await streams.start()
        await produce(cluster, lines, [['1', 'a']])
        await until('the count', async () => Object.fromEntries(await consume(cluster, counts))['a'] === expected)
        await streams.close()
        t.equal(streams.state, 'not-running')
      }
      t.ok(errors.length > 0)
      t.same(new Set(errors), new Set([`${callback} has failed: boom.`]))
    })

t.test('a logger that throws changes nothing', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, counts: 1 })
  const told: unknown[] = []
  t.capture(console, 'error', (message: unknown) => void told.push(message))
  const logger = { info: boom, warn: rejects, error: boom }
  await using streams = new KafkaStreams(wordCount(), { applicationId: 'app', cluster, ...fast, logger })
  await streams.start()
  await produce(cluster, lines, [['1', 'a']])
  await until('the count', async () => Object.fromEntries(await consume(cluster, counts))['a'] === 1)
  t.equal(streams.state, 'running')
  t.ok(told.length > 0)
  t.same(new Set(told), new Set(['The logger has failed: boom.']))
})

t.test('a state listener may close the application at any state; that it starts it again is logged', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, counts: 1 })
  const storage = await openLmdbStorage(t.testdir())
  for (const at of ['rebalancing', 'running'] as const) {
    const errors: string[] = []
    const streams: KafkaStreams = new KafkaStreams(wordCount(), {
      applicationId: 'app',
      cluster,
      storage,
      ...fast,
      logger: collecting(errors),
      onStateChange: (state): unknown => {
        if (state === at) void streams.close()
        return state === at ? streams.start() : undefined
      },
    } as StreamsConfig)
    await streams.start()
    await streams.closed
    t.equal(streams.state, 'not-running')
    t.match(errors, [/^onStateChange has failed: This application was closed/])
  }
})

const failing = () => {
  const builder = new StreamsBuilder()
  builder
    .stream(lines)
    .mapValues(boom)
    .to(topic('passed', { key: Serdes.string, value: Serdes.string }))
  return builder.build()
}

for (const [how, handler, message] of [
  ['throws', boom, /uncaughtExceptionHandler has failed: boom\./],
  ['rejects', rejects, /its answer must be one of .* and is a promise\./],
  ['answers with a promise', async () => 'replace-thread', /and is a promise\./],
  ['answers with what is none', () => 'restart', /and is restart\./],
  ['answers nothing', () => undefined, /and is undefined\./],
] as const)
  t.test(`an uncaughtExceptionHandler that ${how} is logged, and the application ends`, async (t) => {
    const errors: string[] = []
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 1, passed: 1 })
    await using streams = new KafkaStreams(failing(), {
      applicationId: 'app',
      cluster,
      ...fast,
      logger: collecting(errors),
      uncaughtExceptionHandler: handler as never,
    })
    const closed = streams.closed
    await streams.start()
    await produce(cluster, lines, [['1', 'a']])
    await t.rejects(closed, { code: 'STREAMS_PROCESSING_FAILED' })
    t.equal(streams.state, 'error')
    t.match(errors.join('\n'), message)
  })
