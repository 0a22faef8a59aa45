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
  /** For how many minutes memory is watched under a steady load; null: not at all. */
  readonly slopeMinutes: number | null
  /** For how many minutes rows grow and go; null: not at all. */
  readonly churnMinutes: number | null
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
      suite: { type: 'string' },
      only: { type: 'string' },
      pairs: { type: 'string' },
      records: { type: 'string' },
      connections: { type: 'string', default: 'socket' },
      'slope-minutes': { type: 'string' },
      'churn-minutes': { type: 'string' },
      data: { type: 'string', default: 'first' },
      profile: { type: 'string' },
      report: { type: 'string', default: 'temp/bench' },
    },
  })
  const suite = oneOf<SuiteName>('--suite', values.suite ?? 'quick', ['quick', 'full'])
  const connections = values.connections
    .split(',')
    .map((name) => oneOf<BenchConnection>('--connections', name, ['socket', 'kafkajs']))
  const data = oneOf<DataName>('--data', values.data, ['first', 'second'])
  const rows = rowsOf(values, suite, allRows)
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
    slopeMinutes: minutes(values, 'slope-minutes'),
    churnMinutes: minutes(values, 'churn-minutes'),
    report: values.report,
  }
}

type Values = Readonly<Partial<Record<'suite' | 'only' | 'slope-minutes' | 'churn-minutes', string>>>

/** What is only seen over minutes is measured alone, unless rows are asked for, too. */
function rowsOf(values: Values, suite: SuiteName, allRows: readonly Row[]): readonly Row[] {
  if (values.only !== undefined) return rowsNamed(values.only, allRows)
  const isSoak = (values['slope-minutes'] ?? values['churn-minutes']) !== undefined
  return isSoak && values.suite === undefined ? [] : allRows.filter(({ records }) => records[suite] > 0)
}

function minutes(values: Values, name: 'slope-minutes' | 'churn-minutes'): number | null {
  const given = values[name]
  return given === undefined ? null : positive(`--${name}`, given)
}

function rowsNamed(names: string, allRows: readonly Row[]): readonly Row[] {
  const known = new Map(allRows.map((row) => [row.name, row]))
  return names.split(',').map((name) => sized(known.get(oneOf('--only', name, [...known.keys()]))!))
}

/** A row that the quick suite leaves out has a tenth of its size there, when it is asked for. */
function sized(row: Row): Row {
  const { quick, full } = row.records
  return { ...row, records: { quick: quick > 0 ? quick : Math.ceil(full / 10), full } }
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
