import t from 'tap'
import { PauseSwitch } from '../../../lib/runtime/loop/pause-switch.ts'

t.test('a resume wakes the thread of now, and a pause outlasts the one before', async (t) => {
  const pauses = new PauseSwitch()
  const woken: string[] = []
  pauses.pause()
  pauses.resume()
  pauses.connect(() => woken.push('first'))
  pauses.pause()
  pauses.connect(() => woken.push('second'))
  t.equal(pauses.isPaused, true)
  t.same(woken, [])
  pauses.resume()
  t.equal(pauses.isPaused, false)
  t.same(woken, ['second'])
})
