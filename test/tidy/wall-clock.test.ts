import t from 'tap'
import { projectFiles, read } from './source-files.ts'

// The wall clock may be set at any moment. So a duration is measured by `Clock.monotonic`, and who asks for the wall-clock time says
// here what it is for.

const meanings: Readonly<Record<string, string>> = {
  'lib/runtime/output/producer-topic.ts': 'the timestamp of a record',
  'lib/runtime/restore/changelog-reader.ts': 'the age of stored state',
  'lib/runtime/restore/global-task.ts': 'the age of stored state',
  'lib/runtime/restore/global-thread.ts': 'the age of stored state',
  'lib/runtime/task/task-stores.ts': 'the age of stored state',
  'lib/runtime/loop/held-up-partitions.ts': 'since when a partition waits, as operators see it',
  'lib/runtime/metrics/thread-meter.ts': 'when a thread began, as Kafka tells it',
  'lib/runtime/loop/stream-thread.ts': 'wall-clock punctuations',
  'lib/runtime/loop/task-executor.ts': 'wall-clock punctuations, and the age of records',
  'lib/runtime/task/stream-task.ts': 'wall-clock punctuations, and the age of records',
  'lib/runtime/task/processor-context.ts': '`currentSystemTimeMs`',
  'lib/runtime/task/record-reader.ts': '`wallclockTimestamp`',
  'lib/runtime/task/start-offsets.ts': 'a reset to what is younger than a duration',
  'lib/testing/test-engine.ts': 'wall-clock punctuations, and the timestamp of a record',
  'lib/testing/topology-test-driver.ts': 'the first time of the driver, and of its topics',
  'lib/transport/embedded/embedded-broker.ts': 'retention, and the timestamp of a record',
  'lib/transport/embedded/transactions/transaction-coordinator.ts': 'the time limit of a transaction, over restarts',
  'lib/transport/topic-clients/topic-producer.ts': 'the timestamp of a record',
}

t.test('the wall-clock time is asked for where it is meant, and nowhere else', async (t) => {
  const files = projectFiles().filter((path) => path.startsWith('lib/') && !path.startsWith('lib/clock/'))
  const asking = files.filter((path) => /[cC]lock\.now\(\)|Pick<Clock, 'now'>/.test(read(path)))
  t.same(asking.sort(), Object.keys(meanings).sort(), 'use `monotonic` for durations, or say here what the time is for')
})
