import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { AvroMode } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { Part, System } from '../../contracts/feed.ts'

const main = fileURLToPath(new URL('../../services/streams/main.ts', import.meta.url))
const application = 'transfer-enricher'
/** What of a machine they may take. */
const most = 3
/** So long the group waits for a member that was killed, before others get its tasks. */
const sessionTimeoutMs = 10_000
const stopMs = 10_000

export interface MoreEnrichersOptions {
  readonly dir: string
  /** Instances that the child has of its own. */
  readonly inChild: number
  readonly avroMode: AvroMode | undefined
  readonly guarantee: System['guarantee'] | undefined
  readonly output: Writable
  /** Those that answer now, with their addresses. */
  readonly onInstances: (instances: ReadonlyMap<string, string>) => void
  readonly onPart: (part: Part) => void
}

/** Where the instances find what they need; null: there is no child, and with it no broker. */
export type Surroundings = { readonly kafka: string; readonly registry: string } | null

interface Instance {
  readonly name: string
  readonly process: ChildProcess
  readonly startedMs: number
  url: string | null
}

/**
 * Instances of the enricher beside that of the child. Each is a process of its own, so that one may be killed alone: its tasks go to the
 * others, which restore its stores. They end with the child, and come back with the next one.
 */
export class MoreEnrichers {
  readonly #options: MoreEnrichersOptions
  readonly #instances: Instance[] = []
  #surroundings: Surroundings = null
  #wanted = 0

  constructor(options: MoreEnrichersOptions) {
    this.#options = options
  }

  follow(surroundings: Surroundings): void {
    this.#surroundings = surroundings
    for (const instance of this.#instances.splice(0)) instance.process.kill('SIGKILL')
    this.#tell()
    if (surroundings !== null) for (let index = 0; index < this.#wanted; index++) this.#start(index)
  }

  /** Starts one more. Null: there are as many as there may be, or nothing to work with. */
  add(): { readonly instance: string; readonly pid: number } | null {
    if (this.#surroundings === null || this.#wanted >= most) return null
    const { name, process } = this.#start(this.#wanted++)
    return { instance: name, pid: process.pid ?? 0 }
  }

  /** SIGKILL for the newest of them. Null: there is none. */
  kill(): number | null {
    const newest = this.#instances.pop()
    if (newest === undefined) return null
    this.#wanted--
    newest.process.kill('SIGKILL')
    this.#tell()
    return newest.process.pid ?? 0
  }

  /** Lets them close what they have; what does not close in time is killed. */
  async close(): Promise<void> {
    this.#surroundings = null
    await Promise.all(this.#instances.splice(0).map(({ process }) => stopped(process)))
  }

  #start(index: number): Instance {
    const { dir, inChild, avroMode, guarantee, output, onPart } = this.#options
    const number = inChild + index + 1
    const name = `${application}-${number}`
    const { kafka, registry } = this.#surroundings!
    const config = { application, kafka, registry, stateDir: join(dir, `state-${number}`), port: 0, sessionTimeoutMs }
    const { NODE_OPTIONS: _options, ...inherited } = process.env
    const child = fork(
      main,
      flagsOf({ ...config, ...(avroMode && { avroMode }), ...(guarantee && { processingGuarantee: guarantee }) }),
      {
        execArgv: ['--conditions=millrace-source'],
        env: { NODE_COMPILE_CACHE: join(dir, 'compiled'), ...inherited },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    for (const stream of [child.stdout!, child.stderr!]) stream.pipe(output, { end: false })
    const instance: Instance = { name, process: child, startedMs: performance.now(), url: null }
    this.#instances.push(instance)
    onPart({ name, kind: 'application', state: 'starting', ms: null, reason: null })
    child.on('message', (message: { readonly url: string }) => this.#answers(instance, message.url))
    child.on('error', () => {})
    child.once('exit', (code, signal) => this.#ended(instance, code, signal))
    return instance
  }

  #answers(instance: Instance, url: string): void {
    instance.url = url
    const ms = Math.round(performance.now() - instance.startedMs)
    this.#options.onPart({ name: instance.name, kind: 'application', state: 'running', ms, reason: null })
    this.#tell()
  }

  #ended(instance: Instance, code: number | null, signal: string | null): void {
    const at = this.#instances.indexOf(instance)
    // One that has ended by itself does not come back: its log says why.
    const isOwnEnd = at >= 0
    if (isOwnEnd) {
      this.#instances.splice(at, 1)
      this.#wanted--
      this.#tell()
    }
    // A successor of the same name has a part of its own.
    if (this.#instances.some(({ name }) => name === instance.name)) return
    const reason = isOwnEnd ? `It has ended by itself with ${signal ?? `code ${code}`}.` : null
    this.#options.onPart({
      name: instance.name,
      kind: 'application',
      state: isOwnEnd ? 'failed' : 'stopped',
      ms: null,
      reason,
    })
  }

  #tell(): void {
    this.#options.onInstances(new Map(this.#instances.flatMap(({ name, url }) => (url === null ? [] : [[name, url] as const]))))
  }
}

function flagsOf(config: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(config).flatMap(([name, value]) => [
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    String(value),
  ])
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  child.kill('SIGTERM')
  await once(child, 'exit')
  clearTimeout(timer)
}
