import { test } from 'tap'
import { Outbox } from '../../../app/web/page/outbox/outbox.ts'
import type { Answer, OutboxWorld, Settled, Write } from '../../../app/web/page/outbox/outbox.ts'

interface Bench {
  readonly world: OutboxWorld
  readonly sent: Write[]
  readonly settled: Settled[]
  readonly waits: number[]
  readonly slot: Map<string, string>
  /** The answers to come; a null is no answer. */
  readonly answers: (number | null)[]
  readonly elapse: () => Promise<void>
}

function bench(slot = new Map<string, string>()): Bench {
  const tasks: (() => void)[] = []
  const made: Omit<Bench, 'world'> = {
    sent: [],
    settled: [],
    waits: [],
    slot,
    answers: [],
    elapse: async () => {
      tasks.shift()?.()
      await turns()
    },
  }
  let keys = 0
  const world: OutboxWorld = {
    storage: { getItem: (key) => slot.get(key) ?? null, setItem: (key, value) => void slot.set(key, value) },
    random: (bytes) => void bytes.fill(++keys),
    now: () => 5,
    after: (ms, task) => {
      made.waits.push(ms)
      tasks.push(task)
    },
    send: async (write) => {
      made.sent.push(write)
      const status = made.answers.shift() ?? null
      if (status === null) throw new TypeError('Failed to fetch')
      return { status, body: {}, headers: {} } satisfies Answer
    },
    onChange: () => {},
    onSettled: (settled) => void made.settled.push(settled),
  }
  return { ...made, world }
}

/** Lets promises that are due go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

const transfer = { method: 'POST', path: '/api/transfers', body: { amount: '10.00' } } as const

test('the key is stored before the first try', async (t) => {
  const { world, slot } = bench()
  const outbox = new Outbox({
    ...world,
    send: async (write) => {
      t.match(slot.get('millrace.outbox'), write.key)
      return { status: 201, body: {}, headers: {} }
    },
  })
  outbox.add(transfer)
  t.plan(1)
  await turns()
})

test('a write without an answer is tried again with its key, after 0.2 to 3 s, until SQL acknowledges it', async (t) => {
  const { world, sent, settled, waits, answers, elapse } = bench()
  answers.push(null, 503, 502, null, 429, null, 201)
  const outbox = new Outbox(world)
  const key = outbox.add(transfer)
  await turns()
  for (let tries = 0; tries < 6; tries++) {
    t.equal(outbox.pending.length, 1)
    await elapse()
  }
  t.same(waits, [200, 400, 800, 1_600, 3_000, 3_000])
  t.same(new Set(sent.map((write) => write.key)), new Set([key]))
  t.match(settled, [{ acknowledged: true, write: { tries: 6 } }])
  t.same(outbox.pending, [])
})

test('a refusal is the end of a write', async (t) => {
  const { world, settled, answers } = bench()
  answers.push(422)
  new Outbox(world).add(transfer)
  await turns()
  t.match(settled, [{ acknowledged: false, answer: { status: 422 } }])
})

test('the oldest goes first and alone; the others follow in order', async (t) => {
  const { world, sent, answers, elapse } = bench()
  answers.push(null, 201, 201, 201)
  const outbox = new Outbox(world)
  const keys = [outbox.add(transfer), outbox.add(transfer), outbox.add(transfer)]
  await turns()
  t.equal(sent.length, 1)
  await elapse()
  t.same(sent.map((write) => write.key), [keys[0], ...keys]) // prettier-ignore
})

test('a reload loses no write: the next page sends it with the same key', async (t) => {
  const before = bench()
  before.answers.push(null)
  const key = new Outbox(before.world).add(transfer)
  await turns()
  const after = bench(before.slot)
  after.answers.push(201)
  new Outbox(after.world).start()
  await turns()
  t.match(after.sent, [{ key, path: '/api/transfers', body: { amount: '10.00' } }])
  t.match(after.settled, [{ acknowledged: true }])
})

test('the reader may hurry it, and the timer that was set then does nothing', async (t) => {
  const { world, sent, answers, elapse } = bench()
  answers.push(null, null)
  const outbox = new Outbox(world)
  outbox.add(transfer)
  await turns()
  outbox.hurry()
  await turns()
  t.equal(sent.length, 2)
  await elapse()
  t.equal(sent.length, 2, 'the first timer is void')
  await elapse()
  t.equal(sent.length, 3)
})

test('what another program left in the storage is not sent', async (t) => {
  for (const text of ['{', '7', '[1,null,{"key":"k"}]']) {
    const { world, sent } = bench(new Map([['millrace.outbox', text]]))
    new Outbox(world).start()
    await turns()
    t.same(sent, [])
  }
})
