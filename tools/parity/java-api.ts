import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Java's public classes, how many overloads each method has, and the keys of `StreamsConfig`; read-jar.ts takes it from the jar. */
interface JavaApi {
  readonly release: string
  readonly config: readonly string[]
  readonly classes: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export const java = JSON.parse(readFileSync(join(import.meta.dirname, 'java-4.4.0.json'), 'utf8')) as JavaApi
