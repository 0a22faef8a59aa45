import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('starting-member.ts', import.meta.url))

/** What a process says in a line. */
type Line =
  { readonly ready: true } | { readonly warning: string } | { readonly processed: Readonly<Record<string, readonly number[]>> }

/** A process of `starting-member.ts`. */
export class StartingProcess {
  readonly #child: ChildProcess
  readonly #ready = Promise.withResolvers<void>()
  readonly #ended: Promise<void>
  readonly warnings: string[] = []
  /** Offsets of the records that it has processed, by partition. They are known when it has ended. */
  processed: Readonly<Record<string, readonly number[]>> = {}

  /** `args`: those of the program. */
  constructor(args: readonly string[]) {
    // Nothing of a test runner's, which would load its hooks into the process.
    const { NODE_OPTIONS: _options, ...env } = process.env
    const nodeArgs = ['--conditions=millrace-source', program, ...args]
    this.#child = spawn(process.execPath, nodeArgs, { env, stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#take(JSON.parse(line) as Line))
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()))
    void this.#ended.then(() => this.#ready.reject(new Error('The process has ended before it was ready.')))
    this.#ready.promise.catch(() => undefined)
  }

  /** Resolves when the process only waits for the word to start. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  start(): void {
    this.#child.stdin!.write('start\n')
  }

  async close(): Promise<void> {
    this.#child.stdin!.end()
    await this.#ended
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #take(line: Line): void {
    if ('ready' in line) this.#ready.resolve()
    else if ('warning' in line) this.warnings.push(line.warning)
    else this.processed = line.processed
  }
}
