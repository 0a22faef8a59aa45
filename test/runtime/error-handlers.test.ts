import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { SessionWindows } from '../../lib/dsl/windows/session-windows.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { topic } from '../../lib/model/topic.ts'
import { deadLetter } from '../../lib/runtime/errors/dead-letters.ts'
import type { ErrorHandlerContext, UnsentRecord } from '../../lib/runtime/errors/error-handlers.ts'
import { logAndContinue } from '../../lib/runtime/errors/error-handlers.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { SessionStore } from '../../lib/state/session/session-store.ts'
import { Suppressed } from '../../lib/dsl/windows/suppressed.ts'
import { keyValueStore } from '../../lib/state/stores.ts'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'
import type { ProducedRecord } from '../../lib/testing/test-output.ts'
import { faultyCluster, noFaults } from './faulty-cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: Serdes.string, value: Serdes.string })
const letters = topic('letters', { key: nullable(Serdes.string), value: nullable(Serdes.string) })

/** Throws on `x`. */
function picky() {
  const builder = new StreamsBuilder()
  builder
    .stream(input)
    .mapValues((value) => {
      if (value.startsWith('x')) throw new RangeError(`no ${value}`)
      return value.toUpperCase()
    })
    .to(output)
  return builder.build()
}

function headersOf({ headers }: ProducedRecord): Readonly<Record<string, string | null>> {
  return Object.fromEntries(headers.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]))
}

t.test('a bare answer leaves the dead letter to the engine: the input record and what happened to it', async (t) => {
  using driver = new TopologyTestDriver(picky(), { processingHandler: logAndContinue, errorsDeadLetterQueueTopicName: 'letters' })
  const headers = [{ key: 'h', value: Buffer.from('v') }]
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'a', timestamp: 1 })
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'x1', timestamp: 2, headers })
  const letter = driver.produced().find(({ topic }) => topic === 'letters')!
  t.same(
    [letter.key?.toString(), Buffer.from(letter.value!).toString(), letter.timestamp],
    ['k', 'x1', 2].map((each, at) => (at === 0 ? letter.key?.toString() : each)),
  )
  const { '__streams.errors.stacktrace': stack, ...rest } = headersOf(letter)
  t.match(stack, 'RangeError: no x1')
  t.same(rest, {
    h: 'v',
    '__streams.errors.exception': 'RangeError',
    '__streams.errors.message': 'no x1',
    '__streams.errors.topic': 'in',
    '__streams.errors.partition': '0',
    '__streams.errors.offset': '1',
  })
})

t.test('the long form names all letters; the handler sees node, task and bytes', async (t) => {
  const seen: ErrorHandlerContext[] = []
  using driver = new TopologyTestDriver(picky(), {
    errorsDeadLetterQueueTopicName: 'letters',
    processingHandler: (_error, record, context) => {
      seen.push(context)
      return { answer: 'continue', deadLetters: [{ topic: 'mine', key: null, value: Buffer.from(`${String(record?.value)}!`) }] }
    },
  })
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'x', timestamp: 5 })
  t.same(driver.producedTopicNames(), ['mine'])
  t.same(driver.createOutputTopic(topic('mine', letters)).readValues(), ['x!'])
  t.match(seen, [
    { topic: 'in', partition: 0, offset: 0, timestamp: 5, node: 'KSTREAM-MAPVALUES-0000000001', task: { subtopology: 0 } },
  ])
  t.equal(Buffer.from(seen[0]!.sourceRawValue!).toString(), 'x')
})

t.test('an application writes a dead letter about an error of its own, which says its name', (t) => {
  const context = { topic: 'in', partition: 1, offset: 7, timestamp: 2, headers: [], node: 'n', task: null }
  const letter = deadLetter('letters', new RangeError('too far'), {
    ...context,
    sourceRawKey: null,
    sourceRawValue: Buffer.from('v'),
  })
  const text = (name: string) => Buffer.from(letter.headers!.find(({ key }) => key.endsWith(name))!.value!).toString()
  t.same([letter.value, text('.exception'), text('.message'), text('.offset')], [Buffer.from('v'), 'RangeError', 'too far', '7'])
  t.end()
})

t.test('a sibling that was sent first: Kafka Streams has forgotten the bytes by then, Millrace has not', async (t) => {
  const valueIn = (compatibility: 'safe' | 'java') => {
    const builder = new StreamsBuilder()
    const source = builder.stream(input)
    source.to(output)
    source
      .mapValues((): string => {
        throw new RangeError('no')
      })
      .to(output)
    const config = { compatibility, processingHandler: logAndContinue, errorsDeadLetterQueueTopicName: 'letters' }
    using driver = new TopologyTestDriver(builder.build(), config)
    driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v' })
    return driver.createOutputTopic(letters).readValues()
  }
  t.same(valueIn('safe'), ['v'])
  t.same(valueIn('java'), [null])
})

t.test('a value that a sink cannot write: the production handler first, then that of the node above', async (t) => {
  const build = () => {
    const builder = new StreamsBuilder()
    const broken = {
      ...Serdes.string,
      name: 'broken',
      serialize: () => {
        throw new RangeError('no bytes')
      },
    }
    builder
      .stream(input)
      .mapValues((value) => value)
      .to(topic('out', { key: Serdes.string, value: broken }))
    return builder.build()
  }
  const asked: UnsentRecord[] = []
  using skipping = new TopologyTestDriver(build(), {
    productionHandler: (_error, record) => {
      asked.push(record)
      return 'continue'
    },
    processingHandler: () => t.fail('it is not asked') as never,
  })
  skipping.createInputTopic(input).pipeInput({ key: 'k', value: 'v' })
  t.match(asked, [{ failed: 'serialization', origin: 'value', topic: 'out', key: 'k', value: 'v' }])
  using failing = new TopologyTestDriver(build(), {
    processingHandler: logAndContinue,
    errorsDeadLetterQueueTopicName: 'letters',
  })
  failing.createInputTopic(input).pipeInput({ key: 'k', value: 'v' })
  t.same(failing.createOutputTopic(letters).readValues(), ['v'], 'one letter')
  using neither = new TopologyTestDriver(build())
  t.throws(() => neither.createInputTopic(input).pipeInput({ key: 'k', value: 'v' }), { code: 'STREAMS_SERIALIZATION' })
})

t.test('a handler that throws ends the processing, and no other handler is asked about it', async (t) => {
  let calls = 0
  using driver = new TopologyTestDriver(picky(), {
    processingHandler: () => {
      calls++
      throw new TypeError('a mistake in the handler')
    },
  })
  t.throws(() => driver.createInputTopic(input).pipeInput({ key: 'k', value: 'x' }), {
    code: 'STREAMS_HANDLER_FAILED',
    cause: TypeError,
  })
  t.equal(calls, 1)
})

async function running(
  config: Partial<StreamsOptions>,
  refuses?: (topic: string, bytes: number) => boolean,
  refusal: 'fatal' | 'retriable' = 'fatal',
) {
  const cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 1, out: 1, letters: 1 })
  const faults = {
    ...noFaults,
    chance: seededChance(1),
    injected: 0,
    refusal,
    refuses: (name: string, batch: { readonly byteLength: number }) => refuses?.(name, batch.byteLength) ?? false,
  }
  const streams = new KafkaStreams(picky(), {
    applicationId: 'app',
    cluster: faultyCluster(cluster, faults),
    logger: silentLogger,
    commitIntervalMs: 10,
    heartbeatIntervalMs: 10,
    retryBackoffMs: 1,
    ...config,
  })
  await streams.start()
  return { cluster, streams }
}

t.test('on a cluster: records that nobody can read, and those that fail, become dead letters; all others go on', async (t) => {
  const { cluster, streams } = await running({
    deserializationHandler: logAndContinue,
    processingHandler: logAndContinue,
    errorsDeadLetterQueueTopicName: 'letters',
  })
  await produce(cluster, input, [
    ['k', 'a'],
    ['k', null],
    ['k', 'x'],
    ['k', 'b'],
  ])
  await until('all letters and outputs', async () => (await consume(cluster, letters)).length === 2)
  await until('all outputs', async () => (await consume(cluster, output)).length === 2)
  t.same(await consume(cluster, output), [
    ['k', 'A'],
    ['k', 'B'],
  ])
  t.same(await consume(cluster, letters), [
    ['k', null],
    ['k', 'x'],
  ])
  await streams.close()
  await cluster.close()
})

t.test('a record that the broker does not take: the others of its batch are written, in their order', async (t) => {
  const refused: UnsentRecord[] = []
  const config: Partial<StreamsOptions> = {
    productionHandler: (_error, record) => {
      refused.push(record)
      return 'continue'
    },
  }
  const { cluster, streams } = await running(config, (name, bytes) => name === 'out' && bytes > 600)
  const rows = Array.from({ length: 50 }, (_, index) => ['k', index % 20 === 7 ? `${index}`.repeat(600) : `v${index}`] as const)
  await produce(cluster, input, rows)
  await until('the last record', async () => (await consume(cluster, output)).some(([, value]) => value === 'V49'))
  t.same(
    (await consume(cluster, output)).map(([, value]) => value),
    rows.map(([, value]) => value.toUpperCase()).filter((value) => value.startsWith('V')),
  )
  t.same(
    refused.map(({ failed, topic, value }) => [
      failed,
      topic,
      Buffer.from(value as Uint8Array)
        .toString()
        .slice(0, 2),
    ]),
    [
      ['send', 'out', '77'],
      ['send', 'out', '27'],
      ['send', 'out', '47'],
    ],
  )
  t.equal(
    streams
      .metrics()
      .find(({ name, group }) => name === 'dropped-records' && group === 'stream-thread-metrics')
      ?.value(),
    3,
  )
  await streams.close()
  await cluster.close()
})

t.test('what may pass is tried again: tasks begin again from the last commit, and the application is not asked', async (t) => {
  let refusals = 0
  const errors: unknown[] = []
  const uncaughtExceptionHandler = (error: unknown) => {
    errors.push(error)
    return 'shutdown-client' as const
  }
  const times = (name: string) => name === 'out' && refusals++ < 2
  const { cluster, streams } = await running({ uncaughtExceptionHandler }, times, 'retriable')
  await produce(cluster, input, [
    ['k', 'a'],
    ['k', 'b'],
  ])
  await until('both', async () => new Set((await consume(cluster, output)).map(([, value]) => value)).size === 2)
  t.ok(refusals >= 2)
  t.same(errors, [])
  await streams.close()
  await cluster.close()
})

t.test('without a handler it ends the application', async (t) => {
  const errors: unknown[] = []
  const uncaughtExceptionHandler = (error: unknown) => {
    errors.push(error)
    return 'shutdown-client' as const
  }
  const { cluster, streams } = await running({ uncaughtExceptionHandler }, (name) => name === 'out')
  await produce(cluster, input, [['k', 'a']])
  await until('the end', () => streams.state === 'error')
  t.match(errors, [{ code: 'STREAMS_SEND_FAILED', facts: { transport: 'TRANSPORT_MESSAGE_TOO_LARGE' } }])
  await cluster.close()
})

t.test('an aggregator fails where sessions merge: Kafka Streams has deleted them by then, Millrace has not', async (t) => {
  const sessionsIn = (compatibility: 'safe' | 'java') => {
    const builder = new StreamsBuilder()
    builder
      .stream(input)
      .groupByKey()
      .windowedBy(SessionWindows.of({ gapMs: 5 }))
      .aggregate(
        () => '',
        (aggregate, value) => {
          if (value === 'x') throw new RangeError('no')
          return aggregate + value
        },
        (left, right) => left + right,
        { value: Serdes.string, store: 'sessions' },
      )
    using driver = new TopologyTestDriver(builder.build(), { compatibility, processingHandler: logAndContinue })
    driver.createInputTopic(input).pipeInput({ key: 'k', value: 'a', timestamp: 1 })
    driver.createInputTopic(input).pipeInput({ key: 'k', value: 'x', timestamp: 3 })
    const store = driver.stateStore<SessionStore<string, string>>('sessions')
    return [...store.fetch('k')].map(({ value }) => value)
  }
  t.same(sessionsIn('safe'), ['a'])
  t.same(sessionsIn('java'), [])
})

t.test(
  'global stores: nobody is asked about errors of their processors, unless it is enabled; there are no dead letters',
  async (t) => {
    const names = topic('names', { key: Serdes.string, value: Serdes.long })
    const build = () => {
      const builder = new StreamsBuilder()
      const store = keyValueStore('names', { key: Serdes.string, value: Serdes.long })
      const supplier = () => ({
        process: ({ value }: { readonly value: number }) => {
          if (value === 3) throw new RangeError('no three')
        },
      })
      builder.addGlobalStore(store, names, supplier)
      builder.stream(input).to(output)
      return builder.build()
    }
    const config = {
      deserializationHandler: logAndContinue,
      processingHandler: logAndContinue,
      errorsDeadLetterQueueTopicName: 'letters',
    }
    using failing = new TopologyTestDriver(build(), config)
    t.throws(() => failing.createInputTopic(names).pipeInput({ key: 'k', value: 3 }), { message: /no three/ })
    using driver = new TopologyTestDriver(build(), { ...config, processingExceptionHandlerGlobalEnabled: true })
    driver.createInputTopic(names).pipeInput({ key: 'k', value: 3 })
    driver
      .createInputTopic(topic('names', { key: Serdes.string, value: Serdes.string }))
      .pipeInput({ key: 'k', value: 'no long' })
    t.same(driver.producedTopicNames(), [])
  },
)

t.test(
  'a value that suppress cannot write: Kafka Streams keeps it from the siblings of suppress, Millrace does not',
  async (t) => {
    const siblingOf = (compatibility: 'safe' | 'java') => {
      const builder = new StreamsBuilder()
      const lengths = builder.table(input).mapValues((value) => value.length)
      lengths.suppress(Suppressed.untilTimeLimit(5))
      lengths.toStream().to(topic('out', { key: Serdes.string, value: nullable(Serdes.long) }))
      using driver = new TopologyTestDriver(builder.build(), {
        compatibility,
        processingHandler: logAndContinue,
        defaultValueSerde: Serdes.string as never,
      })
      driver.createInputTopic(input).pipeInput({ key: 'k', value: 'abc' })
      return driver.producedTopicNames().includes('out')
    }
    t.equal(siblingOf('safe'), true)
    t.equal(siblingOf('java'), false)
  },
)
