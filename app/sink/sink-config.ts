import { ConfigProblem } from '../platform/config.ts'
import { plainNumber } from '../platform/plain-number.ts'

/** The group of the sink: its offsets say which records have become documents. */
export const sinkGroup = 'transfer-sink'

/** What the sink does of what the options say. */
export interface SinkConfig {
  readonly topics: readonly string[]
  /** Records of one write; 0: all of a batch. */
  readonly maxBatchSize: number
  /** `none`: the first record that becomes no document ends the sink. `all`: it is passed. */
  readonly tolerance: 'none' | 'all'
  /** The topic that gets records which are passed; null: they are gone. */
  readonly deadLetters: { readonly topic: string; readonly context: 'with context' | 'without context' } | null
  /** Whether records that are passed are logged. */
  readonly log: 'on' | 'off'
  /** Where the options say that the documents are; null: they say nothing of it. */
  readonly store: { readonly documents: string; readonly documentsCollection: string } | null
  /** The registry that the options name. */
  readonly registry: string | null
}

/** The options of `com.mongodb.kafka.connect.MongoSinkConnector`, by its names. */
export type SinkOptions = Readonly<Record<string, string>>

const strategies = 'com.mongodb.kafka.connect.sink.processor.id.strategy'
const models = 'com.mongodb.kafka.connect.sink.writemodel.strategy'
const hoist = 'org.apache.kafka.connect.transforms.HoistField$Key'

/** The options with which a key `"1"` is the document `{ _id: "1" }`, is replaced when it comes again, and is deleted by a null. */
export const transferSink: SinkOptions = {
  'connector.class': 'com.mongodb.kafka.connect.MongoSinkConnector',
  topics: 'custom.bank.transfer-enriched',
  transforms: 'hoist',
  'transforms.hoist.type': hoist,
  'transforms.hoist.field': '_id',
  'document.id.strategy': `${strategies}.ProvidedInKeyStrategy`,
  'delete.on.null.values': 'true',
  'writemodel.strategy': `${models}.ReplaceOneDefaultStrategy`,
  'max.batch.size': '500',
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'connect.mongo-sink.dlq',
  'errors.deadletterqueue.context.headers.enable': 'true',
  'errors.log.enable': 'true',
}

/** Strategies that give an id which is not that of the key, and what comes of that. */
const duplicating: Readonly<Record<string, string>> = {
  BsonOidStrategy: 'makes a new document of each record, so a transfer that is emitted again is there twice',
  UuidStrategy: 'makes a new document of each record, so a transfer that is emitted again is there twice',
  UuidProvidedInKeyStrategy: 'wants keys that are UUIDs, and these are numbers',
  UuidProvidedInValueStrategy: 'wants values with a UUID, and these have none',
  KafkaMetaDataStrategy: 'takes the offset for the id, so a transfer that is emitted again is there twice',
  ProvidedInValueStrategy: 'takes the id from the value, and a delete has none',
  PartialValueStrategy: 'takes the id from the value, and a delete has none',
  FullKeyStrategy: 'makes the id a document of its own, {_id: {_id: "1"}}, which the read API does not ask for',
  PartialKeyStrategy: 'makes the id a document of its own, which the read API does not ask for',
}

/** Options of the connector and of its worker that say what is so here in any case, with what they may say. */
const given: Readonly<Record<string, RegExp>> = {
  name: /./,
  'tasks.max': /^\d+$/,
  'bulk.write.ordered': /^true$/,
  'key.converter': /\.StringConverter$/,
  'value.converter': /AvroConverter$/,
  'errors.deadletterqueue.topic.replication.factor': /^-?\d+$/,
  'consumer.override.auto.offset.reset': /^earliest$/,
  'consumer.override.isolation.level': /^read_committed$/,
}

const places = ['connection.uri', 'database', 'collection', 'value.converter.schema.registry.url']

/** Checks the options of the sink. Throws a {@link ConfigProblem} that says which of them, and why. */
export function readSinkConfig(options: SinkOptions): SinkConfig {
  checkNames(options)
  const of = (name: string): string => options[name] ?? defaults[name] ?? ''
  checkIdStrategy(of('document.id.strategy'), options)
  checkHoist(options)
  if (of('delete.on.null.values') !== 'true')
    throw refused('delete.on.null.values', options, 'must be true: without it the first delete ends the task')
  for (const name of ['connector.class', 'writemodel.strategy'] as const)
    if (of(name) !== transferSink[name]) throw refused(name, options, `is not built here, ${transferSink[name]} is`)
  const maxBatchSize = plainNumber(of('max.batch.size'))
  if (!Number.isInteger(maxBatchSize) || maxBatchSize < 0) throw refused('max.batch.size', options, 'is a whole number from 0')
  const topics = of('topics')
    .split(',')
    .filter((name) => name !== '')
  if (topics.length === 0) throw refused('topics', options, 'is missing')
  const registry = options['value.converter.schema.registry.url'] ?? null
  return { topics, maxBatchSize, ...readErrors(of, options), store: readStore(options, topics[0]!), registry }
}

function checkNames(options: SinkOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (given[name]?.test(value) === true) continue
    if (Object.hasOwn(given, name)) throw refused(name, options, `is not built here; it is ${String(given[name])}`)
    if (!Object.hasOwn(transferSink, name) && !places.includes(name)) throw refused(name, options, 'is not known here')
  }
}

/** The connector has the database beside the address, and the topic's name for a collection that is missing. */
function readStore(options: SinkOptions, topic: string): SinkConfig['store'] {
  const { 'connection.uri': uri, database, collection = topic } = options
  if (uri === undefined) return null
  if (!URL.canParse(uri) || database === undefined)
    throw new ConfigProblem("The sink's options connection.uri and database are an address, as mongodb://host:27017, and a name.")
  const url = new URL(uri)
  url.pathname = `/${database}`
  return { documents: url.href, documentsCollection: collection }
}

type Of = (name: string) => string

function readErrors(of: Of, options: SinkOptions): Pick<SinkConfig, 'tolerance' | 'deadLetters' | 'log'> {
  const choice = <T extends string>(name: string, ...choices: readonly T[]): T => {
    const chosen = choices.find((one) => one === of(name))
    if (chosen === undefined) throw refused(name, options, `is one of ${choices.join(', ')}`)
    return chosen
  }
  const topic = of('errors.deadletterqueue.topic.name')
  const hasContext = choice('errors.deadletterqueue.context.headers.enable', 'true', 'false') === 'true'
  return {
    tolerance: choice('errors.tolerance', 'none', 'all'),
    deadLetters: topic === '' ? null : { topic, context: hasContext ? 'with context' : 'without context' },
    log: choice('errors.log.enable', 'true', 'false') === 'true' ? 'on' : 'off',
  }
}

/** What the real connector takes for an option that is missing. */
const defaults: SinkOptions = {
  'connector.class': transferSink['connector.class']!,
  'document.id.strategy': `${strategies}.BsonOidStrategy`,
  'delete.on.null.values': 'false',
  'writemodel.strategy': `${models}.ReplaceOneDefaultStrategy`,
  'max.batch.size': '0',
  'errors.tolerance': 'none',
  'errors.deadletterqueue.topic.name': '',
  'errors.deadletterqueue.context.headers.enable': 'false',
  'errors.log.enable': 'false',
}

function checkIdStrategy(strategy: string, options: SinkOptions): void {
  const name = strategy.split('.').at(-1)!
  if (name === 'ProvidedInKeyStrategy') return
  throw refused('document.id.strategy', options, duplicating[name] ?? 'is not known here')
}

/** A bare key is no document: the real connector fails with it. */
function checkHoist(options: SinkOptions): void {
  const name = options['transforms'] ?? ''
  if (options[`transforms.${name}.type`] === hoist && options[`transforms.${name}.field`] === '_id') return
  throw refused('transforms', options, `must hoist the key into _id (${hoist}): a bare key is no document`)
}

function refused(name: string, options: SinkOptions, why: string): ConfigProblem {
  return new ConfigProblem(`The sink's option ${name}=${options[name] ?? `(missing, so ${defaults[name] ?? 'nothing'})`} ${why}.`)
}
