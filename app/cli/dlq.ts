/**
 * Dead letters on the command line: `npm run dlq -- list`. It asks the pipeline that runs, or with --kafka a cluster.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { schemaRegistry } from 'millrace/avro'
import { HttpDeadLetters } from '../adapters/http/http-dead-letters.ts'
import { KafkaDeadLetters } from '../adapters/kafka/kafka-dead-letters.ts'
import type { LetterAddress, LetterQuery, ReplayOrder } from '../contracts/dead-letters.ts'
import type { DeadLetters } from '../dead-letters/ports.ts'
import { clusterAt } from '../platform/cluster.ts'
import { Problem } from '../platform/http/problem.ts'
import { detailLines, letterLine, outcomeLine } from './letter-lines.ts'

const usage = `npm run dlq -- COMMAND [OPTIONS]
  list                       what was refused and nobody has dealt with, newest first
    --topic NAME --class CLASS --state STATE|any --text PART --size NUMBER
  show TOPIC/P/OFFSET        one letter: reason, headers, original bytes
    --bytes FILE|-           writes the original bytes there, and nothing else
  replay TOPIC/P/OFFSET      sends it again as it is
    --edit FILE              sends an edited copy: the value is the content of the file
  discard TOPIC/P/OFFSET     it stays in its topic, and leaves the list
  --url URL                  the running pipeline, http://localhost:8080 by default
  --kafka HOST:PORT          a Kafka cluster instead
  --registry URL             with --kafka: decodes Avro
  --json                     JSON instead of text
Exit code 0: done. 1: refused, or there is none. 2: wrong arguments.`

const options = {
  topic: { type: 'string' },
  class: { type: 'string' },
  state: { type: 'string' },
  text: { type: 'string' },
  size: { type: 'string' },
  bytes: { type: 'string' },
  edit: { type: 'string' },
  url: { type: 'string', default: 'http://localhost:8080' },
  kafka: { type: 'string' },
  registry: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Wrong arguments; the message says which. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values']

export interface Terminal {
  readonly out: (text: string) => void
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>
}

const awaitMs = 4000

/** Carries a command out, and returns the exit code. */
export async function runDlq(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = parse(args)
    const [command, place] = positionals
    if (values.help || command === undefined) return say(terminal, usage, values.help ? 0 : 2)
    await using stack = new AsyncDisposableStack()
    const letters = await open(values)
    stack.defer(() => letters.close())
    await carryOut(command, place, letters, values, terminal)
    return 0
  } catch (error) {
    if (error instanceof UsageError) return say(terminal, `${error.message} --help shows all.`, 2)
    if (error instanceof Problem) return say(terminal, error.message, 1)
    throw error
  }
}

async function carryOut(
  command: string,
  place: string | undefined,
  letters: DeadLetters,
  values: Values,
  terminal: Terminal,
): Promise<void> {
  const print = (data: object, lines: readonly string[]): void =>
    terminal.out(values.json ? JSON.stringify(data, null, 2) : lines.join('\n'))
  switch (command) {
    case 'list': {
      const found = await letters.list(queryOf(values))
      const { counts, page, content } = found
      return print(found, [
        ...content.map(letterLine),
        `${content.length} of ${page.totalElements}; ${counts.open} open, ${counts.all} in all.`,
      ])
    }
    case 'show': {
      const letter = await letters.show(addressOf(place))
      if (values.bytes === undefined) return print(letter, detailLines(letter))
      return terminal.write(values.bytes, Buffer.from(letter.value?.hex ?? '', 'hex'))
    }
    case 'replay': {
      const address = addressOf(place)
      await letters.replay(address, await orderOf(values))
      const letter = await letters.show(address, awaitMs)
      return print(letter, [outcomeLine(letter)])
    }
    case 'discard': {
      const letter = await letters.discard(addressOf(place))
      return print(letter, ['Discarded. It stays in its topic.'])
    }
    default:
      throw new UsageError(`There is no command ${command}.`)
  }
}

async function open({ url, kafka: servers, registry }: Values): Promise<DeadLetters> {
  if (servers === undefined) return new HttpDeadLetters(url)
  const options = { schemaRegistry: registry === undefined ? null : schemaRegistry(registry) }
  return KafkaDeadLetters.open({ cluster: clusterAt(servers), ...options })
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function queryOf({ topic, class: wanted, state, text, size }: Values): LetterQuery {
  const query = { topic, class: wanted, state, text, size: size === undefined ? undefined : Number(size) }
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
}

async function orderOf({ edit }: Values): Promise<ReplayOrder> {
  return edit === undefined ? {} : { value: { hex: (await readFile(edit)).toString('hex') } }
}

function addressOf(text: string | undefined): LetterAddress {
  const [, topic, p, o] = /^([\w.-]+)\/(\d+)\/(\d+)$/.exec(text ?? '') ?? []
  if (topic === undefined) throw new UsageError('Say which letter: TOPIC/P/OFFSET.')
  return { topic, p: Number(p), o: Number(o) }
}

function say({ out }: Terminal, text: string, code: number): number {
  out(text)
  return code
}

if (import.meta.main) {
  const { writeFile } = await import('node:fs/promises')
  process.exitCode = await runDlq(process.argv.slice(2), {
    out: (text) => void process.stdout.write(`${text}\n`),
    write: (path, bytes) => writeFile(path === '-' ? '/dev/stdout' : path, bytes),
  })
}
