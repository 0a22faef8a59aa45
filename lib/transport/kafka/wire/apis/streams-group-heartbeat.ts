import {
  api,
  array,
  boolean,
  int16,
  int32,
  int64,
  int8,
  nullableArray,
  nullableString,
  nullableStruct,
  optional,
  since,
  string,
  struct,
  uint16,
  until,
} from '../schema.ts'

const keyValue = struct({
  key: string,
  value: string,
})

const topicInfo = struct({
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
})

const endpointFields = {
  host: string,
  port: uint16,
}

const endpoint = struct(endpointFields)

const taskOffset = struct({
  subtopologyId: string,
  partition: int32,
  offset: int64,
})

const taskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
})

const status = struct({
  statusCode: int8,
  statusDetail: string,
})

const topicPartition = struct({
  topic: string,
  partitions: array(int32),
})

export const streamsGroupHeartbeat = api({
  name: 'StreamsGroupHeartbeat',
  key: 88,
  versions: { min: 0, max: 1 },
  flexibleFrom: 0,
  request: struct({
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    endpointInformationEpoch: int32,
    instanceId: optional(nullableString, null),
    rackId: optional(nullableString, null),
    rebalanceTimeoutMs: optional(int32, -1),
    topology: optional(
      nullableStruct({
        epoch: int32,
        subtopologies: array(
          struct({
            subtopologyId: string,
            sourceTopics: array(string),
            sourceTopicRegex: array(string),
            stateChangelogTopics: array(topicInfo),
            repartitionSinkTopics: array(string),
            repartitionSourceTopics: array(topicInfo),
            copartitionGroups: array(
              struct({
                sourceTopics: array(int16),
                sourceTopicRegex: array(int16),
                repartitionSourceTopics: array(int16),
              }),
            ),
          }),
        ),
      }),
      null,
    ),
    activeTasks: optional(nullableArray(taskIds), null),
    standbyTasks: optional(nullableArray(taskIds), null),
    warmupTasks: optional(nullableArray(taskIds), null),
    processId: optional(nullableString, null),
    userEndpoint: optional(nullableStruct(endpointFields), null),
    clientTags: optional(nullableArray(keyValue), null),
    taskOffsets: optional(nullableArray(taskOffset), null),
    taskEndOffsets: optional(nullableArray(taskOffset), null),
    shutdownApplication: optional(boolean, false),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: int16,
    errorMessage: optional(nullableString, null),
    memberId: string,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    acceptableRecoveryLagLegacy: until(0, int32, 0),
    taskOffsetIntervalMs: int32,
    acceptableRecoveryLag: since(1, int64, -1),
    status: nullableArray(status),
    activeTasks: optional(nullableArray(taskIds), null),
    standbyTasks: optional(nullableArray(taskIds), null),
    warmupTasks: optional(nullableArray(taskIds), null),
    topologyDescriptionRequired: since(1, boolean, false),
    endpointInformationEpoch: int32,
    partitionsByUserEndpoint: optional(
      nullableArray(
        struct({
          userEndpoint: endpoint,
          activePartitions: array(topicPartition),
          standbyPartitions: array(topicPartition),
        }),
      ),
      null,
    ),
  }),
})
