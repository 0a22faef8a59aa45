import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('member.ts', import.meta.url))

interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** A process before this age still grows to its usual size. */
const warmMs = 120_000

/** A member and its folder, which its processes have one after the other. */
export class TorturedMember {
  readonly #id: string
  readonly #args: readonly string[]
  readonly #dir = mkdtempSync(join(tmpdir(), 'millrace-torture-'))
  readonly #lives: Sample[][] = []
  readonly #sampling: NodeJS.Timeout
  #child: ChildProcess | null = null
  #ended: Promise<void> = Promise.resolve()

  /** `args`: bootstrap servers, application id, topics. */
  constructor(id: string, args: readonly string[]) {
    this.#id = id
    this.#args = args
    this.#sampling = setInterval(() => this.#sample(), 5000)
    process.on('exit', () => this.#child?.kill('SIGKILL'))
  }

  /** Resolves when no process runs. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Starts a process, unless one runs. */
  start(): void {
    if (this.#child !== null) return
    const [bootstrap, application, ...topics] = this.#args
    const args = ['--conditions=millrace-source', program, bootstrap!, application!, this.#dir, ...topics]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    this.#child = child
    this.#lives.push([])
    this.#ended = new Promise((resolve) => {
      child.on('exit', () => {
        this.#child = null
        resolve()
      })
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** How the resident memory of the longest life grew. Ends the sampling, and removes the folder. */
  memory(): string {
    clearInterval(this.#sampling)
    rmSync(this.#dir, { recursive: true, force: true })
    const longest = this.#lives.map(warm).reduce((best, life) => (life.length > best.length ? life : best), [])
    if (longest.length < 3) return `member ${this.#id}: no process lived long enough to tell how its memory grows`
    const minutes = (longest.at(-1)!.atMs - longest[0]!.atMs) / 60_000
    return `member ${this.#id}: RssAnon ${slope(longest).toFixed(2)} MB/min over ${minutes.toFixed(1)} min, ${this.#lives.length} lives`
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

/** The slope of the regression line, in MB a minute. */
function slope(life: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number => life.reduce((sum, sample) => sum + of(sample), 0) / life.length
  const x = ({ atMs }: Sample): number => atMs / 60_000
  const y = ({ bytes }: Sample): number => bytes / 1e6
  const [meanX, meanY] = [mean(x), mean(y)]
  return mean((sample) => (x(sample) - meanX) * (y(sample) - meanY)) / mean((sample) => (x(sample) - meanX) ** 2)
}
