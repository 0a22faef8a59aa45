import type { Difference } from './compare.ts'

export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'wrong'; readonly differences: readonly Difference[] }
  | { readonly kind: 'unsupported'; readonly reason: string }

interface Tally {
  passed: number
  wrong: number
  unsupported: number
}

/** Counts verdicts by family. */
export class Report {
  readonly #families = new Map<string, Tally>()
  readonly #inScope: Tally = { passed: 0, wrong: 0, unsupported: 0 }
  /** Scenarios out of scope that were not run. */
  leftOut = 0

  add(family: string, { kind }: Verdict, scope: 'in scope' | 'out of scope'): void {
    const tally = this.#families.get(family) ?? { passed: 0, wrong: 0, unsupported: 0 }
    tally[kind]++
    this.#families.set(family, tally)
    if (scope === 'in scope') this.#inScope[kind]++
  }

  get failed(): number {
    return failedOf(this.#total())
  }

  /** The last line is `N passed, N failed`; failed = wrong + unsupported. */
  lines(): string[] {
    const rows = [...this.#families].map(([family, { passed, wrong, unsupported }]) => row(family, passed, wrong, unsupported))
    const scope =
      this.leftOut === 0 ? `in scope (scope.ts): ${counts(this.#inScope)}` : `${this.leftOut} out of scope (scope.ts) left out`
    return [row('family', 'passed', 'wrong', 'unsupported'), ...rows, scope, counts(this.#total())]
  }

  #total(): Tally {
    const sum = (count: (tally: Tally) => number): number =>
      [...this.#families.values()].reduce((all, tally) => all + count(tally), 0)
    return {
      passed: sum(({ passed }) => passed),
      wrong: sum(({ wrong }) => wrong),
      unsupported: sum(({ unsupported }) => unsupported),
    }
  }
}

function failedOf({ wrong, unsupported }: Tally): number {
  return wrong + unsupported
}

function counts(tally: Tally): string {
  return `${tally.passed} passed, ${failedOf(tally)} failed`
}

function row(family: string, ...counts: readonly (string | number)[]): string {
  return family.padEnd(24) + counts.map((count) => String(count).padStart(12)).join('')
}

/** A difference for people. */
export function show({ part, expected, actual }: Difference): string {
  if (typeof expected === 'string' && typeof actual === 'string') return `  ${part}\n${textDifference(expected, actual)}`
  return `  ${part}\n    expected ${JSON.stringify(expected)}\n    actual   ${JSON.stringify(actual)}`
}

function textDifference(expected: string, actual: string): string {
  const [left, right] = [expected.split('\n'), actual.split('\n')]
  const at = left.findIndex((line, index) => line !== right[index])
  const line = at < 0 ? left.length : at
  return `    line ${line + 1}\n    expected ${left[line] ?? '(end)'}\n    actual   ${right[line] ?? '(end)'}`
}
