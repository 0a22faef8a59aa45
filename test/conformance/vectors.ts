import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Scenario } from './scenario/scenario.ts'

/** The vectors that come with the project: what Kafka Streams 4.4.0 did. */
export const vectorsFolder = join(import.meta.dirname, 'vectors')

/** The files of scenarios under a path: itself, or all `*.jsonl` of a folder. */
export function scenarioFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => name.endsWith('.jsonl'))
  return names.toSorted().map((name) => join(path, name))
}

export function scenariosOf(file: string): Scenario[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [parsed(line, `${file}:${index + 1}`)]))
}

function parsed(line: string, place: string): Scenario {
  try {
    return JSON.parse(line) as Scenario
  } catch (cause) {
    throw new SyntaxError(`${place} is no JSON: scenarios stand one on a line.`, { cause })
  }
}

export function familyOf(file: string): string {
  return basename(file, '.jsonl')
}
