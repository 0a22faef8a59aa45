import t from 'tap'
import { commitTasks } from '../../lib/runtime/loop/commit-tasks.ts'
import type { ManagedTask } from '../../lib/runtime/task/managed-task.ts'

/** A task that writes down what is asked of it. */
function recording(calls: string[], name: string): ManagedTask {
  const offset = { topic: name, partition: 0, offset: 7, leaderEpoch: -1, metadata: '' }
  const task = {
    isCommitNeeded: true,
    isCommitRequested: false,
    prepareCommit: () => (calls.push(`prepare ${name}`), [offset]),
    postCommit: (_offsets: unknown, checkpoint: string) => calls.push(`post ${name} ${checkpoint}`),
  }
  return { task } as unknown as ManagedTask
}

function steps(calls: string[], failing?: 'flush' | 'commit') {
  const step = (name: 'flush' | 'commit') => async (): Promise<void> => {
    calls.push(name)
    await Promise.resolve()
    if (name === failing) throw new Error(name)
    calls.push(`${name} acknowledged`)
  }
  return [{ flush: step('flush') }, { commit: step('commit') }] as const
}

t.test('at least once: output is acknowledged before offsets are committed, and stores follow last', async (t) => {
  const calls: string[] = []
  const offsets = await commitTasks([recording(calls, 'a'), recording(calls, 'b')], ...steps(calls), 'if-due')
  t.same(calls, [
    'prepare a',
    'prepare b',
    'flush',
    'flush acknowledged',
    'commit',
    'commit acknowledged',
    'post a if-due',
    'post b if-due',
  ])
  t.same(
    offsets.map(({ topic }) => topic),
    ['a', 'b'],
  )
})

t.test('output that is not acknowledged: no offset is committed, no store is written', async (t) => {
  const calls: string[] = []
  await t.rejects(commitTasks([recording(calls, 'a')], ...steps(calls, 'flush'), 'always'), { message: 'flush' })
  t.same(calls, ['prepare a', 'flush'])
})

t.test('a refused commit: no store is written', async (t) => {
  const calls: string[] = []
  await t.rejects(commitTasks([recording(calls, 'a')], ...steps(calls, 'commit'), 'always'), { message: 'commit' })
  t.same(calls, ['prepare a', 'flush', 'flush acknowledged', 'commit'])
})

t.test('nothing to commit: nothing is asked of the cluster', async (t) => {
  const calls: string[] = []
  t.same(await commitTasks([], ...steps(calls), 'always'), [])
  t.same(calls, [])
})
