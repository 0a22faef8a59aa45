import fc from 'fast-check'
import t from 'tap'
import type { AssignableTask, AssignmentMember } from '../../../../lib/runtime/membership/assignment/assign-tasks.ts'
import { assignTasks } from '../../../../lib/runtime/membership/assignment/assign-tasks.ts'
import { parseTaskId, taskIdString } from '../../../../lib/model/task-id.ts'

const options = { acceptableRecoveryLag: 100 }

interface Case {
  readonly tasks: readonly AssignableTask[]
  readonly members: readonly AssignmentMember[]
}

const tasks = fc
  .array(fc.record({ partitions: fc.integer({ min: 1, max: 6 }), kind: fc.constantFrom('stateful', 'stateless') }), {
    maxLength: 4,
  })
  .map((groups) =>
    groups.flatMap(({ partitions, kind }, subtopology) =>
      Array.from({ length: partitions }, (_, partition): AssignableTask => ({ id: { subtopology, partition }, kind })),
    ),
  )

/** Each task may have run somewhere, and each process may hold some of its state. */
const cases = fc
  .tuple(tasks, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }))
  .chain(([all, threads]): fc.Arbitrary<Case> => {
    const members = threads.flatMap((count, process) =>
      Array.from({ length: count }, (_, thread) => ({ processId: `p${process}`, memberId: `p${process}-m${thread}` })),
    )
    const owner = fc.integer({ min: -1, max: members.length - 1 })
    const lag = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 1000 }))
    const size = { minLength: all.length, maxLength: all.length }
    const owners = fc.array(owner, size)
    const lags = fc.array(fc.array(lag, size), { minLength: threads.length, maxLength: threads.length })
    return fc.tuple(owners, lags).map(([ownerOf, lagOf]) => ({
      tasks: all,
      members: members.map((member, index) => ({
        ...member,
        previousTasks: all.filter((_, task) => ownerOf[task] === index).map(({ id }) => id),
        lags: lagsOf(all, lagOf[Number(member.processId.slice(1))]!),
      })),
    }))
  })

function lagsOf(all: readonly AssignableTask[], lags: readonly (number | null)[]): ReadonlyMap<string, number> {
  const stateful = all.map(({ id, kind }, index) => ({ id: taskIdString(id), kind, lag: lags[index]! }))
  return new Map(stateful.filter(({ kind, lag }) => kind === 'stateful' && lag !== null).map(({ id, lag }) => [id, lag]))
}

function assign({ tasks: all, members }: Case): Map<string, readonly string[]> {
  return new Map([...assignTasks(all, members, options)].map(([member, ids]) => [member, ids.map(taskIdString)]))
}

const idsOf = (all: readonly AssignableTask[], kind?: string): Set<string> =>
  new Set(all.filter((task) => kind === undefined || task.kind === kind).map(({ id }) => taskIdString(id)))

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts)
}

/** Tasks of these per process, and how many members it has. */
function perProcess({ members }: Case, assigned: Map<string, readonly string[]>, ids: Set<string>) {
  return [...Map.groupBy(members, ({ processId }) => processId)].map(([processId, some]) => ({
    processId,
    capacity: some.length,
    owned: some.flatMap(({ memberId }) => assigned.get(memberId)!.filter((id) => ids.has(id))),
  }))
}

t.test('every task goes to exactly one member', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const assigned = assign(given)
      t.same([...assigned.keys()].sort(), given.members.map(({ memberId }) => memberId).sort())
      t.same([...assigned.values()].flat().sort(), [...idsOf(given.tasks)].sort())
    }),
  )
})

t.test('members are balanced, of all tasks and of stateful ones', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const assigned = assign(given)
      for (const ids of [idsOf(given.tasks), idsOf(given.tasks, 'stateful')])
        t.ok(spread([...assigned.values()].map((some) => some.filter((id) => ids.has(id)).length)) <= 1)
    }),
  )
})

t.test('processes of equally many members are balanced before their members are', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const assigned = assign(given)
      for (const ids of [idsOf(given.tasks), idsOf(given.tasks, 'stateful')])
        for (const equals of Map.groupBy(perProcess(given, assigned, ids), ({ capacity }) => capacity).values())
          t.ok(spread(equals.map(({ owned }) => owned.length)) <= 1)
    }),
  )
})

t.test('the order of tasks and members does not matter', async (t) => {
  const shuffled = cases.chain((given) =>
    fc.tuple(
      fc.constant(given),
      fc.shuffledSubarray([...given.tasks], { minLength: given.tasks.length }),
      fc.shuffledSubarray([...given.members], { minLength: given.members.length }),
    ),
  )
  fc.assert(
    fc.property(shuffled, ([given, mixedTasks, members]) => {
      const same = assign({ tasks: mixedTasks, members })
      t.same([...same].sort(), [...assign(given)].sort())
    }),
  )
})

t.test('an assignment that is in place stays', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const assigned = assign(given)
      const members = given.members.map((member) => ({
        ...member,
        previousTasks: assigned.get(member.memberId)!.map(parseTaskId),
        lags: new Map(
          given.members
            .filter(({ processId }) => processId === member.processId)
            .flatMap(({ memberId }) => assigned.get(memberId)!.map((id) => [id, 0])),
        ),
      }))
      t.same([...assign({ ...given, members })], [...assigned])
    }),
  )
})

t.test('a caught-up owner loses a task only where its process is full', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const stateful = idsOf(given.tasks, 'stateful')
      const processes = perProcess(given, assign(given), stateful)
      const full = Math.ceil(stateful.size / given.members.length)
      for (const { processId, owned, capacity } of processes)
        for (const member of given.members.filter((each) => each.processId === processId))
          for (const id of member.previousTasks.map(taskIdString))
            if (stateful.has(id) && (member.lags.get(id) ?? Infinity) <= 100 && !owned.includes(id))
              t.ok(owned.length >= capacity * (full - 1), `${processId} has room, and lost ${id}`)
    }),
  )
})

t.test('a task goes to the smallest lag, of those that have room', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const stateful = idsOf(given.tasks, 'stateful')
      const processes = perProcess(given, assign(given), stateful)
      const lag = (processId: string, id: string): number =>
        given.members.find((member) => member.processId === processId)!.lags.get(id) ?? Infinity
      const isKept = (processId: string, id: string): boolean =>
        lag(processId, id) <= 100 &&
        given.members.some((member) => member.processId === processId && member.previousTasks.map(taskIdString).includes(id))
      const least = Math.floor(stateful.size / given.members.length)
      for (const { processId, owned } of processes)
        for (const id of owned)
          for (const other of processes)
            if (!isKept(processId, id) && lag(other.processId, id) < lag(processId, id))
              t.ok(other.owned.length >= least * other.capacity, `${other.processId} is nearer to ${id}, and has room`)
    }),
  )
})

const stateful = (partitions: number): AssignableTask[] =>
  Array.from({ length: partitions }, (_, partition) => ({ id: { subtopology: 0, partition }, kind: 'stateful' }))
const member = (memberId: string, previous: readonly string[], lags: Readonly<Record<string, number>>): AssignmentMember => ({
  memberId,
  processId: memberId,
  previousTasks: previous.map(parseTaskId),
  lags: new Map(Object.entries(lags)),
})

t.test('a new member takes its part, and no more moves', async (t) => {
  const owned = ['0_0', '0_1', '0_2', '0_3']
  const old = member('a', owned, Object.fromEntries(owned.map((id) => [id, 0])))
  const assigned = assign({ tasks: stateful(4), members: [old, member('b', [], { '0_3': 5 })] })
  t.same(assigned.get('a')!.length, 2)
  t.ok(assigned.get('b')!.includes('0_3'), 'of those that must move, what it is nearest to')
})

t.test('an owner that is far behind gives way to whoever is nearer', async (t) => {
  const assigned = assign({ tasks: stateful(1), members: [member('a', ['0_0'], { '0_0': 101 }), member('b', [], { '0_0': 3 })] })
  t.same(
    [...assigned],
    [
      ['a', []],
      ['b', ['0_0']],
    ],
  )
})

t.test('within the acceptable lag the owner keeps it', async (t) => {
  const assigned = assign({ tasks: stateful(1), members: [member('a', ['0_0'], { '0_0': 100 }), member('b', [], { '0_0': 3 })] })
  t.same(
    [...assigned],
    [
      ['a', ['0_0']],
      ['b', []],
    ],
  )
})

t.test('two processes of two threads share two tasks one each', async (t) => {
  const members = ['p-1', 'p-2', 'q-1', 'q-2'].map((id) => ({ ...member(id, [], {}), processId: id[0]! }))
  const assigned = assign({ tasks: stateful(2), members })
  t.same(
    [...assigned.entries()].filter(([, ids]) => ids.length > 0).map(([id]) => id),
    ['p-1', 'q-1'],
  )
})
