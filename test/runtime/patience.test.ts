import t from 'tap'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import type { TransportErrorKind } from '../../lib/model/errors.ts'
import { TransportError } from '../../lib/model/errors.ts'
import { patiently } from '../../lib/runtime/patience.ts'
import { simulate } from './simulated-time.ts'

const failure = (kind: TransportErrorKind) => new TransportError('TRANSPORT_TEST', kind, `A ${kind} error.`)

function open() {
  const clock = new ManualClock(0)
  let attempts = 0
  const patience = { clock, retryBackoffMs: 10, taskTimeoutMs: 100 }
  const failing = (times: number, kind: TransportErrorKind) => async () => {
    if (attempts++ < times) throw failure(kind)
    return attempts
  }
  return { clock, patience, failing }
}

t.test('what fails with an error that passes is tried again', async (t) => {
  const { clock, patience, failing } = open()
  t.equal(await simulate(clock, () => patiently(failing(3, 'retriable'), patience)), 4)
  t.equal(clock.now(), 30)
})

t.test('an error that lasts, or does not pass, is told', async (t) => {
  const lasting = open()
  await t.rejects(simulate(lasting.clock, () => patiently(lasting.failing(Infinity, 'retriable'), lasting.patience)), { code: 'TRANSPORT_TEST' }) // prettier-ignore
  t.equal(lasting.clock.now(), 100)
  const fatal = open()
  await t.rejects(
    simulate(fatal.clock, () => patiently(fatal.failing(Infinity, 'fatal'), fatal.patience)),
    { code: 'TRANSPORT_TEST' },
  )
  t.equal(fatal.clock.now(), 0)
})

t.test('nobody tries again for what is no longer wanted', async (t) => {
  const { clock, patience, failing } = open()
  const unwanted = new AbortController()
  clock.schedule(20, () => unwanted.abort())
  await t.rejects(simulate(clock, () => patiently(failing(Infinity, 'retriable'), patience, unwanted.signal)))
  t.equal(clock.now(), 20)
})
