import t from 'tap'
import { StatePublisher, type ThreadState } from '../../../lib/runtime/loop/state-publisher.ts'

t.test('each change of state is told once, and a thread begins rebalancing', (t) => {
  const told: ThreadState[] = []
  const publisher = new StatePublisher((state) => void told.push(state))
  for (const state of ['rebalancing', 'running', 'running', 'rebalancing', 'running'] as const) publisher.publish(state)
  t.same(told, ['running', 'rebalancing', 'running'])
  t.end()
})
