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
  skipped = 0

  add(family: string, { kind }: Verdict): void {
    const tally = this.#families.get(family) ?? { passed: 0, wrong: 0, unsupported: 0 }
    tally[kind]++
    this.#families.set(family, tally)
  }

  get passed(): number {
    return this.#sum((tally) => tally.passed)
  }

  get failed(): number {
    return this.#sum((tally) => tally.wrong + tally.unsupported)
  }

  lines(): string[] {
    const rows = [...this.#families].map(([family, { passed, wrong, unsupported }]) => row(family, passed, wrong, unsupported))
    const skipped = this.skipped === 0 ? [] : [`${this.skipped} out of scope (scope.ts) left out`]
    return [row('family', 'passed', 'wrong', 'unsupported'), ...rows, ...skipped, `${this.passed} passed, ${this.failed} failed`]
  }

  #sum(count: (tally: Tally) => number): number {
    return [...this.#families.values()].reduce((sum, tally) => sum + count(tally), 0)
  }
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
