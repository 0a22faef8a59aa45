import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Serdes, openConsumer, openProducer, topic } from 'millrace'
import type { Cluster } from 'millrace'
import { Counter } from 'prom-client'
import Type from 'typebox'
import { codeOf, errorClassOf } from '../../../examples/transfer-pipeline/errors/error-class.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { enriched } from '../../../examples/transfer-pipeline/topics.ts'
import { documentsConfig, openDocuments } from '../../adapters/documents.ts'
import { reconcile } from '../../adapters/kafka/sink-positions.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { ConfigProblem, kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { addErrorCounts } from '../../platform/http/error-counts.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import type { Log } from '../../platform/log.ts'
import { registryOf } from '../../platform/registry.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Waits } from '../../platform/waits.ts'
import { KeyedDocuments } from '../../sink/keyed-documents.ts'
import { keepDocuments } from '../../sink/keep-documents.ts'
import { Sink } from '../../sink/sink.ts'
import type { FailedRecord, FailureReporter } from '../../sink/sink.ts'
import { sinkDeadLetter } from '../../sink/sink-dead-letter.ts'
import { readSinkConfig, sinkGroup, transferSink } from '../../sink/sink-config.ts'
import type { SinkConfig, SinkOptions } from '../../sink/sink-config.ts'
import { toDocument } from '../../sink/to-document.ts'

const config = Type.Object({
  ...serviceConfig(8093),
  ...kafkaConfig,
  ...documentsConfig,
  documentBytesMax: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Documents beyond that size are refused. Default: 16 MiB, as MongoDB has it.' }),
  ),
  connector: Type.Optional(
    Type.String({ description: "JSON file with the options of the sink, by the Mongo connector's names. Default: built in." }),
  ),
})

export const sinkService: ServiceDefinition<typeof config> = {
  name: 'sink',
  summary: 'Keeps a document for each enriched transfer.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const options = await readOptions(given)
    const cluster = clusterOf(given, context)
    const store = await openDocuments({ ...given, ...options.store })
    parts.defer(() => store.close())
    const group = { clientId: 'sink', groupId: sinkGroup, sessionTimeoutMs: 10_000 }
    const counts = new ErrorCounts()
    const waits = new Waits()
    parts.checks(waits.check)
    const registry = registryOf(given, { log: context.log, counts, waits, stopping: parts.stopping })
    const report = counting(await openReporter(cluster, options, context.log, parts), counts)
    const converter = new KeyedDocuments(enriched, registry, toDocument)
    const onWait = (error: Error): void => {
      counts.add('waits_total', { for: 'store' })
      waits.note(error.message)
      context.log.warn(error.message)
    }
    const started = Promise.withResolvers<void>()
    parts.awaits(started.promise)
    const keeping = keepDocuments({
      store,
      sleep,
      onWait,
      signal: parts.stopping,
      reconcile: async () => {
        const outcome = await reconcile(store, { cluster, topic: enriched.name, groupId: sinkGroup })
        if (outcome !== 'as they were') context.log.warn(explanations[outcome])
      },
      openSink: async () => {
        const source = await openConsumer(cluster, { ...group, topics: [bytesOf(enriched.name)] })
        return new Sink({ ...options, source, store, converter, report, sleep, onWait })
      },
      onStarted: started.resolve,
      onLost: (error) => context.log.warn(`${error.message} All documents come again.`),
    })
    parts.dependsOn(keeping)
    parts.defer(() => keeping.catch(() => {}))
    const http = await openHttp({ name: 'sink', log: context.log })
    addErrorCounts(http, counts)
    new Counter({
      name: 'connect_task_error_deadletterqueue_produce_requests_total',
      help: 'Records that the sink has written to its dead letters, by the name that Kafka Connect gives the count.',
      registers: [http.metrics],
      collect() {
        this.reset()
        this.inc(counts.total('dlq_records_total'))
      },
    })
    return await parts.listen(http, given)
  },
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {})

function counting(report: FailureReporter, counts: ErrorCounts): FailureReporter {
  return async (failed) => {
    await report(failed)
    for (const { record, reason, stage } of failed)
      counts.add('dlq_records_total', {
        topic: record.topic,
        class: stage === 'TASK_PUT' ? 'sink' : errorClassOf(codeOf(reason)),
      })
  }
}

/** Records that are passed go to the log and to the dead letters, as the options say. */
async function openReporter(cluster: Cluster, options: SinkConfig, log: Log, parts: ServiceParts): Promise<FailureReporter> {
  const { deadLetters, tolerance } = options
  const tell = ({ message, stage }: FailedRecord): void => log.error({ stage }, message)
  if (deadLetters === null || tolerance === 'none')
    return async (failed) => (options.log === 'on' ? failed.forEach(tell) : undefined)
  const producer = await openProducer(cluster, { clientId: 'sink-dead-letters' })
  parts.defer(() => producer.close())
  return async (failed) => {
    if (options.log === 'on') failed.forEach(tell)
    await producer.send(
      bytesOf(deadLetters.topic),
      failed.map((record) => sinkDeadLetter(record, deadLetters.context)),
    )
  }
}

const bytesOf = (name: string) => topic(name, { key: Serdes.bytes, value: Serdes.bytes })

const explanations = {
  'documents removed': `The documents were of another ${enriched.name}: they are removed, and come again from this one.`,
  'group reset': `The documents are behind what the group has committed: they come again from ${enriched.name}.`,
}

async function readOptions({
  connector,
  registry,
}: {
  readonly connector?: string
  readonly registry: string
}): Promise<SinkConfig> {
  const options = connector === undefined ? transferSink : (JSON.parse(await readFile(connector, 'utf8')) as SinkOptions)
  const read = readSinkConfig(options)
  if (read.topics.join() !== enriched.name)
    throw new ConfigProblem(`The sink reads ${enriched.name}, and not ${read.topics.join()}.`)
  if (read.registry === null || read.registry === registry) return read
  throw new ConfigProblem(`The connector's options have the registry ${read.registry}, and --registry is ${registry}.`)
}

if (import.meta.main) await runService(sinkService)
