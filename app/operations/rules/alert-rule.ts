import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { parseDuration } from '../promql/parse-duration.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { Expression } from '../promql/expression.ts'

/** A rule as Prometheus reads it. */
export interface AlertRule {
  readonly name: string
  readonly severity: string
  readonly text: string
  readonly expression: Expression
  readonly forMs: number
  /** With `{{ $labels.NAME }}` in it. */
  readonly summary: string
  /** What to do. */
  readonly next: string
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly RuleEntry[] }[]
}

interface RuleEntry {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly next: string }
}

/** The rules that the pipeline comes with. Throws for an expression that is not evaluated here. */
export function pipelineRules(): readonly AlertRule[] {
  return parseRules(readFileSync(new URL('../../observability/alerts.yml', import.meta.url), 'utf8'))
}

/** Reads the rules of a file of Prometheus. */
function parseRules(text: string): readonly AlertRule[] {
  const { groups } = parse(text) as RuleFile
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, for: duration, labels, annotations }) => ({
      name: alert,
      severity: labels.severity,
      text: expr,
      expression: parsePromql(expr),
      forMs: duration === undefined ? 0 : parseDuration(duration),
      ...annotations,
    })),
  )
}
