/**
 * The calls of a process at which it is killed, and whose messages are lost: the methods of ports at the port level, the requests of
 * Kafka's protocol at the wire level. A seed names some of them, so that rare calls are hit, too.
 */
const networkCalls = {
  port: [
    'admin.committedOffsets',
    'admin.connect',
    'admin.createTopics',
    'admin.deleteRecords',
    'admin.describeTopicConfig',
    'admin.listOffsets',
    'admin.metadata',
    'fetcher.connect',
    'fetcher.fetch',
    'groupCoordinator.commitOffsets',
    'groupCoordinator.connect',
    'groupCoordinator.heartbeat',
    'groupCoordinator.join',
    'groupCoordinator.leave',
    'groupCoordinator.memberId',
    'groupCoordinator.sync',
    'producer.connect',
    'producer.send',
    'transactions.commitOffsets',
    'transactions.end',
    'transactions.init',
  ],
  wire: [
    'CreateTopics',
    'EndTxn',
    'DeleteRecords',
    'DescribeConfigs',
    'Fetch',
    'FindCoordinator',
    'Heartbeat',
    'InitProducerId',
    'JoinGroup',
    'LeaveGroup',
    'ListOffsets',
    'Metadata',
    'OffsetCommit',
    'OffsetFetch',
    'Produce',
    'SyncGroup',
    'TxnOffsetCommit',
  ],
} as const

/** Requests of transactions that only their first version has. */
const firstVersionCalls = {
  port: ['transactions.addGroup', 'transactions.addPartitions'],
  wire: ['AddOffsetsToTxn', 'AddPartitionsToTxn'],
} as const

/** Whether a simulation uses transactions. */
export type UseOfTransactions = 'used' | 'unused'

/** Calls whose messages can be lost. */
export function callsOf(level: 'port' | 'wire', transactions: UseOfTransactions): readonly string[] {
  return transactions === 'used' ? [...networkCalls[level], ...firstVersionCalls[level]] : networkCalls[level]
}

/** Calls at which a process can be killed. */
export function crashPointsOf(level: 'port' | 'wire', transactions: UseOfTransactions): readonly string[] {
  return [...callsOf(level, transactions), ...(level === 'wire' ? ['connect'] : []), 'storage.transact']
}
