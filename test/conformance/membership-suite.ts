import type { Test } from 'tap'
import type { Clock } from '../../lib/clock/clock.ts'
import { sleep } from '../../lib/clock/clock.ts'
import type { AssignedTasks, Membership, MembershipListener } from '../../lib/runtime/membership/membership.ts'
import type { GroupIdentity, OffsetCommit } from '../../lib/transport/group-coordinator.ts'

/** A group of an application that reads the topic `topic` with two partitions: its tasks are 0_0 and 0_1. */
export interface MembershipGroup {
  readonly clock: Clock
  readonly topic: string
  /** Makes the membership of a process that has no state. It has not joined yet. */
  open(processNumber: number): Promise<Membership>
  /** Takes a member out of its group, as an operator does. */
  expel(identity: GroupIdentity): Promise<void>
  /** The offset that the group has committed of a partition. −1 if there is none. */
  committed(partition: number): Promise<number>
}

export interface MembershipUnderTest {
  readonly name: string
  /** Opens a new group, plays in it, and closes it. */
  readonly inGroup: (t: Test, play: (group: MembershipGroup) => Promise<void>) => Promise<void>
}

/** A member that writes down what it is told. */
class Member {
  readonly membership: Membership
  readonly told: string[] = []
  readonly ended: Promise<string>
  readonly #clock: Clock
  /** By id string, as the calls have said so far. */
  tasks: readonly string[] = []
  #calls = 0
  overlaps = 0

  constructor(membership: Membership, clock: Clock, changes: Partial<MembershipListener> = {}) {
    this.membership = membership
    this.#clock = clock
    const listener: MembershipListener = {
      report: () => ({ owned: [], storedOffsetSums: new Map() }),
      onRebalance: () => void this.told.push('rebalance'),
      beforeJoin: () => this.#call('before join', async () => changes.beforeJoin?.()),
      onAssigned: (tasks) => this.#call(`assigned ${[...tasks.keys()].join(' ')}`, () => this.#assigned(tasks, changes)),
      onRevoked: (tasks) => this.#call(`revoked ${tasks.join(' ')}`, () => this.#gone(tasks, changes.onRevoked)),
      onLost: (tasks, reason) =>
        this.#call(`lost ${tasks.join(' ')}`, () => this.#gone(tasks, (ids) => changes.onLost?.(ids, reason) ?? done)),
    }
    this.ended = membership.run(listener).then(
      () => 'left',
      (error: { readonly code?: string; readonly message: string }) => error.code ?? error.message,
    )
  }

  /** How often it was told this. */
  heard(what: string): number {
    return this.told.filter((each) => each === what).length
  }

  async owns(...tasks: readonly string[]): Promise<void> {
    await until(
      this.#clock,
      `${tasks.join(' ') || 'no tasks'}, after ${this.told.join(', ')}`,
      () => this.tasks.join() === tasks.join(),
    )
  }

  async #assigned(tasks: AssignedTasks, { onAssigned }: Partial<MembershipListener>): Promise<void> {
    this.tasks = [...tasks.keys()].sort()
    await onAssigned?.(tasks)
  }

  async #gone(ids: readonly string[], change: ((ids: readonly string[]) => Promise<void>) | undefined): Promise<void> {
    await change?.(ids)
    this.tasks = this.tasks.filter((id) => !ids.includes(id))
  }

  async #call(what: string, run: () => Promise<void>): Promise<void> {
    this.told.push(what)
    if (++this.#calls > 1) this.overlaps++
    await run().finally(() => this.#calls--)
  }
}

const done = Promise.resolve()

/** The kind of the error with which a call rejects. */
function kindOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (error: { readonly kind: string }) => error.kind,
  )
}

async function until(clock: Clock, what: string, isSo: () => boolean): Promise<void> {
  for (let left = 2000; !isSo(); left--) {
    if (left === 0) throw new Error(`Awaited in vain: ${what}.`)
    await sleep(clock, 10)
  }
}

const offsetOf = ({ topic }: MembershipGroup, partition: number, offset: number): OffsetCommit => ({
  topic,
  partition,
  offset,
  leaderEpoch: -1,
  metadata: '',
})

/** What every membership must do, whatever the protocol of its group. */
const cases: Readonly<Record<string, (t: Test, group: MembershipGroup) => Promise<void>>> = {
  'a lone member gets all tasks, and is told of the rebalance first': async (t, { open, clock }) => {
    const member = new Member(await open(1), clock)
    await member.owns('0_0', '0_1')
    t.equal(member.told[0], 'rebalance')
    await member.membership.leave()
    t.equal(member.told.at(-1), 'revoked 0_0 0_1')
    t.equal(await member.ended, 'left')
  },

  'a task moves once its owner has given it back; the other one stays': async (t, { open, clock }) => {
    const both: string[] = []
    const members: Member[] = []
    const watch = { onAssigned: async () => void both.push(...members[0]!.tasks.filter((id) => members[1]?.tasks.includes(id))) }
    members.push(new Member(await open(1), clock, watch))
    await members[0]!.owns('0_0', '0_1')
    members.push(new Member(await open(2), clock, watch))
    await members[1]!.owns('0_1')
    await members[0]!.owns('0_0')
    t.same(both, [], 'no task has two owners')
    t.equal(members[0]!.heard('revoked 0_1'), 1)
    t.equal(members[0]!.told.filter((each) => each.includes('lost')).length, 0)
    t.same(
      members.map(({ overlaps }) => overlaps),
      [0, 0],
      'calls do not overlap',
    )
    await Promise.all(members.map(({ membership }) => membership.leave()))
  },

  'the tasks of a member that leaves go to the others': async (t, { open, clock }) => {
    const [first, second] = [new Member(await open(1), clock), new Member(await open(2), clock)]
    await until(clock, 'a task each', () => first.tasks.length === 1 && second.tasks.length === 1)
    await second.membership.leave()
    t.same(second.tasks, [])
    await first.owns('0_0', '0_1')
    await first.membership.leave()
    await first.membership.leave()
    t.equal(await first.ended, 'left')
  },

  'revoked tasks are committed during the call, also by a member that leaves': async (t, group) => {
    const { open, clock } = group
    const membership = await open(1)
    const onRevoked = () => membership.commit([offsetOf(group, 1, 7)])
    const member = new Member(membership, clock, { onRevoked })
    await member.owns('0_0', '0_1')
    await membership.leave()
    t.equal(await member.ended, 'left')
    t.equal(await group.committed(1), 7)
  },

  'a commit before the join is that of the old generation; from then to the assignment there is none': async (t, group) => {
    const { open, clock } = group
    const membership = await open(1)
    let next = 0
    const beforeJoin = async (): Promise<void> => {
      if (next > 0) await membership.commit([offsetOf(group, 0, next)])
    }
    const member = new Member(membership, clock, { beforeJoin })
    const hold = Promise.withResolvers<void>()
    let isHeld = false
    const other = new Member(await open(2), clock, { beforeJoin: () => (isHeld ? hold.promise : done) })
    await until(clock, 'a task each', () => member.tasks.length === 1 && other.tasks.length === 1)
    isHeld = true
    next = 5
    membership.requestRejoin()
    await until(clock, 'the gate to shut', () => !membership.canCommit)
    const { generationId } = membership.identity
    t.equal(await kindOf(membership.commit([offsetOf(group, 0, 6)])), 'rebalance')
    isHeld = false
    hold.resolve()
    await until(clock, 'the gate to open', () => membership.canCommit)
    t.equal(await group.committed(0), 5)
    t.ok(membership.identity.generationId > generationId)
    await Promise.all([member, other].map((each) => each.membership.leave()))
  },

  'commits carry the identity of now': async (t, group) => {
    const member = new Member(await group.open(1), group.clock)
    await member.owns('0_0', '0_1')
    await member.membership.commit([offsetOf(group, 0, 5), offsetOf(group, 1, 6)])
    t.same([await group.committed(0), await group.committed(1)], [5, 6])
    await member.membership.leave()
  },

  'a member that was taken out of its group loses its tasks, and joins anew': async (t, group) => {
    const { open, clock, expel } = group
    const member = new Member(await open(1), clock)
    await member.owns('0_0', '0_1')
    const { memberId } = member.membership.identity
    await expel(member.membership.identity)
    t.equal(await kindOf(member.membership.commit([offsetOf(group, 0, 9)])), 'fenced')
    await until(clock, 'the tasks again', () => member.heard('assigned 0_0 0_1') === 2)
    t.equal(member.heard('lost 0_0 0_1'), 1)
    t.not(member.membership.identity.memberId, memberId)
    t.equal(await group.committed(0), -1)
    await member.membership.leave()
  },

  'a thread that hangs in a call gives its tasks to others, and hears that they are lost': async (_, { open, clock }) => {
    const hang = Promise.withResolvers<void>()
    let isHung = false
    const onAssigned = (): Promise<void> => (isHung ? hang.promise : done)
    const hanging = new Member(await open(1), clock, { onAssigned })
    await hanging.owns('0_0', '0_1')
    isHung = true
    hanging.membership.requestRejoin()
    await until(clock, 'the hanging call', () => hanging.heard('assigned 0_0 0_1') === 2)
    const other = new Member(await open(2), clock)
    hanging.membership.giveUp('The thread hangs.')
    await other.owns('0_0', '0_1')
    isHung = false
    hang.resolve()
    await until(clock, 'the loss', () => hanging.heard('lost 0_0 0_1') === 1)
    await until(clock, 'a task each', () => hanging.tasks.length === 1 && other.tasks.length === 1)
    await Promise.all([hanging, other].map(({ membership }) => membership.leave()))
  },

  'a request to stop reaches all members': async (t, { open, clock }) => {
    const members = [new Member(await open(1), clock), new Member(await open(2), clock)]
    await until(clock, 'a task each', () => members.every(({ tasks }) => tasks.length === 1))
    members[1]!.membership.requestShutdown()
    t.same(await Promise.all(members.map(({ ended }) => ended)), ['STREAMS_SHUTDOWN_REQUESTED', 'STREAMS_SHUTDOWN_REQUESTED'])
    t.same(
      members.map(({ tasks }) => tasks),
      [[], []],
    )
  },

  'an error of a call ends the membership, and its tasks go to others': async (t, { open, clock }) => {
    const failing = new Member(await open(1), clock, { onAssigned: () => Promise.reject(new Error('no room')) })
    t.equal(await failing.ended, 'no room')
    t.same(failing.tasks, [])
    const other = new Member(await open(2), clock)
    await other.owns('0_0', '0_1')
    await other.membership.leave()
  },

  'a member may leave before it has joined': async (t, { open, clock }) => {
    const member = new Member(await open(1), clock)
    await member.membership.leave()
    t.equal(await member.ended, 'left')
    t.same(member.tasks, [])
    const next = new Member(await open(2), clock)
    await next.owns('0_0', '0_1')
    await next.membership.leave()
  },
}

export function membershipSuite(t: Test, { name, inGroup }: MembershipUnderTest): void {
  for (const [sentence, run] of Object.entries(cases)) t.test(`${name}: ${sentence}`, (t) => inGroup(t, (group) => run(t, group)))
}
