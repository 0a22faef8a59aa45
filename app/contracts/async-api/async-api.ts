import type { NewTopic, Topology } from 'millrace'
import type { AvroSchema } from 'millrace/avro'
import { usersOf } from '../../topics/topic-catalogue.ts'
import { eventChannels } from './event-channels.ts'

export interface AsyncApiOptions {
  readonly manifest: readonly NewTopic[]
  /** The Avro schema of a topic's values, by the topic's name. */
  readonly schemas: ReadonlyMap<string, AvroSchema>
  /** What values are that are no Avro, by the topic's name; bytes where nothing is said. */
  readonly contents: ReadonlyMap<string, string>
  /** Stream applications by name. */
  readonly applications: Readonly<Record<string, Topology>>
}

/** An AsyncAPI document: each topic with its settings and its schema, who writes and reads it, and the streams of events over HTTP. */
export function asyncApi(options: AsyncApiOptions): object {
  const topics = options.manifest.map((topic) => [topic.name, topicChannel(topic, options)] as const)
  const events = eventChannels()
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Transfer pipeline',
      version: '1',
      description: 'Topics between SQL and the read API, and the streams of events that the page reads.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: { host: '127.0.0.1:9092', protocol: 'kafka', description: 'The broker.' },
      page: { host: '127.0.0.1:8080', protocol: 'http', description: 'The page and its API.' },
    },
    channels: Object.fromEntries([...topics, ...events.map(({ id, channel }) => [id, channel] as const)]),
    operations: Object.fromEntries([
      ...topicOperations(options),
      ...events.map(({ id }) => [`send ${id}`, operation('send', id)]),
    ]),
  }
}

function topicChannel({ name, partitions, config = {} }: NewTopic, { schemas, contents }: AsyncApiOptions): object {
  const schema = schemas.get(name)
  return {
    address: name,
    description: schema === undefined ? (contents.get(name) ?? 'Records as they were elsewhere: bytes.') : docOf(schema),
    servers: [{ $ref: '#/servers/kafka' }],
    messages: { record: message(schema) },
    bindings: { kafka: { topic: name, partitions, topicConfiguration: settingsOf(config), bindingVersion: '0.5.0' } },
  }
}

function message(schema: AvroSchema | undefined): object {
  const key = { type: 'string', description: 'The id of the row, as text; of raw topics Connect’s JSON.' }
  if (schema === undefined) return { name: 'record', bindings: { kafka: { key, bindingVersion: '0.5.0' } } }
  return {
    name: nameOf(schema),
    contentType: 'application/vnd.apache.avro+binary',
    payload: { schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema },
    bindings: {
      kafka: { key, schemaIdLocation: 'payload', schemaIdPayloadEncoding: 'confluent', bindingVersion: '0.5.0' },
    },
  }
}

type Operation = readonly [id: string, operation: object]

function topicOperations({ manifest, applications }: AsyncApiOptions): Operation[] {
  const users = usersOf(applications)
  return manifest.flatMap(({ name }) => {
    const { written, read } = users.get(name) ?? { written: [], read: [] }
    return [
      ...written.map((application): Operation => [`${application} writes ${name}`, operation('send', name)]),
      ...read.map((application): Operation => [`${application} reads ${name}`, operation('receive', name)]),
    ]
  })
}

const operation = (action: 'send' | 'receive', channel: string): object => ({
  action,
  channel: { $ref: `#/channels/${pointer(channel)}` },
})

/** A name as a part of a JSON pointer. */
const pointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Numbers are numbers there, and the policies of a topic a list. */
function settingsOf(config: Readonly<Record<string, string>>): object {
  const entries = Object.entries(config).map(([name, value]) => [
    name,
    name === 'cleanup.policy' ? value.split(',') : /^\d+(\.\d+)?$/.test(value) ? Number(value) : value,
  ])
  return Object.fromEntries(entries) as object
}

const docOf = (schema: AvroSchema): string => (schema as { readonly doc?: string }).doc ?? 'Avro.'
const nameOf = (schema: AvroSchema): string => (schema as { readonly name?: string }).name ?? 'record'
