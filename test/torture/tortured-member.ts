import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What the processes of a member run, and who hears what they print. */
export interface MemberProgram {
  /** The path of its file. */
  readonly file: string
  /** Told of each line. Default: lines are printed. */
  readonly onLine?: (line: string) => void
}

interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** A process before this age still grows to its usual size. */
const warmMs = 300_000

/**
 * V8's young generation and malloc's free lists grow with the busiest moment and hardly shrink again: tens of MB that nobody holds. Kept
 * small, the resident memory is what the process holds.
 */
const small = {
  nodeArgs: ['--max-semi-space-size=4'],
  env: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
}

/** A member and its folder, which its processes have one after the other. */
export class TorturedMember {
  readonly #id: string
  readonly #args: readonly string[]
  readonly #program: string
  readonly #onLine: (line: string) => void
  /** State directory of its processes. */
  readonly dir = mkdtempSync(join(tmpdir(), 'millrace-torture-'))
  readonly #lives: Sample[][] = []
  readonly #sampling: NodeJS.Timeout
  #child: ChildProcess | null = null
  #isWanted = false
  #ended: Promise<void> = Promise.resolve()

  /** `args`: bootstrap servers, application id, topics. */
  constructor(id: string, args: readonly string[], { file, onLine = console.log }: MemberProgram) {
    this.#id = id
    this.#program = file
    this.#onLine = onLine
    this.#args = args
    this.#sampling = setInterval(() => this.#sample(), 5000)
    process.on('exit', () => this.#child?.kill('SIGKILL'))
  }

  /** Resolves when no process runs. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Starts a process, unless one runs. One that cannot start, because no broker answers, is started again, as a supervisor does. */
  start(): void {
    this.#isWanted = true
    if (this.#child !== null) return
    const [bootstrap, application, ...topics] = this.#args
    const args = [
      ...small.nodeArgs,
      '--conditions=millrace-source',
      this.#program,
      this.#id,
      bootstrap!,
      application!,
      this.dir,
      ...topics,
    ]
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...small.env },
    })
    createInterface(child.stdout).on('line', this.#onLine)
    this.#child = child
    this.#lives.push([])
    this.#ended = new Promise((resolve) => {
      child.on('exit', () => {
        this.#child = null
        resolve()
        if (this.#isWanted) setTimeout(() => this.#again(), 1000)
      })
    })
  }

  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.#isWanted = false
    this.#child?.kill(signal)
  }

  #again(): void {
    if (this.#isWanted) this.start()
  }

  /** How the resident memory of its processes grew while they lived. Ends the sampling, and removes the folder. */
  memory(): string {
    clearInterval(this.#sampling)
    rmSync(this.dir, { recursive: true, force: true })
    const lives = this.#lives.map(warm).filter((life) => life.length >= 3)
    const many = `${this.#lives.length} lives`
    if (lives.length === 0) return `member ${this.#id}: no process lived long enough to tell how its memory grows, ${many}`
    const minutes = lives.reduce((sum, life) => sum + (life.at(-1)!.atMs - life[0]!.atMs) / 60_000, 0)
    const most = Math.max(...lives.flat().map(({ bytes }) => bytes)) / 1e6
    const grew = `RssAnon ${slope(lives).toFixed(2)} MB/min over ${minutes.toFixed(1)} min`
    return `member ${this.#id}: ${grew}, at most ${most.toFixed(0)} MB, ${many}`
  }

  #sample(): void {
    const life = this.#lives.at(-1)
    const pid = this.#child?.pid
    if (life === undefined || pid === undefined) return
    try {
      const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (kilobytes !== undefined) life.push({ atMs: Date.now(), bytes: Number(kilobytes) * 1024 })
    } catch {
      // The process has just ended, or this is not Linux.
    }
  }
}

function warm(life: readonly Sample[]): readonly Sample[] {
  const first = life[0]?.atMs ?? 0
  return life.filter(({ atMs }) => atMs - first > warmMs)
}

/** The slope that the regression lines of all lives have in common, in MB a minute. */
function slope(lives: readonly (readonly Sample[])[]): number {
  let [together, ofTime] = [0, 0]
  for (const life of lives) {
    const mean = (of: (sample: Sample) => number): number => life.reduce((sum, sample) => sum + of(sample), 0) / life.length
    const [meanMs, meanBytes] = [mean(({ atMs }) => atMs), mean(({ bytes }) => bytes)]
    for (const { atMs, bytes } of life) {
      const minutes = (atMs - meanMs) / 60_000
      together += (minutes * (bytes - meanBytes)) / 1e6
      ofTime += minutes ** 2
    }
  }
  return together / ofTime
}
