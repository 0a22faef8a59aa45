/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import type { Topic } from '../../lib/model/topic.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { openProducer } from '../../lib/transport/topic-clients/open-topic-clients.ts'
import type { TopicProducer } from '../../lib/transport/topic-clients/topic-producer.ts'
import type { TransactionalTopicProducer } from '../../lib/transport/topic-clients/transactional-topic-producer.ts'
import { proves, type Exact } from './exact.ts'

declare const cluster: Cluster
declare const amounts: Topic<string, number>

const plain = await openProducer(cluster, { clientId: 'a' })
proves<Exact<typeof plain, TopicProducer>>()

const transactional = await openProducer(cluster, { clientId: 'a', transactionalId: 't' })
proves<Exact<typeof transactional, TransactionalTopicProducer>>()

const result = await transactional.transact(async ({ send }) => {
  await send(amounts, [{ key: 'a', value: 1 }])
  // @ts-expect-error - The topic has numbers.
  await send(amounts, [{ key: 'a', value: 'one' }])
  return 7 as const
})
proves<Exact<typeof result, 7>>()

// @ts-expect-error - A transactional producer sends in transactions only.
void transactional.send

// @ts-expect-error - Transactions need all in-sync replicas.
void openProducer(cluster, { clientId: 'a', transactionalId: 't', acks: 'leader' })
