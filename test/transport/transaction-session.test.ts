import t from 'tap'
import type { ProducerIdentity } from '../../lib/transport/producer-session.ts'
import type { TransactionLink } from '../../lib/transport/transaction-link.ts'
import { TransactionSession } from '../../lib/transport/transaction-session.ts'

const group = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }
const offsets = [{ topic: 'in', partition: 0, offset: 7, leaderEpoch: -1, metadata: '' }]

type RequestName = 'addGroup' | 'commitOffsets' | 'end'

/** A coordinator that answers at once, but for the first copy of the requests named. */
class ForgetfulLink implements TransactionLink {
  readonly transactionalId = 'tx'
  readonly version: 1 | 2
  readonly epochs: number[] = []
  unanswered = 0
  #epoch = -1
  readonly #lost: Set<RequestName>

  constructor(version: 1 | 2, lost: readonly RequestName[]) {
    this.version = version
    this.#lost = new Set(lost)
  }

  init(): Promise<ProducerIdentity> {
    return Promise.resolve(this.#identity(++this.#epoch))
  }

  addPartitions(): Promise<void> {
    return Promise.resolve()
  }

  addGroup(): Promise<void> {
    return this.#heard('addGroup')
  }

  commitOffsets({ producerEpoch }: ProducerIdentity): Promise<void> {
    this.epochs.push(producerEpoch)
    return this.#heard('commitOffsets')
  }

  async end(): Promise<ProducerIdentity> {
    await this.#heard('end')
    return this.#identity(this.version === 2 ? ++this.#epoch : this.#epoch)
  }

  #heard(request: RequestName): Promise<void> {
    if (this.#lost.delete(request)) this.unanswered++
    return Promise.resolve()
  }

  #identity(producerEpoch: number): ProducerIdentity {
    return { producerId: 1, producerEpoch }
  }
}

/** The epochs of three transactions, in the first of which requests have to be repeated. */
async function epochsOf(version: 1 | 2, lost: readonly RequestName[]): Promise<readonly number[]> {
  const link = new ForgetfulLink(version, lost)
  const session = new TransactionSession(link)
  await session.init()
  for (let transaction = 0; transaction < 3; transaction++) {
    session.begin()
    await session.sendOffsets(offsets, group)
    await session.end('commit')
  }
  return link.epochs
}

t.test(
  'Version 1: a transaction after one with a repeated request has the next epoch, and the epoch stays otherwise',
  async (t) => {
    t.same(await epochsOf(1, []), [0, 0, 0])
    for (const request of ['addGroup', 'commitOffsets', 'end'] as const) t.same(await epochsOf(1, [request]), [0, 1, 1], request)
  },
)

t.test('Version 2: each transaction has an epoch of its own, and nothing has to be asked for', async (t) => {
  t.same(await epochsOf(2, []), [0, 1, 2])
  t.same(await epochsOf(2, ['commitOffsets', 'end']), [0, 1, 2])
})
