import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import Type from 'typebox'
import { KafkaDeadLetters } from '../../adapters/kafka/kafka-dead-letters.ts'
import { letterOperations } from '../../dead-letters/letter-schemas.ts'
import type { DeadLetters } from '../../dead-letters/ports.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { kafkaConfig, serviceConfig } from '../../platform/config.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'

const config = Type.Object({ ...serviceConfig(8088), ...kafkaConfig })

export const deadLettersService: ServiceDefinition<typeof config> = {
  name: 'dead-letters',
  summary: 'Lists what was refused, and sends it again or discards it.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const letters = await KafkaDeadLetters.open({
      cluster: clusterOf(given, context),
      schemaRegistry: schemasFor(given.avroMode, given.registry),
    })
    parts.defer(() => letters.close())
    parts.dependsOn(letters.done)
    const http = await openHttp({ name: 'dead-letters', log: context.log })
    addLetterRoutes(http, letters)
    return await parts.listen(http, given)
  },
}

function addLetterRoutes(http: Http, letters: DeadLetters): void {
  const one = '/letters/:topic/:p/:o'
  http.get('/letters', { schema: letterOperations.list }, ({ query }) => letters.list(query))
  http.get(one, { schema: letterOperations.get }, ({ params, query }) => letters.show(params, query.awaitMs))
  http.post(`${one}/replay`, { schema: letterOperations.replay }, async ({ params, body }, reply) =>
    reply.code(202).send(await letters.replay(params, body)),
  )
  http.post(`${one}/discard`, { schema: letterOperations.discard }, ({ params }) => letters.discard(params))
}

if (import.meta.main) await runService(deadLettersService)
