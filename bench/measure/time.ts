import type { Bench } from '../broker/bench.ts'
import { deleteTopics } from '../broker/topics.ts'
import type { TimeContender, TimeResult, TimeRow } from '../rows/row.ts'
import type { JavaProgram } from '../subject/java-program.ts'
import { oursCommand } from '../subject/ours-command.ts'
import type { Plan } from './plan.ts'
import { verdictsOf } from './results.ts'
import type { Pass, RowResult } from './results.ts'
import { java, ours, turn } from './sides.ts'

interface Contestant {
  readonly name: string
  readonly isJava: boolean
  readonly contender: Omit<TimeContender, 'prefix'>
  readonly passes: Pass[]
}

/** Measures a row whose figure is a time: each pass is a process of its own. Throws when what was made differs. */
export async function measureTime(bench: Bench, program: JavaProgram, row: TimeRow, plan: Plan): Promise<RowResult> {
  const records = plan.records ?? row.records[plan.suite]
  const contestants = contestantsOf(program, row, plan)
  const trial = await row.prepare(bench, records)
  const digests = new Map<string, string>()
  let count = 0
  const { warmUps, pairs } = row.passes ?? { warmUps: 1, pairs: plan.pairs }
  for (let pass = plan.suite === 'full' ? -warmUps : 0; pass < Math.min(plan.pairs, pairs); pass++) {
    for (const { name, contender, passes } of turn(contestants, Math.abs(pass))) {
      const prefix = `bench-${row.name}-${count++}-`
      const result = await trial({ ...contender, prefix })
      digests.set(name, result.digest)
      requireEqual(row, digests)
      if (pass >= 0) passes.push(passOf(result))
      await deleteTopics(bench, prefix)
    }
  }
  const sides = contestants.map(({ name, isJava, passes }) => ({ name, isJava, passes }))
  const [digest] = digests.values()
  return { ...verdictsOf(row), unit: row.unit, records, digest: digest!, cell: null, cells: [], floor: [], sides }
}

function contestantsOf(program: JavaProgram, row: TimeRow, { connections, suite, profile }: Plan): readonly Contestant[] {
  const variants = [
    { name: java.name },
    ...(suite === 'full' ? row.java : []).map((variant) => ({ ...variant, name: `${java.name}, ${variant.name}` })),
  ]
  return [
    ...variants.map(({ name, jvm = [], settings = {} }: TimeRow['java'][number]) => ({
      name,
      isJava: true,
      contender: { command: program.command('Serial', jvm), connection: 'socket' as const, settings },
      passes: [],
    })),
    ...connections.map((connection) => ({
      name: ours(connection).name,
      isJava: false,
      contender: { command: oursCommand(profile), connection, settings: {} },
      passes: [],
    })),
  ]
}

function passOf({ figure, others, memory, longestStallMs }: TimeResult): Pass {
  return { figure, wallMs: figure, others, memory, longestStallMs }
}

function requireEqual(row: TimeRow, digests: ReadonlyMap<string, string>): void {
  if (new Set(digests.values()).size <= 1) return
  const lines = [...digests].map(([name, digest]) => `${name}: ${digest}`)
  throw new Error(`${row.name}: the results differ, so the run is void. ${lines.join('; ')}`)
}
