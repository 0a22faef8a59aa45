import type { LogEnd } from '../../log-truncation.ts'
import { offsetForLeaderEpoch } from './apis/offset-for-leader-epoch.ts'
import type { FetchTarget } from './fetch-request.ts'
import type { PartitionError } from './offset-requests.ts'
import { byTopic, kafkaRequest } from './request.ts'
import type { KafkaRequest } from './request.ts'

/** Where the log of a leader ends in an epoch. −1 for both: it knows nothing of the epoch. */
export interface EpochEnd extends PartitionError, LogEnd {}

/** The first version that a consumer may use without the right to change the cluster. */
const minVersion = 3

/** Asks a leader where its log ends in the epochs of the last records that were read (KIP-320). */
export function epochEndsRequest(targets: readonly FetchTarget[]): KafkaRequest<readonly EpochEnd[]> {
  return kafkaRequest(offsetForLeaderEpoch, {
    minVersion,
    lane: 'main',
    body: {
      replicaId: -1,
      topics: byTopic(targets).map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, currentEpoch, leaderEpoch }) => ({
          partition,
          currentLeaderEpoch: currentEpoch,
          leaderEpoch,
        })),
      })),
    },
    read: ({ topics }) =>
      topics.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, errorCode, leaderEpoch, endOffset }) => ({
          topic,
          partition,
          errorCode,
          leaderEpoch,
          endOffset,
        })),
      ),
  })
}
