import { setTimeout as delay } from 'node:timers/promises'
import { openConsumer, openProducer } from 'millrace'
import Type from 'typebox'
import { bytesOf, repeatables, retryDelaysMs } from '../../../examples/transfer-pipeline/topics.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { clusterConfig, serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Retrier } from '../../retries/retrier.ts'

const config = Type.Object({ ...serviceConfig(8095), ...clusterConfig })

export const retriesService: ServiceDefinition<typeof config> = {
  name: 'retries',
  summary: 'Brings records of the retry topics back when they are due.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const cluster = clusterOf(given, context)
    const producer = await openProducer(cluster, { clientId: 'retries' })
    parts.defer(() => producer.close())
    for (const delayMs of retryDelaysMs) {
      const group = { clientId: `retries-${delayMs}`, groupId: `retries-${delayMs}` }
      const topics = repeatables.map(({ retries }) => bytesOf(retries.get(delayMs)!))
      const source = await openConsumer(cluster, { ...group, topics, sessionTimeoutMs: 10_000 })
      const retrier = new Retrier({ source, send: (topic, records) => producer.send(bytesOf(topic), records), clock })
      parts.dependsOn(retrier.done)
      parts.defer(() => retrier.stop())
    }
    return await parts.listen(await openHttp({ name: 'retries', log: context.log }), given)
  },
}

const clock = {
  now: () => Date.now(),
  sleep: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {}),
}

if (import.meta.main) await runService(retriesService)
