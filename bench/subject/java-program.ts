import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { jars } from '../../test/servers/maven.ts'
import type { SubjectCommand } from './subject-process.ts'

const run = promisify(execFile)
export const kafkaStreamsVersion = '4.4.0'
const artifacts = [
  `org.apache.kafka:kafka-streams:${kafkaStreamsVersion}`,
  'com.fasterxml.jackson.core:jackson-databind:2.21.7',
  'org.slf4j:slf4j-simple:1.7.36',
]
const sources = new URL('../java/', import.meta.url).pathname

export type Collector = 'Serial' | 'Parallel' | 'G1'

/** The Java twins, compiled from their sources against the released jars. */
export interface JavaProgram {
  readonly version: string
  command(collector: Collector, more?: readonly string[]): SubjectCommand
}

export async function compileJava(scratch: string): Promise<JavaProgram> {
  const home = newestJava()
  const lib = await jars(`kafka-streams-${kafkaStreamsVersion}`, artifacts)
  const classes = join(scratch, 'classes')
  const files = readdirSync(sources).map((name) => join(sources, name))
  await run(program(home, 'javac'), ['-d', classes, '-cp', `${lib}/*`, ...files])
  const java = program(home, 'java')
  const { stderr } = await run(java, ['-version'])
  return {
    version: stderr.split('\n')[1] ?? stderr,
    command: (collector, more = []) => ({
      program: java,
      args: [
        `-XX:+Use${collector}GC`,
        '-Xmx2g',
        '--enable-native-access=ALL-UNNAMED',
        ...more,
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
        '-cp',
        `${classes}:${lib}/*`,
        'Subject',
      ],
    }),
  }
}

const program = (home: string | null, name: string): string => (home === null ? name : join(home, 'bin', name))

/** `BENCH_JAVA_HOME`, else the newest JDK that Debian's folder has. Null: what the PATH finds. */
function newestJava(): string | null {
  const chosen = process.env['BENCH_JAVA_HOME']
  if (chosen !== undefined) return chosen
  const folder = '/usr/lib/jvm'
  const homes = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  const compilers = homes.filter((home) => existsSync(join(home, 'bin/javac')) && existsSync(join(home, 'release')))
  return compilers.toSorted((left, right) => releaseOf(right) - releaseOf(left))[0] ?? null
}

function releaseOf(home: string): number {
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1] ?? 0)
}
