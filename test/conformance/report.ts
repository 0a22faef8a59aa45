import type { Difference } from './compare.ts'
import type { Deviation } from './deviations.ts'

export type Verdict =
  | { readonly kind: 'passed'; readonly deviations: readonly Deviation[] }
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
  readonly #deviations = new Map<Deviation, number>()
  #deviating = 0

  add(family: string, verdict: Verdict): void {
    const { kind } = verdict
    const tally = this.#families.get(family) ?? { passed: 0, wrong: 0, unsupported: 0 }
    tally[kind]++
    this.#families.set(family, tally)
    if (kind === 'passed') this.#addDeviations(verdict.deviations)
  }

  /** More than a few would not be deviations. One scenario may have several. */
  get hasTooManyDeviations(): boolean {
    const { passed } = this.#total()
    return passed >= 100 && this.#deviating > deviationShareMax * passed
  }

  get failed(): number {
    return failedOf(this.#total())
  }

  /** The last line is `N passed, N failed`; failed = wrong + unsupported. */
  lines(): string[] {
    const rows = [...this.#families].map(([family, { passed, wrong, unsupported }]) => row(family, passed, wrong, unsupported))
    return [row('family', 'passed', 'wrong', 'unsupported'), ...rows, ...this.#deviationLines(), counts(this.#total())]
  }

  #addDeviations(deviations: readonly Deviation[]): void {
    if (deviations.length > 0) this.#deviating++
    for (const deviation of deviations) this.#deviations.set(deviation, (this.#deviations.get(deviation) ?? 0) + 1)
  }

  #deviationLines(): string[] {
    const byKind = Map.groupBy(this.#deviations, ([{ kind }]) => kind)
    const lines = [...byKind].flatMap(([kind, found]) => [
      `  ${kind}`,
      ...found.map(([{ name }, count]) => `    ${String(count).padStart(4)}  ${name}`),
    ])
    const share = ((100 * this.#deviating) / Math.max(1, this.#total().passed)).toFixed(2)
    return [`deviations (deviations.ts): ${this.#deviating} of the passed, ${share} %`, ...lines]
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

const deviationShareMax = 0.03

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
