import type { Api } from '../../../../lib/transport/kafka/wire/schema.ts'
import { addOffsetsToTxn } from '../../../../lib/transport/kafka/wire/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../../lib/transport/kafka/wire/apis/add-partitions-to-txn.ts'
import { apiVersions } from '../../../../lib/transport/kafka/wire/apis/api-versions.ts'
import { createPartitions } from '../../../../lib/transport/kafka/wire/apis/create-partitions.ts'
import { createTopics } from '../../../../lib/transport/kafka/wire/apis/create-topics.ts'
import { deleteGroups } from '../../../../lib/transport/kafka/wire/apis/delete-groups.ts'
import { deleteRecords } from '../../../../lib/transport/kafka/wire/apis/delete-records.ts'
import { deleteTopics } from '../../../../lib/transport/kafka/wire/apis/delete-topics.ts'
import { describeCluster } from '../../../../lib/transport/kafka/wire/apis/describe-cluster.ts'
import { describeConfigs } from '../../../../lib/transport/kafka/wire/apis/describe-configs.ts'
import { describeGroups } from '../../../../lib/transport/kafka/wire/apis/describe-groups.ts'
import { endTxn } from '../../../../lib/transport/kafka/wire/apis/end-txn.ts'
import { fetch } from '../../../../lib/transport/kafka/wire/apis/fetch.ts'
import { findCoordinator } from '../../../../lib/transport/kafka/wire/apis/find-coordinator.ts'
import { heartbeat } from '../../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { incrementalAlterConfigs } from '../../../../lib/transport/kafka/wire/apis/incremental-alter-configs.ts'
import { initProducerId } from '../../../../lib/transport/kafka/wire/apis/init-producer-id.ts'
import { joinGroup } from '../../../../lib/transport/kafka/wire/apis/join-group.ts'
import { leaveGroup } from '../../../../lib/transport/kafka/wire/apis/leave-group.ts'
import { listGroups } from '../../../../lib/transport/kafka/wire/apis/list-groups.ts'
import { listOffsets } from '../../../../lib/transport/kafka/wire/apis/list-offsets.ts'
import { metadata } from '../../../../lib/transport/kafka/wire/apis/metadata.ts'
import { offsetCommit } from '../../../../lib/transport/kafka/wire/apis/offset-commit.ts'
import { offsetFetch } from '../../../../lib/transport/kafka/wire/apis/offset-fetch.ts'
import { offsetForLeaderEpoch } from '../../../../lib/transport/kafka/wire/apis/offset-for-leader-epoch.ts'
import { produce } from '../../../../lib/transport/kafka/wire/apis/produce.ts'
import { saslAuthenticate } from '../../../../lib/transport/kafka/wire/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../../../lib/transport/kafka/wire/apis/sasl-handshake.ts'
import { streamsGroupHeartbeat } from '../../../../lib/transport/kafka/wire/apis/streams-group-heartbeat.ts'
import { syncGroup } from '../../../../lib/transport/kafka/wire/apis/sync-group.ts'
import { txnOffsetCommit } from '../../../../lib/transport/kafka/wire/apis/txn-offset-commit.ts'

/** All APIs that have a codec. */
export const apis: readonly Api[] = [
  addOffsetsToTxn,
  addPartitionsToTxn,
  apiVersions,
  createPartitions,
  createTopics,
  deleteGroups,
  deleteRecords,
  deleteTopics,
  describeCluster,
  describeConfigs,
  describeGroups,
  endTxn,
  fetch,
  findCoordinator,
  heartbeat,
  incrementalAlterConfigs,
  initProducerId,
  joinGroup,
  leaveGroup,
  listGroups,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  offsetForLeaderEpoch,
  produce,
  saslAuthenticate,
  saslHandshake,
  streamsGroupHeartbeat,
  syncGroup,
  txnOffsetCommit,
]
