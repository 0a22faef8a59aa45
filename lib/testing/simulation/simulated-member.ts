import type { KafkaStreams } from '../../kafka-streams.ts'
import type { SimulatedDisk } from './simulated-disk.ts'
import { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** What a member is made of. */
export interface MemberOptions {
  readonly name: string
  readonly world: World
  readonly disk: SimulatedDisk
  /** Makes the application of a process; it is not started yet. */
  readonly open: (process: SimulatedProcess) => KafkaStreams
  /** Told of an application that ends by itself. */
  readonly onEnd: (name: string, error: unknown) => void
  /** Told of a process that was killed. */
  readonly onDeath: (disk: SimulatedDisk) => void
}

const restartMs = 1000

/** A machine with its supervisor: one process after the other runs the application there. */
export class SimulatedMember {
  readonly name: string
  readonly disk: SimulatedDisk
  readonly #options: MemberOptions
  #process: SimulatedProcess | null = null
  #streams: KafkaStreams | null = null
  #starts = 0
  #onNextStart = (): void => undefined

  constructor(options: MemberOptions) {
    this.#options = options
    this.name = options.name
    this.disk = options.disk
  }

  /** The running process. Null while none runs. */
  get process(): SimulatedProcess | null {
    return this.#process?.isDead === false ? this.#process : null
  }

  get streams(): KafkaStreams | null {
    return this.process === null ? null : this.#streams
  }

  /** Calls this when the next process is there, and has done nothing yet. */
  onNextStart(callback: () => void): void {
    this.#onNextStart = callback
  }

  start(): void {
    const { world, open } = this.#options
    const process = new SimulatedProcess(`${this.name}.${++this.#starts}`, world)
    const streams = open(process)
    this.#process = process
    this.#streams = streams
    const onStart = this.#onNextStart
    this.#onNextStart = () => undefined
    onStart()
    // A start that fails, for example because no broker answers, is tried again. An application that has started must not end.
    let isStarted = false
    streams.closed.catch((error: unknown) => this.#ended(process, isStarted ? error : null))
    streams.start().then(
      () => (isStarted = true),
      () => undefined,
    )
  }

  /** What its process has left behind is checked, and another one is started later. */
  died(restartMs: number): void {
    this.#options.onDeath(this.disk)
    this.restartAfter(restartMs)
  }

  restartAfter(ms: number): void {
    this.#options.world.schedule(ms, null, `${this.name} starts`, () => {
      if (this.process === null) this.start()
    })
  }

  /** SIGTERM: the application closes, and its process ends. */
  async close(): Promise<SimulatedProcess | null> {
    const { process } = this
    if (process !== null) process.isClosing = true
    await this.streams?.close()
    return process
  }

  /** A supervisor starts an application again that has ended. */
  #ended(process: SimulatedProcess, error: unknown): void {
    if (process.isDead) return
    if (error !== null) this.#options.onEnd(process.name, error)
    process.kill()
    this.restartAfter(restartMs)
  }
}
