import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { TransportErrorKind } from '../../../lib/model/errors.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import { AtLeastOnceCommitter } from '../../../lib/runtime/loop/at-least-once-committer.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { FakeTask, managed, settledOutput } from '../task/fake-task.ts'

function open(calls: string[]) {
  const clock = new ManualClock(0)
  const failures: { output?: Error; commit?: Error; storage?: Error } = {}
  const purged: string[] = []
  const committed: string[] = []
  const gone = new Set<string>()
  const step = (name: string, failure: () => Error | undefined) => async (): Promise<void> => {
    calls.push(name)
    await Promise.resolve()
    if (failure() !== undefined) throw failure()
    calls.push(`${name} acknowledged`)
  }
  const acknowledge = step('output', () => failures.output)
  const committer = new AtLeastOnceCommitter({
    membership: {
      commit: (offsets) => {
        committed.push(...offsets.map(({ topic }) => topic))
        return step('offsets', () => failures.commit)()
      },
    },
    topics: { isGone: (topic) => gone.has(topic) },
    output: {
      settle: async (tasks) => {
        await acknowledge()
        return tasks.filter(({ output }) => output.checkSettled())
      },
    },
    directory: { flush: async () => (failures.storage === undefined ? undefined : Promise.reject(failures.storage)) },
    purge: {
      committed: (offsets) =>
        void purged.push(...offsets.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`)),
      purge: async (now) => void purged.push(`at ${now}`),
    },
    clock,
    logger: silentLogger,
    taskTimeoutMs: 1000,
  })
  return { committer, clock, failures, purged, committed, gone }
}

const trouble = (kind: TransportErrorKind) => new TransportError('TRANSPORT_TEST', kind, `A ${kind} error.`)

t.test('output is acknowledged before offsets are committed, and stores follow last', async (t) => {
  const calls: string[] = []
  const { committer, purged } = open(calls)
  const tasks = [managed(new FakeTask('0_0', calls)), managed(new FakeTask('0_1', calls))]
  t.same(await committer.commit(tasks, 'if-due'), { committed: tasks, aborted: [], lastCommit: 'known' })
  t.same(calls, [
    'prepareCommit 0_0',
    'prepareCommit 0_1',
    'output',
    'output acknowledged',
    'offsets',
    'offsets acknowledged',
    'postCommit if-due 0_0',
    'postCommit if-due 0_1',
  ])
  t.same(purged, ['in-0-0@0', 'in-0-1@0', 'at 1000'], 'what is committed of repartition topics may be deleted')
})

t.test('the offsets of a topic that was deleted are left out: the broker would refuse those of others with them', async (t) => {
  const calls: string[] = []
  const { committer, committed, gone } = open(calls)
  const tasks = [managed(new FakeTask('0_0', calls)), managed(new FakeTask('1_0', calls))]
  gone.add('in-0')
  t.same((await committer.commit(tasks, 'always')).committed, tasks)
  t.same(committed, ['in-1'])
})

t.test('only tasks that are asked for, and run, are committed; the others are not touched', async (t) => {
  const calls: string[] = []
  const { committer } = open(calls)
  const [asked, restoring] = [managed(new FakeTask('0_0', calls)), managed(new FakeTask('0_1', calls), 'restoring')]
  t.same((await committer.commit([asked, restoring], 'always')).committed, [asked])
  t.notOk(calls.some((call) => call.includes('0_1')))
})

t.test('a task without news is committed only where its stores are to be written', async (t) => {
  const calls: string[] = []
  const { committer } = open(calls)
  const idle = new FakeTask('0_0', calls)
  idle.isCommitNeeded = false
  t.same((await committer.commit([managed(idle)], 'if-due')).committed.length, 1, 'nothing of it is uncommitted')
  t.same(calls, [])
  await committer.commit([managed(idle)], 'always')
  t.equal(calls.at(-1), 'postCommit always 0_0')
})

t.test('output that is not acknowledged: no offset is committed, no store is written', async (t) => {
  const calls: string[] = []
  const { committer, failures } = open(calls)
  failures.output = new Error('refused')
  await t.rejects(committer.commit([managed(new FakeTask('0_0', calls))], 'always'), { message: 'refused' })
  t.same(calls, ['prepareCommit 0_0', 'output'])
})

t.test('a refused commit that may pass leaves everything uncommitted, until it has failed for too long', async (t) => {
  for (const kind of ['retriable', 'rebalance', 'fenced'] as const) {
    const calls: string[] = []
    const { committer, clock, failures } = open(calls)
    const tasks = [managed(new FakeTask('0_0', calls))]
    failures.commit = trouble(kind)
    t.same(await committer.commit(tasks, 'if-due'), { committed: [], aborted: [], lastCommit: 'known' })
    t.notOk(
      calls.some((call) => call.startsWith('postCommit')),
      'no store is written',
    )
    clock.advance(999)
    t.same((await committer.commit(tasks, 'if-due')).committed, [])
    clock.advance(1)
    await t.rejects(committer.commit(tasks, 'if-due'), failures.commit)
  }
})

t.test('trouble is over with the first commit that goes through', async (t) => {
  const { committer, clock, failures } = open([])
  const tasks = [managed(new FakeTask('0_0'))]
  failures.commit = trouble('retriable')
  await committer.commit(tasks, 'always')
  clock.advance(900)
  delete failures.commit
  t.same((await committer.commit(tasks, 'always')).committed, tasks)
  clock.advance(900)
  failures.commit = trouble('retriable')
  t.same((await committer.commit(tasks, 'always')).committed, [], 'the time counts from here')
})

t.test('errors that do not pass, and storage that cannot be written, end the thread', async (t) => {
  for (const kind of ['fatal', 'abortable'] as const) {
    const { committer, failures } = open([])
    failures.commit = trouble(kind)
    await t.rejects(committer.commit([managed(new FakeTask('0_0'))], 'always'), failures.commit)
  }
  const calls: string[] = []
  const { committer, failures } = open(calls)
  failures.storage = new Error('No space left.')
  await t.rejects(committer.commit([managed(new FakeTask('0_0', calls))], 'always'), { message: 'No space left.' })
  t.same(calls, [])
})

t.test('an abort takes the tasks that are asked for, and no other', async (t) => {
  const { committer } = open([])
  const tasks = [managed(new FakeTask('0_0'))]
  t.same(await committer.abort(tasks), { aborted: tasks, lastCommit: 'unknown' })
})

t.test('tasks whose output is not acknowledged are left out; the others are committed', async (t) => {
  const calls: string[] = []
  const { committer } = open(calls)
  const late = { ...managed(new FakeTask('0_0', calls)), output: { ...settledOutput, checkSettled: () => false } }
  const other = managed(new FakeTask('0_1', calls))
  t.same(await committer.commit([late, other], 'if-due'), { committed: [other], aborted: [], lastCommit: 'known' })
  t.same(calls.filter((call) => call.startsWith('postCommit')), ['postCommit if-due 0_1']) // prettier-ignore
})
