import { test } from 'tap'
import { Outbox } from '../../../../app/pipeline/supervisor/outbox.ts'
import type { SendWrite } from '../../../../app/pipeline/supervisor/outbox.ts'

const transfer = { fromUserId: 1, toUserId: 2, amount: '10.00' }

function open(send: SendWrite, atOnce?: number) {
  const acknowledged: [string, number][] = []
  const refused: string[] = []
  const outbox = new Outbox({
    send,
    onAcknowledged: (key, id) => acknowledged.push([key, id]),
    onRefused: (key) => refused.push(key),
    ...(atOnce === undefined ? {} : { atOnce }),
  })
  return { outbox, acknowledged, refused }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

test('a write that nobody answered is sent again with its key, until SQL has it', async (t) => {
  const keys: string[] = []
  const { outbox, acknowledged } = open(async (key) => (keys.push(key) < 3 ? 'later' : { id: 7 }))
  outbox.add(transfer)
  t.equal(outbox.size, 1)
  await until(() => outbox.size === 0)
  t.equal(keys.length, 3)
  t.equal(new Set(keys).size, 1)
  t.same(acknowledged, [[keys[0], 7]])
})

test('each write has a key of its own', async (t) => {
  const { outbox, acknowledged } = open(async () => ({ id: 1 }))
  for (let number = 0; number < 100; number++) outbox.add(transfer)
  await until(() => outbox.size === 0)
  t.equal(new Set(acknowledged.map(([key]) => key)).size, 100)
})

test('a refused write leaves the outbox unacknowledged', async (t) => {
  const { outbox, acknowledged, refused } = open(async () => 'refused')
  outbox.add(transfer)
  await until(() => outbox.size === 0)
  t.same([acknowledged.length, refused.length], [0, 1])
})

test('no more writes are under way than were allowed', async (t) => {
  let underway = 0
  let most = 0
  const { outbox } = open(async () => {
    most = Math.max(most, ++underway)
    await new Promise((resolve) => setTimeout(resolve, 1))
    underway--
    return { id: 1 }
  }, 3)
  for (let number = 0; number < 20; number++) outbox.add(transfer)
  await until(() => outbox.size === 0)
  t.equal(most, 3)
})

test('it knows whether a write from before an instant waits still', async (t) => {
  const { outbox } = open(async () => 'later')
  const before = Date.now() - 1
  outbox.add(transfer)
  t.equal(outbox.hasOlderThan(before), false)
  t.equal(outbox.hasOlderThan(Date.now()), true)
  outbox.close()
})
