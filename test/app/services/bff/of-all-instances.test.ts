import { test } from 'tap'
import { applicationOf } from '../../../../app/services/bff/application-upstreams.ts'
import { flowOf, rowsOf, tasksOf } from '../../../../app/services/bff/of-all-instances.ts'
import type { StoreAnswer, TasksNow } from '../../../../app/contracts/topology.ts'

const tasks: TasksNow = { state: 'running', instance: 'process 1', guarantee: 'at_least_once', tasks: [], restore: null }

test('UI5: what instances of an application say is told together', (t) => {
  t.same(['transfer-enricher', 'transfer-enricher-2'].map(applicationOf), ['transfer-enricher', 'transfer-enricher'])
  const restore = { done: 1, total: 10 }
  const both = tasksOf([
    { ...tasks, tasks: [{ taskId: '0_0', state: 'running' }], restore, restores: { users: restore } },
    {
      ...tasks,
      state: 'rebalancing',
      instance: 'process 2',
      tasks: [{ taskId: '0_1', state: 'restoring' }],
      restore,
      restores: { users: restore },
    },
  ])
  t.match(both, {
    state: 'rebalancing',
    tasks: [{ instance: 'process 1' }, { taskId: '0_1', instance: 'process 2' }],
    restore: { done: 2, total: 20 },
    restores: { users: { done: 2, total: 20 } },
  })
  const flow = (rows: number, atLeast: boolean) => ({ at: 1, topics: { raw: 5 }, stores: { users: { rows, atLeast } } })
  t.same(flowOf([flow(3, false), flow(4, true)]), { at: 1, topics: { raw: 10 }, stores: { users: { rows: 7, atLeast: true } } })
  const part: StoreAnswer = {
    store: 's',
    kind: 'window',
    keys: 'string',
    rows: [],
    isMore: false,
    asked: [3],
    away: [],
    unreadable: [],
  }
  const away = [{ partition: 1, state: 'restoring' }]
  t.match(rowsOf([part, { ...part, asked: [0], away, isMore: true }]), { asked: [0, 3], away, isMore: true })
  t.end()
})
