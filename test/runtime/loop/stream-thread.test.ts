import t from 'tap'
import type { Test } from 'tap'
import { sleep } from '../../../lib/clock/clock.ts'
import { StreamsBuilder } from '../../../lib/dsl/streams-builder.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import { topic } from '../../../lib/model/topic.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import type { Committer } from '../../../lib/runtime/loop/committer.ts'
import { AtLeastOnceCommitter } from '../../../lib/runtime/loop/at-least-once-committer.ts'
import type { CommitterOptions } from '../../../lib/runtime/loop/open-stream-thread.ts'
import { consume, produce } from '../running.ts'
import { comesTrue, simulate } from '../simulated-time.ts'
import { AllOrNothingCommitter } from './all-or-nothing-committer.ts'
import { runThread, type RunningThreadOptions } from './running-thread.ts'

const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
const passed = topic('passed', { key: Serdes.string, value: Serdes.string })

function passing() {
  const builder = new StreamsBuilder()
  builder.stream(lines).to(passed)
  return builder.build()
}

type Thread = Awaited<ReturnType<typeof runThread>>

/** Runs a thread of two tasks on the membership that the test plays, and lets it end well where the test does not end it. */
async function playing(t: Test, options: Partial<RunningThreadOptions>, play: (thread: Thread) => Promise<void>) {
  const thread = await runThread({ topology: passing(), topics: { lines: 2, passed: 1 }, ...options })
  t.teardown(() => thread.cluster.close())
  await simulate(thread.clock, async () => {
    await play(thread)
    await thread.thread.leave()
    await thread.ended
  })
}

const both = new Map(['0_0', '0_1'].map((id, partition) => [id, [{ topic: 'lines', partition }]]))
const onlyFirst = new Map([...both].slice(0, 1))

const texts = async ({ cluster }: Thread): Promise<readonly (string | null)[]> =>
  (await consume(cluster, passed)).map(([, value]) => value)
const send = ({ cluster }: Thread, ...values: string[]): Promise<void> =>
  produce(
    cluster,
    lines,
    values.map((value) => [value, value] as const),
  )
const seen = (thread: Thread, ...values: string[]): Promise<void> =>
  comesTrue(thread.clock, `${values.join(', ')} passed on`, async () => {
    const found = await texts(thread)
    return values.every((value) => found.includes(value))
  })

t.test('a thread runs the tasks that its membership assigns, and commits through it', async (t) => {
  await playing(t, {}, async (thread) => {
    const { membership, tasks, states, clock } = thread
    await membership.heartbeat(both)
    await comesTrue(clock, 'both tasks', () => tasks.running.length === 2)
    t.same(tasks.running.map(({ partitions }) => partitions), [...both.values()]) // prettier-ignore
    await send(thread, 'a', 'b', 'c')
    await seen(thread, 'a', 'b', 'c')
    await comesTrue(clock, 'a commit', () => membership.commits.length > 0)
    t.equal(membership.commits[0]!.epoch, 1)
    t.equal(
      membership.commits.flatMap(({ offsets }) => offsets).reduce((sum, { offset }) => sum + offset, 0),
      3,
    )
    t.same(states, ['running'])
  })
})

t.test('a revoked task is committed before it goes, and the others go on', async (t) => {
  await playing(t, {}, async (thread) => {
    const { membership, tasks, states, clock } = thread
    await membership.heartbeat(both)
    await send(thread, 'a', 'b', 'c', 'd')
    await seen(thread, 'a', 'b', 'c', 'd')
    const [first, second] = tasks.running
    await membership.heartbeat(onlyFirst)
    t.same(membership.commits.flatMap(({ offsets }) => offsets.map(({ partition }) => partition)), [1]) // prettier-ignore
    t.same(tasks.running, [first], 'it was not touched')
    t.equal(second!.state, 'closed')
    t.same(membership.reports.at(-1)!.owned, [first!.id, second!.id])
    await comesTrue(clock, 'the end of the rebalance', () => states.length === 3)
    t.same(states, ['running', 'rebalancing', 'running'])
  })
})

t.test('a lost task commits nothing, and whoever gets it begins at the last commit', async (t) => {
  await playing(t, {}, async (thread) => {
    const { membership, tasks, clock } = thread
    await membership.heartbeat(onlyFirst)
    await send(thread, 'a', 'c', 'e')
    await comesTrue(clock, 'a commit', () => membership.commits.length > 0)
    await membership.fence()
    t.same(tasks.all, [])
    const before = membership.commits.length
    await membership.heartbeat(both)
    await seen(thread, 'a', 'c', 'e')
    t.equal((await texts(thread)).length, 3, 'what was committed is not processed again')
    t.equal(before, 1)
  })
})

t.test('what ends the membership ends the thread; its tasks are closed, and nothing is committed', async (t) => {
  await playing(t, {}, async (thread) => {
    const { membership, tasks, ended } = thread
    await membership.heartbeat(both)
    await send(thread, 'a')
    await seen(thread, 'a')
    const error = new TransportError('TRANSPORT_UNSUPPORTED_VERSION', 'fatal', 'The broker has no streams groups.')
    membership.fail(error)
    t.equal(await ended, error)
    t.same(tasks.all, [])
    t.same(membership.commits, [])
  })
})

t.test('leaving commits all tasks and gives them back', async (t) => {
  await playing(t, {}, async (thread) => {
    const { membership, ended, tasks } = thread
    await membership.heartbeat(both)
    await send(thread, 'a', 'b', 'c', 'd')
    await seen(thread, 'a', 'b', 'c', 'd')
    await thread.thread.leave()
    t.equal(await ended, 'left')
    t.same(membership.commits.map(({ offsets }) => offsets.length), [2]) // prettier-ignore
    t.same(tasks.all, [])
  })
})

t.test('a request to stop the whole application goes to the group', async (t) => {
  await playing(t, {}, async ({ thread, membership }) => {
    thread.requestShutdown()
    t.equal(membership.shutdowns, 1)
  })
})

t.test('a committer that takes all tasks of a producer commits them all when one is revoked', async (t) => {
  await playing(t, { makeCommitter: (options) => new AllOrNothingCommitter(options) }, async (thread) => {
    const { membership, tasks } = thread
    await membership.heartbeat(both)
    await send(thread, 'a', 'b', 'c', 'd')
    await seen(thread, 'a', 'b', 'c', 'd')
    await membership.heartbeat(onlyFirst)
    t.same(membership.commits.map(({ offsets }) => offsets.map(({ partition }) => partition)), [[0, 1]]) // prettier-ignore
    t.same(tasks.running.map(({ partitions }) => partitions), [...onlyFirst.values()]) // prettier-ignore
  })
})

t.test('an abort starts tasks again from the last committed offsets, not from those of their creation', async (t) => {
  let committer: AllOrNothingCommitter | undefined
  const makeCommitter = (options: ConstructorParameters<typeof AllOrNothingCommitter>[0]) =>
    (committer = new AllOrNothingCommitter(options))
  await playing(t, { topics: { lines: 1, passed: 1 }, makeCommitter }, async (thread) => {
    const { membership, tasks, clock } = thread
    await membership.heartbeat(onlyFirst)
    await send(thread, 'a', 'b', 'c')
    await seen(thread, 'a', 'b', 'c')
    await comesTrue(clock, 'a commit', () => membership.commits.length > 0)
    const [first] = tasks.running
    committer!.isFailing = true
    await send(thread, 'd', 'e')
    await comesTrue(clock, 'd and e twice', async () => (await texts(thread)).length >= 7)
    await sleep(clock, 1000)
    t.same(await texts(thread), ['a', 'b', 'c', 'd', 'e', 'd', 'e'])
    t.not(tasks.running[0], first, 'another task, made from what was committed')
  })
})

t.test('tasks that were aborted with one that is revoked begin again; the revoked one does not', async (t) => {
  let committer: AllOrNothingCommitter | undefined
  const makeCommitter = (options: ConstructorParameters<typeof AllOrNothingCommitter>[0]) =>
    (committer = new AllOrNothingCommitter(options))
  await playing(t, { makeCommitter }, async (thread) => {
    const { membership, tasks } = thread
    await membership.heartbeat(both)
    await send(thread, 'a', 'b', 'c', 'd')
    await seen(thread, 'a', 'b', 'c', 'd')
    const [first] = tasks.running
    committer!.isFailing = true
    await membership.heartbeat(onlyFirst)
    t.same(membership.commits, [])
    t.same(tasks.all.map(({ partitions }) => partitions), [...onlyFirst.values()]) // prettier-ignore
    t.not(tasks.all[0], first)
  })
})

t.test('a turn that hangs gives the tasks up; the loop goes on when it comes back', async (t) => {
  const hung = Promise.withResolvers<void>()
  let hangs = false
  const makeCommitter = (options: CommitterOptions): Committer => {
    const committer = new AtLeastOnceCommitter(options)
    return {
      waitsForAssignment: true,
      urgency: 'by-schedule',
      commit: async (...asked) => {
        if (hangs) await hung.promise
        return committer.commit(...asked)
      },
      abort: (tasks) => committer.abort(tasks),
    }
  }
  await playing(t, { makeCommitter, config: { maxPollIntervalMs: 2000 } }, async (thread) => {
    const { membership, clock } = thread
    await membership.heartbeat(both)
    await send(thread, 'a')
    await seen(thread, 'a')
    hangs = true
    await comesTrue(clock, 'the tasks given up', () => membership.givenUp.length > 0)
    t.match(membership.givenUp, [/^The loop has not come back for 2000 ms/])
    hangs = false
    hung.resolve()
    await send(thread, 'b')
    await seen(thread, 'b')
  })
})

t.test('while a join is under way nothing is committed, and tasks go on; the commit follows the assignment', async (t) => {
  await playing(t, {}, async (thread) => {
    const { membership, clock } = thread
    await membership.heartbeat(both)
    membership.canCommit = false
    await send(thread, 'a', 'b')
    await seen(thread, 'a', 'b')
    await sleep(clock, 1000)
    t.same(membership.commits, [])
    membership.canCommit = true
    await membership.heartbeat(both)
    await comesTrue(clock, 'the commit', () => membership.commits.length > 0)
  })
})

t.test('refused commits are repeated after pauses, and no task is closed', async (t) => {
  await playing(t, {}, async (thread) => {
    const { membership, tasks, clock } = thread
    await membership.heartbeat(both)
    await comesTrue(clock, 'both tasks', () => tasks.running.length === 2)
    const { running } = tasks
    membership.refusal = new TransportError('TRANSPORT_ILLEGAL_GENERATION', 'fenced', 'Refused.')
    await send(thread, 'a', 'b')
    await seen(thread, 'a', 'b')
    await sleep(clock, 1000)
    membership.refusal = null
    const before = clock.now()
    await comesTrue(clock, 'the commit', () => membership.commits.length > 0)
    t.ok(clock.now() - before <= 1000)
    t.same(tasks.running, running)
  })
})
