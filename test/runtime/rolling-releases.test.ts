import t, { type Test } from 'tap'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { directory } from '../storage/media.ts'
import { clusterOf, former, next, present, storageOf, type Release } from './releases.ts'
import { consume, createTopics, produce, until } from './running.ts'
import { counts, lines, wordCount } from './word-count.ts'

const partitions = 4
const words = Array.from({ length: 12 }, (_, index) => `word-${index}`)

/** An application of two members, each with a state directory of its own, that roll from release to release. */
class Rolling implements AsyncDisposable {
  /** Where restores began, since the members were started last. */
  starts: number[] = []
  readonly said: string[] = []
  readonly #cluster: Cluster
  readonly #dirs: readonly string[]
  readonly #members: KafkaStreams[] = []
  #rounds = 0

  constructor(cluster: Cluster, dirs: readonly string[]) {
    this.#cluster = cluster
    this.#dirs = dirs
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.#members) await member.close()
  }

  /** Stops a member, if it runs, and starts it with this release. */
  async roll(index: number, release: Release): Promise<void> {
    await this.#members[index]?.close()
    this.starts = []
    const member = new KafkaStreams(wordCount(), {
      applicationId: 'app',
      cluster: clusterOf(release, this.#cluster),
      storage: storageOf(release, await openLmdbStorage(this.#dirs[index]!)),
      logger: {
        ...silentLogger,
        warn: (line) => void this.said.push(line),
        error: (line) => void this.said.push(`error ${line}`),
      },
      stateRestoreListener: { onRestoreStart: (_partition, _store, start) => void this.starts.push(start) },
      commitIntervalMs: 20,
      heartbeatIntervalMs: 20,
      retryBackoffMs: 10,
      pollMs: 10,
    })
    this.#members[index] = member
    await member.start()
    await until('all members run, and have tasks', () => this.#members.every(isBusy))
  }

  /** Each word comes once more, and is counted once more. */
  async play(t: Test, when: string): Promise<void> {
    this.#rounds++
    await produce(this.#cluster, lines, words.map((word, index) => [String(index), word] as const)) // prettier-ignore
    const last = async () => Object.fromEntries(await consume(this.#cluster, counts))
    const expected = Object.fromEntries(words.map((word) => [word, this.#rounds]))
    await until(`the counts of round ${this.#rounds}, ${when}`, async () => {
      const counted = await last()
      return words.every((word) => counted[word] === this.#rounds)
    })
    t.strictSame(await last(), expected, when)
  }
}

function isBusy(member: KafkaStreams): boolean {
  return member.state === 'running' && member.localTasks().length > 0
}

async function rolling(t: Test): Promise<Rolling> {
  const cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: partitions, counts: partitions })
  const rolling = new Rolling(cluster, [directory(t), directory(t)])
  t.teardown(async () => {
    await rolling[Symbol.asyncDispose]()
    await cluster.close()
  })
  return rolling
}

/** From one release to the other and back, member by member: in between the group is mixed. */
async function rollOver(t: Test, from: Release, to: Release): Promise<Rolling> {
  const group = await rolling(t)
  await group.roll(0, from)
  await group.roll(1, from)
  await group.play(t, 'both members are of the first release')
  for (const [there, release] of [
    ['there', to],
    ['back', from],
  ] as const)
    // prettier-ignore
    for (const member of [0, 1]) {
      await group.roll(member, release)
      await group.play(t, `${there}, member ${member}`)
    }
  return group
}

t.test('from the release before to this one and back, in mixed groups, nothing is lost or counted twice', async (t) => {
  const { said } = await rollOver(t, former, present)
  t.notOk(said.some((line) => line.startsWith('error')), said.join('\n')) // prettier-ignore
  t.ok(said.some((line) => line.includes('did not write down when')), 'state without an age is restored, and that is said') // prettier-ignore
})

t.test('from this release to the next and back, in mixed groups, nothing is lost or counted twice; state stays', async (t) => {
  const { said, starts } = await rollOver(t, present, next)
  t.strictSame(said, [])
  t.ok(
    starts.length > 0 && starts.every((start) => start > 0),
    `the member that came back goes on where it was: ${starts.join()}`,
  )
})
