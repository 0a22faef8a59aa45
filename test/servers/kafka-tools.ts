import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { jars } from './maven.ts'

const run = promisify(execFile)
const version = process.env['KAFKA_VERSION'] ?? '4.4.0'

/** Kafka's own command line programs. */
export interface KafkaTools {
  /** Runs a program by the name of its class, and answers what it prints. */
  (program: string, args: readonly string[], input?: string): Promise<string>
}

/** Needs Java 17 and Maven (`javaUnavailable` says whether they are here). */
export async function kafkaTools(): Promise<KafkaTools> {
  const lib = await jars(`kafka-tools-${version}`, [`org.apache.kafka:kafka-tools:${version}`])
  const java = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', `${lib}/*`]
  return (program, args, input = '') => output('java', [...java, `org.apache.kafka.tools.${program}`, ...args], input)
}

/** Runs kcat (librdkafka). */
export const kcat = (args: readonly string[], input = ''): Promise<string> => output('kcat', args, input)

/** Why there is no kcat here, or null. */
export function kcatUnavailable(): string | null {
  return spawnSync('kcat', ['-V']).error === undefined ? null : 'kcat is missing (package kcat)'
}

async function output(command: string, args: readonly string[], input: string): Promise<string> {
  const child = run(command, [...args], { timeout: 60_000, maxBuffer: 1 << 26 })
  child.child.stdin?.end(input)
  return (await child).stdout
}
