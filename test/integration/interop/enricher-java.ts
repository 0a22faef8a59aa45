import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import {
  ingestionTransferSchema,
  ingestionUserSchema,
  transferEnrichedSchema,
  transferWithSenderSchema,
} from '../../../examples/transfer-pipeline/schemas/avro.ts'
import { jars } from '../../servers/maven.ts'

const artifacts = ['org.apache.kafka:kafka-streams:4.4.0', 'org.apache.avro:avro:1.12.2', 'org.slf4j:slf4j-simple:1.7.36']
const jvm = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']

const schemas = {
  users: ingestionUserSchema,
  transfers: ingestionTransferSchema,
  withSender: transferWithSenderSchema,
  enriched: transferEnrichedSchema,
}

export interface JavaEnricher {
  /** What `describe()` says of its topology. */
  readonly description: string
  /** Ends it by SIGTERM, and resolves when it is gone. */
  stop(): Promise<void>
}

/** The enricher in Java, under the same application id. Resolves when it runs; `dir` has its state. */
export async function startJavaEnricher(
  t: Test,
  { bootstrapServers, registryUrl, dir }: { bootstrapServers: string; registryUrl: string; dir: string },
): Promise<JavaEnricher> {
  const lib = await jars('kafka-streams-avro-4.4.0', artifacts)
  const file = join(dir, 'schemas.json')
  await writeFile(file, JSON.stringify(Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, JSON.stringify(schema)])))) // prettier-ignore
  const source = join(import.meta.dirname, 'EnricherApplication.java')
  const args = [...jvm, '-cp', `${lib}/*`, source, bootstrapServers, registryUrl, join(dir, 'java-state'), file]
  const child = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  const [lines, errors]: [string[], string[]] = [[], []]
  const running = Promise.withResolvers<void>()
  createInterface(child.stderr).on('line', (line) => errors.push(line))
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    if (line === 'state RUNNING') running.resolve()
  })
  await Promise.race([running.promise, exit])
  if (!lines.includes('state RUNNING')) throw new Error(`Java's enricher has ended: ${errors.slice(-30).join('\n')}`)
  return {
    description: `${lines.slice(lines.indexOf('Topologies:'), lines.findIndex((line) => line.startsWith('state '))).join('\n').trimEnd()}\n`, // prettier-ignore
    stop: async () => {
      child.kill('SIGTERM')
      await exit
    },
  }
}
