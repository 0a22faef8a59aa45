import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Scenario } from './scenario/scenario.ts'

/** What Java did, or `error`: the scenario itself is wrong. */
export type Answer = Partial<Scenario> & { readonly error?: string }

/** A program that reads scenarios, one a line, and answers each with a line: Java Kafka Streams behind the format of the vectors. */
export class JavaOracle {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #answers: AsyncIterator<string>

  constructor(command: string) {
    this.#process = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'pipe'] }) as ChildProcessWithoutNullStreams
    this.#process.stderr.resume()
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** The scenarios, each with what Java did instead of whatever result it had. */
  async ask(scenarios: readonly Scenario[]): Promise<(Scenario & Answer)[]> {
    const questions = scenarios.map(question)
    for (const asked of questions) this.#process.stdin.write(`${JSON.stringify(asked)}\n`)
    const answered: (Scenario & Answer)[] = []
    for (const asked of questions) answered.push({ ...asked, ...(await this.#next()), id: asked.id })
    return answered
  }

  async close(): Promise<void> {
    this.#process.stdin.end()
    if (this.#process.exitCode === null) await once(this.#process, 'exit')
  }

  async #next(): Promise<Answer> {
    const { value, done } = await this.#answers.next()
    if (done === true) throw new Error('The oracle has ended before it answered: start it by hand to see why.')
    return JSON.parse(value) as Answer
  }
}

/** Only what is asked, without an earlier result. */
function question({ id, config, topics, topo, in: inputs, want, run, bytes }: Scenario): Scenario {
  const fields = { id, config, topics, topo, in: inputs, want, run, bytes }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as unknown as Scenario
}
