import { createPartitions } from '../../../kafka/wire/apis/create-partitions.ts'
import { createTopics } from '../../../kafka/wire/apis/create-topics.ts'
import { deleteRecords } from '../../../kafka/wire/apis/delete-records.ts'
import { deleteTopics } from '../../../kafka/wire/apis/delete-topics.ts'
import { describeConfigs } from '../../../kafka/wire/apis/describe-configs.ts'
import { incrementalAlterConfigs } from '../../../kafka/wire/apis/incremental-alter-configs.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { changedConfig } from '../../embedded-topics.ts'
import { topicConfig } from '../../topic-config.ts'
import { codeOf, messageOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler } from '../handler.ts'
import { misdirected } from '../leadership.ts'

interface Outcome {
  readonly errorCode: number
  readonly errorMessage: string | null
}

function attempt(work: () => void): Outcome {
  try {
    work()
    return { errorCode: 0, errorMessage: null }
  } catch (error) {
    return { errorCode: codeOf(error), errorMessage: messageOf(error) }
  }
}

type CreatableTopic = ReturnType<typeof createTopics.request.read>['topics'][number]

const defaultPartitions = 1

function createTopic(topic: CreatableTopic, validateOnly: boolean, { broker, view }: RequestContext): Outcome {
  const { name, assignments, configs, replicationFactor } = topic
  if (replicationFactor > view.nodes().length)
    return { errorCode: errorCodes.INVALID_REPLICATION_FACTOR, errorMessage: `The cluster has ${view.nodes().length} brokers.` }
  const count = topic.numPartitions < 0 ? assignments.length || defaultPartitions : topic.numPartitions
  const config = Object.fromEntries(configs.flatMap((entry) => (entry.value === null ? [] : [[entry.name, entry.value]])))
  const wanted = { name, partitions: count, config }
  return attempt(() => (validateOnly ? broker.topics.check(wanted) : broker.createTopics([wanted])))
}

const created = handler(createTopics, async ({ topics, validateOnly }, context) => {
  const results = topics.map((topic) => {
    const outcome = createTopic(topic, validateOnly, context)
    const made = context.broker.topics.get(topic.name)
    const isMade = outcome.errorCode === 0 && made !== undefined
    const facts = isMade ? { topicId: made.id, numPartitions: made.partitions.length, replicationFactor: 1, configs: [] } : {}
    return { name: topic.name, ...outcome, ...facts }
  })
  await context.broker.settled()
  return { topics: results }
})

const deleted = handler(deleteTopics, async ({ topics, topicNames }, { broker, version }) => {
  const wanted = version < 6 ? topicNames.map((name) => ({ name, topicId: broker.topics.get(name)?.id })) : topics
  const results = wanted.map(({ name, topicId }) => {
    const found = name ?? broker.topics.byId(topicId ?? '')?.name
    if (found === undefined) return { name: null, topicId, errorCode: errorCodes.UNKNOWN_TOPIC_ID, errorMessage: null }
    return { name: found, topicId, ...attempt(() => broker.deleteTopic(found)) }
  })
  await broker.settled()
  return { responses: results }
})

const grown = handler(createPartitions, async ({ topics, validateOnly }, { broker }) => {
  const results = topics.map(({ name, count }) => ({
    name,
    ...attempt(() => (validateOnly ? broker.topics.topic(name) : broker.topics.grow(name, count))),
  }))
  await broker.settled()
  return { results }
})

const recordsDeleted = handler(deleteRecords, async ({ topics }, context) => {
  const { broker } = context
  const results = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, offset }) => {
      const at = { topic: name, partition: partitionIndex }
      const wrong = misdirected(at, context)
      const { errorCode } = wrong === 0 ? attempt(() => broker.deleteRecords(at, offset)) : { errorCode: wrong }
      const lowWatermark = errorCode === 0 ? broker.topics.partition(at).startOffset : -1
      return { partitionIndex, lowWatermark, errorCode }
    }),
  }))
  await broker.settled()
  return { topics: results }
})

const topicResource = 2
const source = { topic: 1, default: 5 } as const
const stringType = 1

function describe(name: string, keys: readonly string[] | null, { broker }: RequestContext) {
  const { config, givenConfig } = broker.topics.topic(name)
  const wanted = Object.entries(config.values).filter(([key]) => keys === null || keys.length === 0 || keys.includes(key))
  return wanted.map(([key, value]) => {
    const from = key in givenConfig ? source.topic : source.default
    return { name: key, value, readOnly: false, configSource: from, isSensitive: false, synonyms: [], configType: stringType }
  })
}

/** Only topics have a configuration. Brokers are answered with an empty one. */
const configsDescribed = handler(describeConfigs, ({ resources }, context) => ({
  results: resources.map(({ resourceType, resourceName, configurationKeys }) => {
    const isKnown = resourceType !== topicResource || context.broker.topics.get(resourceName) !== undefined
    const errorCode = isKnown ? 0 : errorCodes.UNKNOWN_TOPIC_OR_PARTITION
    const configs = isKnown && resourceType === topicResource ? describe(resourceName, configurationKeys, context) : []
    return { errorCode, errorMessage: null, resourceType, resourceName, configs }
  }),
}))

const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const

interface AlterableConfig {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

/** The value of a key after an operation; null: its default. Lists are texts with commas. */
function altered({ configOperation, value }: AlterableConfig, before: string): string | null {
  const [listed, other] = [before, value ?? ''].map((text) => text.split(',').filter((part) => part.trim() !== ''))
  if (configOperation === operation.append) return [...new Set([...listed!, ...other!])].join(',')
  if (configOperation === operation.subtract) return listed!.filter((part) => !other!.includes(part)).join(',')
  return configOperation === operation.delete ? null : value
}

function alter(name: string, configs: readonly AlterableConfig[], validateOnly: boolean, { broker }: RequestContext): void {
  const { config, givenConfig } = broker.topics.topic(name)
  const changes = Object.fromEntries(configs.map((each) => [each.name, altered(each, config.values[each.name] ?? '')]))
  if (validateOnly) topicConfig(changedConfig(givenConfig, changes))
  else broker.topics.configure(name, changes)
}

/** Only topics have a configuration. */
const configsAltered = handler(incrementalAlterConfigs, async ({ resources, validateOnly }, context) => {
  const responses = resources.map(({ resourceType, resourceName, configs }) => ({
    ...(resourceType === topicResource
      ? attempt(() => alter(resourceName, configs, validateOnly, context))
      : { errorCode: errorCodes.INVALID_REQUEST, errorMessage: 'Only topics have a configuration here.' }),
    resourceType,
    resourceName,
  }))
  await context.broker.settled()
  return { responses }
})

export const adminHandlers: readonly Handler[] = [created, deleted, grown, recordsDeleted, configsDescribed, configsAltered]
