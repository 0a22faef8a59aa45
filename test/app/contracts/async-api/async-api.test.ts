import { test } from 'tap'
import { manifest } from '../../../../examples/transfer-pipeline/topics.ts'
import { pipelineAsyncApi } from '../../../../app/contracts/async-api/pipeline-async-api.ts'

interface Channel {
  readonly address: string
  readonly bindings?: { readonly kafka: { readonly partitions: number; readonly topicConfiguration: object } }
  readonly messages: Readonly<Record<string, { readonly payload?: { readonly schema?: { readonly name: string } } }>>
}

interface Document {
  readonly asyncapi: string
  readonly channels: Readonly<Record<string, Channel>>
  readonly operations: Readonly<Record<string, { readonly action: string; readonly channel: { readonly $ref: string } }>>
}

const document = pipelineAsyncApi() as Document

test('AsyncAPI has every topic of the manifest with its partitions and settings, and streams of events beside them', async (t) => {
  for (const { name, partitions, config = {} } of manifest) {
    const { address, bindings } = document.channels[name]!
    t.match({ address, partitions: bindings!.kafka.partitions }, { address: name, partitions })
    t.same(Object.keys(bindings!.kafka.topicConfiguration), Object.keys(config))
  }
  const others = Object.keys(document.channels).filter((name) => !manifest.some((topic) => topic.name === name))
  t.same(others, ['/api/feed', '/transfers/stream', '/ws'])
  t.match(document.channels['ingestion.bank.transfers'], {
    messages: { record: { payload: { schema: { name: 'IngestionTransfer' } } } },
    bindings: { kafka: { topicConfiguration: { 'cleanup.policy': ['compact'], 'min.cleanable.dirty.ratio': 0.1 } } },
  })
})

test('AsyncAPI says which application writes and reads a topic; every reference leads somewhere', async (t) => {
  const { operations, channels } = document
  t.equal(operations['transfer-enricher reads ingestion.bank.users']?.action, 'receive')
  t.equal(operations['transfer-enricher writes custom.bank.transfer-enriched']?.action, 'send')
  const targets = Object.values(operations).map(({ channel }) =>
    channel.$ref.replace('#/channels/', '').replaceAll('~1', '/').replaceAll('~0', '~'),
  )
  t.same(
    targets.filter((name) => channels[name] === undefined),
    [],
  )
})
