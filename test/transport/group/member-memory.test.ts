import t from 'tap'
import type { MemberMemory } from '../../../lib/transport/group/group-member-options.ts'
import { openCoordinator, openGroup } from './group-fixture.ts'

class Memory implements MemberMemory {
  former: string | null = null

  keep(memberId: string): void {
    this.former = memberId
  }

  forget(): void {
    this.former = null
  }
}

t.test('a process that was killed takes its dead self out of the group, and waits for no session', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const memory = new Memory()
  // Killed: nothing of the process is heard of any more.
  const { coordinator, answers } = await openCoordinator(cluster)
  await join('a', {}, { coordinator, memory })
  answers.heartbeat = () => new Promise(() => undefined)
  const dead = memory.former
  t.match(dead, /^a-/)
  const { member, owned } = await join('a', {}, { memory })
  await advance(500)
  t.same(owned(), [0, 1, 2, 3])
  t.not(memory.former, dead)
  await member.leave()
  t.equal(memory.former, null, 'who has left leaves nothing behind')
})

t.test('a member that remains in the group is remembered', async (t) => {
  const { join } = await openGroup(t)
  const memory = new Memory()
  const { member } = await join('a', {}, { memory })
  const { memberId } = member.identity
  await member.leave('remain')
  t.equal(memory.former, memberId)
})

t.test(
  'a coordinator that does not answer the leave of a former member holds up neither a start for ever nor a leave',
  async (t) => {
    const { cluster, join, advance } = await openGroup(t)
    const memory = new Memory()
    memory.keep('a-former')
    const silent = await openCoordinator(cluster, { leave: () => new Promise(() => undefined) })
    const first = await join('a', {}, { coordinator: silent.coordinator, memory })
    await advance(10_500)
    t.same(first.owned(), [0, 1, 2, 3])
    void first.member.leave()
    await advance(5_500)
    memory.keep('a-former')
    const second = await join('b', {}, { coordinator: silent.coordinator, memory })
    void second.member.leave()
    await advance(500)
    t.equal(await second.ended, 'left')
  },
)
