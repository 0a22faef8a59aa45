import type { Mapping } from './class-parity.ts'

const acrossProcesses = 'none: queries across processes are not built'
const ofThreads = 'none: a process has one thread'
const describeText = 'none: `Topology.describe` answers Java’s text, not objects'

/** What lies in `org.apache.kafka.streams` itself. */
export const application: Mapping = {
  AutoOffsetReset: { millrace: '`OffsetReset`, a literal', others: '`OffsetReset`' },
  'Topology.AutoOffsetReset': { millrace: '`OffsetReset`; deprecated in Java' },
  ClientInstanceIds: { millrace: 'none: client metrics of KIP-714 are not built', others: 'none: not built' },
  CloseOptions: {
    millrace: '`CloseOptions`, an object literal',
    methods: {
      timeout: '`CloseOptions.timeoutMs`',
      withTimeout: '`CloseOptions.timeoutMs`',
      groupMembershipOperation: '`CloseOptions.leaveGroup`',
      withGroupMembershipOperation: '`CloseOptions.leaveGroup`',
    },
  },
  'CloseOptions.GroupMembershipOperation': { millrace: '`CloseOptions.leaveGroup`' },
  'KafkaStreams.CloseOptions': {
    millrace: '`CloseOptions`; deprecated in Java',
    methods: {
      new: 'none: an object literal needs no factory',
      timeout: '`CloseOptions.timeoutMs`',
      leaveGroup: '`CloseOptions.leaveGroup`',
    },
  },
  DslStoreFormat: { millrace: 'none: stores that keep headers (KIP-1271, KIP-1285) are not built', others: 'none: not built' },
  GroupProtocol: { millrace: 'none: the classic protocol is the only one so far', others: 'none: not built' },
  KafkaClientSupplier: {
    millrace: '`Cluster`, given as `StreamsConfig.cluster`',
    methods: {
      getAdmin: '`Cluster.admin`',
      getProducer: '`Cluster.producer`',
      getConsumer: '`Cluster.fetcher`',
      getRestoreConsumer: '`Cluster.fetcher`',
      getGlobalConsumer: '`Cluster.fetcher`',
    },
  },
  KafkaStreams: {
    millrace: '`KafkaStreams`',
    methods: {
      new: '`KafkaStreams`',
      setStateListener: '`StreamsConfig.onStateChange`',
      setUncaughtExceptionHandler: '`StreamsConfig.uncaughtExceptionHandler`',
      setGlobalStateRestoreListener: '`StreamsConfig.stateRestoreListener`',
      setStandbyUpdateListener: 'none: standby replicas are not built',
      addStreamThread: ofThreads,
      removeStreamThread: ofThreads,
      cleanUp: 'none: remove the folder `StreamsConfig.stateDir`',
      metadataForAllStreamsClients: acrossProcesses,
      streamsMetadataForStore: acrossProcesses,
      queryMetadataForKey: acrossProcesses,
      clientInstanceIds: 'none: client metrics of KIP-714 are not built',
      metadataForLocalThreads: '`KafkaStreams.localTasks`',
      allLocalStorePartitionLags: 'none: `KafkaStreams.metrics` and the restore listener tell how far a restore is',
      query: '`KafkaStreams.store`; the query classes of KIP-796 are not built',
    },
  },
  'KafkaStreams.State': { millrace: '`StreamsState`', others: 'none: a text has no methods' },
  'KafkaStreams.StateListener': {
    millrace: '`StreamsConfig.onStateChange`, a plain function',
    others: 'none: the function itself',
  },
  KeyQueryMetadata: { millrace: acrossProcesses, others: 'none: not built' },
  KeyValue: { millrace: '`KeyValue`, an object literal', others: 'none: an object literal needs no factory' },
  LagInfo: { millrace: 'none: lags of stores are not in the public API', others: 'none: not built' },
  StoreQueryParameters: {
    millrace: '`KafkaStreams.store`, by a store value or a name',
    methods: { withPartition: '`StoreQueryOptions.partition`' },
    others: 'none: a store is asked for by itself; stale stores are not built',
  },
  StreamsBuilder: { millrace: '`StreamsBuilder`', methods: { new: '`StreamsBuilder`' } },
  StreamsMetadata: { millrace: acrossProcesses, others: 'none: not built' },
  StreamsMetrics: {
    millrace: '`Metrics`',
    methods: {
      metrics: '`Metrics.all`',
      addLatencyRateTotalSensor: '`Metrics.counter`',
      addRateTotalSensor: '`Metrics.counter`',
      addSensor: '`Metrics.counter`',
      removeSensor: '`Metrics.remove`',
    },
  },
  TaskMetadata: {
    millrace: '`LocalTask`',
    methods: {
      topicPartitions: '`LocalTask.partitions`',
      committedOffsets: 'none: an admin client has them',
      endOffsets: 'none: an admin client has them',
      timeCurrentIdlingStarted: 'none: not built',
    },
  },
  ThreadMetadata: { millrace: ofThreads, others: ofThreads },
  Topology: { millrace: '`Topology`', methods: { new: '`Topology`' } },
  TopologyConfig: { millrace: '`StreamsConfig`; a builder needs none', others: 'none: internal' },
  TopologyDescription: { millrace: describeText, others: describeText },
  ...Object.fromEntries(
    ['GlobalStore', 'Node', 'Processor', 'Sink', 'Source', 'Subtopology'].map((name) => [
      `TopologyDescription.${name}`,
      { millrace: describeText, others: describeText },
    ]),
  ),
}
