import { partitionForKey } from 'millrace'
import type { Cluster, KafkaStreams } from 'millrace'
import { withAdmin } from '../../adapters/kafka/with-admin.ts'
import { Problem } from '../../platform/http/problem.ts'

export interface KeyOwnersOptions {
  readonly streams: Pick<KafkaStreams, 'localTasks'>
  readonly cluster: Cluster
  /** Addresses of all instances; this one may be among them. */
  readonly instances: readonly string[]
}

/** What an instance says of its tasks at /state/metadata. */
interface InstanceTasks {
  readonly tasks: ReturnType<KafkaStreams['localTasks']>
}

const answerMs = 1000

/**
 * Knows whether the rows of a key are on this instance, and which one has them if they are not. So a key that is missing here is told
 * from one that does not exist.
 */
export class KeyOwners {
  readonly #options: KeyOwnersOptions
  readonly #counts = new Map<string, Promise<number>>()

  constructor(options: KeyOwnersOptions) {
    this.#options = options
  }

  /** `read` of this instance, if it has `key` of `topic`. Else a {@link Problem}: 421 with the owner, or 503 while nobody has it. */
  async read<T>(topic: string, key: string, read: () => Promise<T | null>): Promise<T | null> {
    const partition = partitionForKey(Buffer.from(key), await this.#partitionsOf(topic))
    const isHere = (): boolean => has({ tasks: this.#options.streams.localTasks() }, topic, partition)
    if (isHere()) {
      const found = await read()
      // A task that has gone meanwhile has left no row behind.
      if (found !== null || isHere()) return found
    }
    throw await this.#elsewhere(topic, partition, key)
  }

  async #elsewhere(topic: string, partition: number, key: string): Promise<Problem> {
    const { instances } = this.#options
    const answers = await Promise.all(instances.map(tasksOf))
    const owner = instances.find((_, index) => has(answers[index]!, topic, partition))
    if (owner === undefined)
      return new Problem(503, `No instance has the key ${key} now. Try again soon.`, {}, { retryAfterS: 1 })
    return new Problem(421, `The key ${key} is on another instance: ask ${owner}.`, {}, { members: { owner } })
  }

  /** The number does not change while the application runs: a store that is below more partitions ends it. */
  #partitionsOf(topic: string): Promise<number> {
    const known = this.#counts.get(topic)
    if (known !== undefined) return known
    const asked = withAdmin(this.#options.cluster, 'read-state-admin', async (admin) => {
      const [found] = await admin.metadata([topic])
      if (found === undefined) throw new Problem(503, `There is no topic ${topic} yet.`, {}, { retryAfterS: 1 })
      return found.partitions.length
    })
    this.#counts.set(topic, asked)
    asked.catch(() => this.#counts.delete(topic))
    return asked
  }
}

function has({ tasks }: InstanceTasks, topic: string, partition: number): boolean {
  return tasks.some(
    ({ state, partitions }) =>
      state === 'running' && partitions.some((one) => one.topic === topic && one.partition === partition),
  )
}

/** An instance that does not answer has nothing. */
async function tasksOf(address: string): Promise<InstanceTasks> {
  try {
    const answer = await fetch(`${address}/state/metadata`, { signal: AbortSignal.timeout(answerMs) })
    return answer.ok ? ((await answer.json()) as InstanceTasks) : { tasks: [] }
  } catch {
    return { tasks: [] }
  }
}
