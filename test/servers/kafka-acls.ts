import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { jars } from './maven.ts'

/** Settings of a broker that asks its access control lists. Who comes without TLS and SASL may do everything: brokers, and whoever prepares a test. */
export const aclSettings = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
} as const

/** What somebody may do, as `kafka-acls.sh` has it. */
export interface AclEntry {
  readonly resource: string
  readonly pattern: string
  readonly name: string
  readonly operation: string
}

/** Changes who may do what on a broker, by Kafka's own client. Needs what a broker needs. */
export class KafkaAcls implements AsyncDisposable {
  readonly #child
  readonly #exit: Promise<unknown>
  readonly #answers: AsyncIterator<string>
  #errors = ''

  private constructor(lib: string, bootstrapServers: string) {
    const source = join(import.meta.dirname, 'KafkaAcls.java')
    const args = ['-XX:TieredStopAtLevel=1', '-cp', `${lib}/*`, source, bootstrapServers]
    this.#child = spawn('java', args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stderr.on('data', (text: Buffer) => void (this.#errors += text.toString()))
    this.#exit = once(this.#child, 'exit')
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  static async open(bootstrapServers: string, version = process.env['KAFKA_VERSION'] ?? '4.4.0'): Promise<KafkaAcls> {
    return new KafkaAcls(await jars(`kafka-tools-${version}`, [`org.apache.kafka:kafka-tools:${version}`]), bootstrapServers)
  }

  /** Resolves when the cluster has it. */
  async change(what: 'add' | 'remove', user: string, { resource, pattern, name, operation }: AclEntry): Promise<void> {
    this.#child.stdin.write(`${what} User:${user} ${resource} ${pattern} ${name} ${operation}\n`)
    const { value, done } = await this.#answers.next()
    if (done === true || value !== 'done')
      throw new Error(`The access of ${user} to ${resource} ${name} could not be changed: ${this.#errors}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end()
    await this.#exit
  }
}
