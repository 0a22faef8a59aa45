import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { EmbeddedLogEntry, EmbeddedLogStore } from '../../../lib/transport/embedded/embedded-log-store.ts'

/** A log store of one file, a line per transaction. A line that a crash cut off was never acknowledged. */
export class FileLogStore implements EmbeddedLogStore {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  append(entries: readonly EmbeddedLogEntry[]): void {
    const line = entries.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString('base64')])
    // A torn line of the last crash is closed off first.
    appendFileSync(this.#path, `\n${JSON.stringify(line)}`)
  }

  close(): void {}

  load(): Iterable<{ readonly key: string; readonly value: Uint8Array }> {
    const entries = new Map<string, string>()
    const lines = existsSync(this.#path) ? readFileSync(this.#path, 'utf8').split('\n') : []
    for (const line of lines)
      for (const [key, value] of parse(line)) {
        if (value === null) entries.delete(key)
        else entries.set(key, value)
      }
    return [...entries]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => ({ key, value: Buffer.from(value, 'base64') }))
  }
}

function parse(line: string): [string, string | null][] {
  try {
    return JSON.parse(line) as [string, string | null][]
  } catch {
    return []
  }
}
