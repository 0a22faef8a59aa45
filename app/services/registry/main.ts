import Type from 'typebox'
import { KafkaSchemaJournal } from '../../adapters/kafka/kafka-schema-journal.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { clusterConfig, serviceConfig } from '../../platform/config.ts'
import { runService } from '../../platform/run-service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { openRegistry } from '../../registry/registry-server.ts'

const { port, portTaken, logLevel } = serviceConfig(8091)

const config = Type.Object({ port, portTaken, logLevel, ...clusterConfig })

/** A schema registry for development and tests. Its schemas are in the topic `_schemas`: it has nothing of its own that could be lost. */
export const registryService: ServiceDefinition<typeof config> = {
  name: 'registry',
  summary: "A schema registry for development and tests, with Confluent's API for Avro and its topic _schemas.",
  config,
  async start(given, context) {
    const failed = Promise.withResolvers<never>()
    failed.promise.catch(() => {})
    const journal = await KafkaSchemaJournal.open(clusterOf(given, context))
    const registry = await openRegistry({ ...given, path: journal, onFailure: failed.reject })
    return { url: registry.url, ready: Promise.resolve(), failed: failed.promise, close: () => registry.close() }
  },
}

if (import.meta.main) await runService(registryService)
