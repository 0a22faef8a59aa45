import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { LoopJobs } from '../../../lib/runtime/loop/loop-jobs.ts'

t.test('jobs run one after the other, in the order in which they were asked for', async (t) => {
  const jobs = new LoopJobs()
  const ran: string[] = []
  const slow = jobs.run(async () => {
    await Promise.resolve()
    ran.push('slow')
  })
  jobs.post(async () => void ran.push('posted'))
  t.notOk(jobs.isEmpty)
  t.same(ran, [], 'not before the loop comes to it')
  await jobs.runAll()
  await slow
  t.same(ran, ['slow', 'posted'])
  t.ok(jobs.isEmpty)
})

t.test('who runs a job gets its error; the error of a posted job is that of the loop', async (t) => {
  const jobs = new LoopJobs()
  const mine = t.rejects(
    jobs.run(() => Promise.reject(new Error('mine'))),
    { message: 'mine' },
  )
  await jobs.runAll()
  await mine
  jobs.post(() => Promise.reject(new Error('the loop ends')))
  await t.rejects(jobs.runAll(), { message: 'the loop ends' })
})

t.test('a job wakes the loop; without one it sleeps its time', async (t) => {
  const jobs = new LoopJobs()
  const clock = new ManualClock(0)
  let awake = false
  const slept = jobs.wait(10, clock).then(() => (awake = true))
  clock.advance(9)
  await Promise.resolve()
  t.notOk(awake)
  clock.advance(1)
  await slept
  const waiting = jobs.wait(Infinity, clock)
  jobs.post(async () => undefined)
  await waiting
  t.pass('woken')
})

t.test('when the loop has ended jobs are left out, and whoever waits for one goes on', async (t) => {
  const jobs = new LoopJobs()
  const ran: string[] = []
  const waiting = jobs.run(async () => void ran.push('waited'))
  jobs.close()
  await waiting
  await jobs.run(async () => void ran.push('late'))
  jobs.post(async () => void ran.push('posted'))
  await jobs.runAll()
  t.same(ran, [])
})

t.test('a job that follows other work gets its result, or throws its error if it asks for the result', async (t) => {
  const jobs = new LoopJobs()
  const results: string[] = []
  jobs.postAfter(Promise.resolve('done'), (result) => void results.push(result()))
  jobs.postAfter(Promise.reject(new Error('boom')), () => void results.push('not asked'))
  t.ok(jobs.isEmpty, 'the work has to settle first')
  await new Promise(setImmediate)
  await jobs.runAll()
  t.same(results, ['done', 'not asked'])
  jobs.postAfter(Promise.reject(new Error('boom')), (result) => result())
  await new Promise(setImmediate)
  await t.rejects(jobs.runAll(), { message: 'boom' })
})
