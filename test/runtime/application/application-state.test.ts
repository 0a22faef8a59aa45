import t from 'tap'
import { ApplicationState } from '../../../lib/runtime/application/application-state.ts'

t.test('each change of state is told once, and the last one ends it', async (t) => {
  const changes: string[] = []
  const state = new ApplicationState((now, before) => changes.push(`${before} → ${now}`))
  t.equal(state.isAlive, false)
  state.set('rebalancing')
  state.set('rebalancing')
  t.equal(state.isAlive, true)
  state.set('pending-shutdown')
  state.set('not-running')
  state.set('running')
  t.same(changes, ['created → rebalancing', 'rebalancing → pending-shutdown', 'pending-shutdown → not-running'])
  t.equal(state.isOver, true)
})

t.test('who awaits the end hears of it, before and after it came', async (t) => {
  const state = new ApplicationState(undefined)
  t.equal(state.isEndAwaited, false)
  const awaited = state.closed()
  t.equal(state.isEndAwaited, true)
  state.set('not-running')
  await awaited
  await state.closed()
})

t.test('a failure rejects for each who awaits the end, and for nobody else', async (t) => {
  const failed = new ApplicationState(undefined)
  failed.fail(new Error('broken'))
  t.equal(failed.current, 'error')
  await new Promise((resolve) => setImmediate(resolve))
  await t.rejects(failed.closed(), { message: 'broken' })
  await t.rejects(failed.closed(), { message: 'broken' })
})
