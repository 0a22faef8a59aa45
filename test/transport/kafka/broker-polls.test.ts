import t from 'tap'
import { BrokerPolls } from '../../../lib/transport/kafka/client/broker-polls.ts'

const at = (topic: string, offset = 0) => ({ topic, partition: 0, offset })
const [idle, busy, other] = [at('idle'), at('busy'), at('other')]

t.test('the first poll is long, and has all positions', async (t) => {
  t.same(new BrokerPolls().plan([idle, busy], 500), { lane: 'fetch', positions: [idle, busy], maxWaitMs: 500 })
})

t.test('what the long poll does not ask for is asked for beside it, for a short time', async (t) => {
  const polls = new BrokerPolls()
  polls.begin(polls.plan([idle], 500)!)
  t.equal(polls.plan([idle], 500), null)
  const beside = polls.plan([idle, busy], 500)!
  t.match(beside, { lane: 'fetch-beside', positions: [busy] })
  t.ok(beside.maxWaitMs <= 25)
  t.equal(polls.plan([idle, busy], 5)?.maxWaitMs, 5)
  polls.begin(beside)
  t.equal(polls.plan([idle, busy, other], 500), null, 'the short poll ends soon')
  polls.end(beside)
  t.same(polls.plan([idle, busy], 500)?.positions, [busy])
})

t.test('a position that has moved is another one', async (t) => {
  const polls = new BrokerPolls()
  polls.begin(polls.plan([idle], 500)!)
  t.same(polls.plan([at('idle', 7)], 500)?.positions, [at('idle', 7)])
})

t.test('after a short poll all come together again', async (t) => {
  const polls = new BrokerPolls()
  const long = polls.plan([idle], 500)!
  polls.begin(long)
  const beside = polls.plan([busy], 500)!
  polls.begin(beside)
  polls.end(long)
  t.equal(polls.plan([idle, busy], 500), null)
  polls.end(beside)
  t.same(polls.plan([idle, busy], 500), { lane: 'fetch', positions: [idle, busy], maxWaitMs: 500 })
})
