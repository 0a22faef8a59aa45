import { test } from 'tap'
import { seededChance } from '../../../../lib/clock/chance.ts'
import type { NewTransfer } from '../../../../app/contracts/bff.ts'
import { Generator } from '../../../../app/pipeline/supervisor/generator.ts'
import type { Velocity } from '../../../../app/pipeline/supervisor/generator.ts'

interface Made extends NewTransfer {
  readonly atMs: number
}

function play({ rate, ms, users, velocity }: { rate: number; ms: number; users: number; velocity: Velocity }): Made[] {
  let now = 0
  const made: Made[] = []
  const chance = seededChance(1)
  const generator = new Generator({
    add: (transfer) => made.push({ ...transfer, atMs: now }),
    now: () => now,
    random: () => chance.float(),
    velocity,
  })
  generator.setUsers(Array.from({ length: users }, (_, index) => index + 1))
  generator.change({ rate, running: true })
  for (; now < ms; now += 20) generator.tick()
  generator.close()
  return made
}

const unlimited: Velocity = { count: 1_000_000, windowMs: 1000 }

test('it makes transfers at its rate', async (t) => {
  const made = play({ rate: 1000, ms: 5000, users: 44, velocity: unlimited })
  t.ok(Math.abs(made.length - 5000) <= 20, String(made.length))
})

test('transfers go between two different users that it knows, with exact amounts', async (t) => {
  const made = play({ rate: 500, ms: 4000, users: 44, velocity: unlimited })
  t.ok(made.every(({ fromUserId, toUserId }) => fromUserId !== toUserId && fromUserId >= 1 && toUserId <= 44))
  t.ok(made.every(({ amount }) => /^[1-9]\d*\.\d\d$/.test(amount)))
  const large = made.filter(({ amount }) => Number(amount) > 10_000).length / made.length
  t.ok(large >= 0.01 && large <= 0.05, `${large} are beyond the limit of an amount`)
})

test('no user sends more within a window than the velocity rule allows', async (t) => {
  const velocity = { count: 4, windowMs: 1000 }
  const made = play({ rate: 500, ms: 5000, users: 10, velocity })
  for (const [user, sent] of Map.groupBy(made, ({ fromUserId }) => fromUserId))
    for (const { atMs } of sent) {
      const within = sent.filter((other) => other.atMs > atMs - velocity.windowMs && other.atMs <= atMs).length
      t.ok(within <= velocity.count, `user ${user} at ${atMs}`)
    }
  t.ok(made.length >= 180)
})

test('with fewer than two users it makes nothing', async (t) => {
  t.equal(play({ rate: 100, ms: 1000, users: 1, velocity: unlimited }).length, 0)
})
