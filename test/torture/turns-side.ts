import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { jars } from '../servers/maven.ts'

const fileAt = (name: string): string => join(import.meta.dirname, name)

/** How a side is started, before its own arguments. */
async function commandOf(side: 'java' | 'millrace'): Promise<readonly [string, ...string[]]> {
  if (side === 'millrace') return [process.execPath, '--conditions=millrace-source', fileAt('turns-member.ts')]
  const artifacts = ['org.apache.kafka:kafka-streams:4.4.0', 'org.slf4j:slf4j-simple:1.7.36']
  const lib = await jars('kafka-streams-turns-4.4.0', artifacts)
  const jvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
  return ['java', ...jvm, '-cp', `${lib}/*`, fileAt('TurnsApplication.java')]
}

const restartMs = 500

/** One of the two that take turns: a process at a time, and a state directory that its processes have one after the other. */
export class Side {
  readonly name: 'java' | 'millrace'
  readonly #command: readonly [string, ...string[]]
  readonly #args: readonly string[]
  readonly #dir = mkdtempSync(join(tmpdir(), 'millrace-turns-'))
  readonly #onLine: (line: string) => void
  #child: ChildProcess | null = null
  #rows: [key: string, value: number][] = []
  #ended = Promise.withResolvers<void>()

  private constructor(
    name: Side['name'],
    command: readonly [string, ...string[]],
    args: readonly string[],
    onLine: (line: string) => void,
  ) {
    this.name = name
    this.#command = command
    this.#args = args
    this.#onLine = onLine
    process.on('exit', () => this.#child?.kill('SIGKILL'))
  }

  /** `args`: bootstrap servers and application id. `onLine` is told what it prints. */
  static async of(name: Side['name'], args: readonly string[], onLine: (line: string) => void): Promise<Side> {
    return new Side(name, await commandOf(name), args, onLine)
  }

  /** Starts a process. One that ends by itself is started again, as a supervisor would. */
  start(): void {
    const [program, ...own] = this.#command
    const { NODE_OPTIONS: _options, ...env } = process.env
    const child = spawn(program, [...own, ...this.#args, this.#dir], { stdio: ['pipe', 'pipe', 'pipe'], env })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => this.#take(line))
    child.stdin.on('error', () => {})
    child.once('exit', () => this.#child === child && setTimeout(() => this.#child === child && this.start(), restartMs))
  }

  /** Ends the process, and resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child!
    this.#child = null
    if (child.exitCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }

  /** What its store has, by key. */
  async rows(): Promise<ReadonlyMap<string, number>> {
    this.#rows = []
    this.#ended = Promise.withResolvers<void>()
    this.#child!.stdin!.write('rows\n')
    await this.#ended.promise
    return new Map(this.#rows)
  }

  removeState(): void {
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #take(line: string): void {
    const [word, key, value] = line.split(' ')
    if (word === 'row') this.#rows.push([key!, Number(value)])
    else if (line === 'end') this.#ended.resolve()
    else this.#onLine(line)
  }
}
