import { setTimeout as delay } from 'node:timers/promises'
import Type from 'typebox'
import { documentsConfig, openDocuments } from '../../adapters/documents.ts'
import { serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Waits } from '../../platform/waits.ts'
import { whenStoreAnswers } from '../../sink/when-store-answers.ts'
import { addReadRoutes } from './read-routes.ts'

const config = Type.Object({
  ...serviceConfig(8082),
  ...documentsConfig,
})

export const coreRead: ServiceDefinition<typeof config> = {
  name: 'core-read',
  summary: 'Reads the documents that the sink keeps.',
  config,
  async start(given, { log }) {
    await using parts = new ServiceParts()
    const store = await openDocuments(given)
    parts.defer(() => store.close())
    const waits = new Waits()
    parts.checks(waits.check)
    const onWait = (error: Error): void => {
      waits.note(error.message)
      log.warn(error.message)
    }
    parts.awaits(whenStoreAnswers(() => store.check(), { sleep, onWait, signal: parts.stopping }))
    const http = await openHttp({ name: 'core-read', log })
    addReadRoutes(http, store, (error) => waits.note(error.message))
    return await parts.listen(http, given)
  },
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {})

if (import.meta.main) await runService(coreRead)
