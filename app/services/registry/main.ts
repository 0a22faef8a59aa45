import Type from 'typebox'
import { serviceConfig } from '../../platform/config.ts'
import { runService } from '../../platform/run-service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { openRegistry } from '../../registry/registry-server.ts'

const { port, logLevel } = serviceConfig(8091)

const config = Type.Object({
  port,
  logLevel,
  path: Type.String({ default: '.data/registry.db', description: 'SQLite file of the schemas.' }),
})

/** A schema registry for development and tests, with Confluent's API. */
export const registryService: ServiceDefinition<typeof config> = {
  name: 'registry',
  summary: "A schema registry for development and tests, with Confluent's API for Avro.",
  config,
  async start(given) {
    const registry = await openRegistry(given)
    return { url: registry.url, ready: Promise.resolve(), failed: new Promise(() => {}), close: () => registry.close() }
  },
}

if (import.meta.main) await runService(registryService)
