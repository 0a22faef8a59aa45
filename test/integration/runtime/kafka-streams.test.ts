import t from 'tap'
import { kafka, KafkaStreams, silentLogger } from '../../../lib/index.ts'
import type { StreamsOptions } from '../../../lib/index.ts'
import { createTopics, consume, produce, until } from '../../runtime/running.ts'
import { counts, lines, wordCount } from '../../runtime/word-count.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'

t.test('word count on a real broker', async (t) => {
  const broker = await ownKafka(t)
  if (broker === null) return
  const cluster = kafka({ bootstrapServers: broker.bootstrapServers })
  await createTopics(cluster, { lines: 4, counts: 1 })
  const application = (config: Partial<StreamsOptions> = {}) =>
    new KafkaStreams(wordCount(), {
      applicationId: 'app',
      cluster,
      logger: silentLogger,
      commitIntervalMs: 100,
      heartbeatIntervalMs: 200,
      ...config,
    })
  const count = async (word: string) => new Map(await consume(cluster, counts)).get(word)
  const running = (streams: KafkaStreams) => streams.localTasks().filter(({ state }) => state === 'running').length
  const stateDir = t.testdir()

  const first = application({ stateDir })
  await first.start()
  await produce(
    cluster,
    lines,
    Array.from({ length: 40 }, (_, index) => [String(index), `w${index % 5} all`] as const),
  )
  await until('all counted', async () => (await count('all')) === 40)
  await first.close()

  const starts: number[] = []
  const stateRestoreListener = { onRestoreStart: (_: unknown, _store: string, start: number) => void starts.push(start) }
  const again = application({ stateDir, stateRestoreListener })
  await again.start()
  await until('all tasks', () => running(again) === 8)
  t.ok(
    starts.some((start) => start > 0),
    'stores opened at their positions',
  )

  const second = application()
  await second.start()
  await until('half of the tasks on each', () => running(again) === 4 && running(second) === 4)
  await produce(
    cluster,
    lines,
    Array.from({ length: 10 }, (_, index) => [String(index), 'all'] as const),
  )
  await until('counted by both', async () => (await count('all')) === 50)
  await again.close()
  await until('all tasks on the second', () => running(second) === 8)
  await produce(cluster, lines, [['x', 'all']])
  await until('the state moved along', async () => (await count('all')) === 51)
  await second.close()
})
