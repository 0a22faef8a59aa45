import Type from 'typebox'
import { manifest } from '../../../examples/transfer-pipeline/topics.ts'
import { RegistryApi } from '../../adapters/http/registry-api.ts'
import { serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { Problem } from '../../platform/http/problem.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { schemaOverview } from '../../schemas/schema-overview.ts'

const config = Type.Object({
  ...serviceConfig(8089),
  registry: Type.String({ default: 'http://127.0.0.1:8091', description: 'Address of the schema registry.' }),
})

/** What each topic is, and which schemas its records have had. */
export const schemasService: ServiceDefinition<typeof config> = {
  name: 'schemas',
  summary: 'Tells the topics with their schemas, versions and compatibility, and which changes were refused.',
  config,
  async start(given, { log }) {
    await using parts = new ServiceParts()
    const registry = new RegistryApi(given.registry)
    parts.defer(() => registry.close())
    const http = await openHttp({ name: 'schemas', log })
    http.get('/schemas', { schema: { summary: 'Topics with their schemas, and refused changes.' } }, () =>
      schemaOverview(registry, manifest).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw new Problem(502, `The schema registry does not answer: ${reason}.`, {}, { cause })
      }),
    )
    return await parts.listen(http, given)
  },
}

if (import.meta.main) await runService(schemasService)
