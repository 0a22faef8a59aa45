import { parseArgs } from 'node:util'
import type { DataName } from './gen/data-set.ts'
import type { Plan } from './measure/plan.ts'
import type { BenchConnection } from './protocol.ts'
import { withSecond } from './rows/second.ts'
import type { Row, SuiteName } from './rows/row.ts'

/** What the command line asks for. */
export interface BenchOptions {
  readonly rows: readonly Row[]
  readonly plan: Plan
  /** The folder of the report. */
  readonly report: string
}

const defaults: Record<SuiteName, Pick<Plan, 'pairs' | 'warmUps'>> = {
  quick: { pairs: 1, warmUps: 1 },
  full: { pairs: 5, warmUps: 2 },
}

/** Reads the command line. Throws a `TypeError` that names what it does not know. */
export function benchOptions(args: readonly string[], allRows: readonly Row[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string', default: 'quick' },
      only: { type: 'string' },
      pairs: { type: 'string' },
      records: { type: 'string' },
      connections: { type: 'string', default: 'socket' },
      data: { type: 'string', default: 'first' },
      profile: { type: 'string' },
      report: { type: 'string', default: 'temp/bench' },
    },
  })
  const suite = oneOf<SuiteName>('--suite', values.suite, ['quick', 'full'])
  const connections = values.connections
    .split(',')
    .map((name) => oneOf<BenchConnection>('--connections', name, ['socket', 'kafkajs']))
  const data = oneOf<DataName>('--data', values.data, ['first', 'second'])
  const rows = values.only === undefined ? allRows.filter(({ records }) => records[suite] > 0) : rowsNamed(values.only, allRows)
  return {
    rows: data === 'first' ? rows : rows.flatMap((row) => (row.kind === 'throughput' ? withSecond(row) : [])),
    plan: {
      suite,
      connections,
      warmUps: defaults[suite].warmUps,
      pairs: values.pairs === undefined ? defaults[suite].pairs : positive('--pairs', values.pairs),
      records: values.records === undefined ? null : positive('--records', values.records),
      profile: values.profile ?? null,
    },
    report: values.report,
  }
}

function rowsNamed(names: string, allRows: readonly Row[]): readonly Row[] {
  const known = new Map(allRows.map((row) => [row.name, row]))
  return names.split(',').map((name) => known.get(oneOf('--only', name, [...known.keys()]))!)
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value)
  if (found === undefined) throw new TypeError(`${option} ${value} is unknown: say ${known.join(', ')}.`)
  return found
}

function positive(option: string, value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1) throw new TypeError(`${option} takes a number of at least 1, not ${value}.`)
  return number
}
