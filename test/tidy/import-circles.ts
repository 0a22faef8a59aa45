import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const imported = /^(?:import|export)\s[^'"]*?from\s+'(\.[^']+)'/gms

/** Circles of imports among these files, type imports included: each is a list of files that all reach one another. */
export function importCircles(files: readonly string[]): readonly (readonly string[])[] {
  const known = new Set(files)
  const importsOf = (file: string): string[] =>
    [...readFileSync(file, 'utf8').matchAll(imported)]
      .map(([, path]) => join(dirname(file), path!))
      .filter((path) => known.has(path))
  const reaches = new Map(files.map((file) => [file, reachedFrom(file, importsOf)]))
  const circles = files.map((file) => files.filter((other) => reaches.get(file)!.has(other) && reaches.get(other)!.has(file)))
  return [...new Map(circles.filter((circle) => circle.length > 0).map((circle) => [circle[0]!, circle])).values()]
}

function reachedFrom(start: string, importsOf: (file: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [...importsOf(start)]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    waiting.push(...importsOf(file))
  }
  return reached
}
