/**
 * Prints what a release of Kafka Streams has in public, as java-<release>.json keeps it: classes with their methods, and the keys of
 * `StreamsConfig`. Wants `javap` and `unzip`.
 *
 * @example
 * node tools/parity/read-jar.ts kafka-streams-4.4.0.jar > tools/parity/java-4.4.0.json
 */
import { execFileSync } from 'node:child_process'
import { basename } from 'node:path'

const root = 'org.apache.kafka.streams.'
const packages = ['', 'kstream.', 'state.', 'processor.api.']
const ofEveryObject = new Set(['toString', 'equals', 'hashCode', 'valueOf', 'values'])

const jar = process.argv[2]!

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

/** Names behind `org.apache.kafka.streams.`, nested ones with `$`. */
function classNames(): string[] {
  const paths = run('unzip', '-Z1', jar).split('\n')
  const names = paths.flatMap((path) => /^org\/apache\/kafka\/streams\/(.*)\.class$/.exec(path)?.[1]?.replaceAll('/', '.') ?? [])
  return names.filter((name) => packages.includes(name.slice(0, name.lastIndexOf('.') + 1))).sort()
}

function methodsOf(name: string): Record<string, number> | null {
  const [, head = '', ...lines] = run('javap', '-public', '-cp', jar, root + name).split('\n')
  if (!head.startsWith('public ')) return null
  const methods: Record<string, number> = {}
  for (const line of lines) {
    const found = /([\w.$]+)\([^)]*\)(?: throws .*)?;$/.exec(line)?.[1]
    if (found === undefined) continue
    const method = found === root + name ? 'new' : found
    if (!ofEveryObject.has(method)) methods[method] = (methods[method] ?? 0) + 1
  }
  return methods
}

/** The keys an application can set. */
function configKeys(): string[] {
  const constants = run('javap', '-public', '-constants', '-cp', jar, `${root}StreamsConfig`)
  const keys = [...constants.matchAll(/ (\w+)(?:_CONFIG|_SERDE|_FORMAT_CONFIG) = "([a-z_.]+)";/g)].map(([, , key]) => key!)
  return [...new Set(keys)].sort()
}

const classes = Object.fromEntries(
  classNames().flatMap((name) => {
    const methods = methodsOf(name)
    return methods === null ? [] : [[name.replaceAll('$', '.'), methods]]
  }),
)
const release = /(\d+\.\d+\.\d+)\.jar$/.exec(basename(jar))?.[1]
process.stdout.write(`${JSON.stringify({ release, config: configKeys(), classes }, null, 2)}\n`)
