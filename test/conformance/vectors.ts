import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Scenario } from './scenario/scenario.ts'

/** The vectors that come with the project: what Kafka Streams 4.3.1 did. */
export const vectorsFolder = join(import.meta.dirname, 'vectors')

/** The files of scenarios under a path: itself, or all `*.jsonl` of a folder. */
export function scenarioFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => name.endsWith('.jsonl'))
  return names.toSorted().map((name) => join(path, name))
}

export function scenariosOf(file: string): Scenario[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Scenario)
}

export function familyOf(file: string): string {
  return basename(file, '.jsonl')
}
