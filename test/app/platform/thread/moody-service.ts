/** A service that does what its configuration says, and the thread in which it does it. */
import { setTimeout as delay } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import Type from 'typebox'
import { serviceConfig } from '../../../../app/platform/config.ts'
import { openHttp } from '../../../../app/platform/http/open-http.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { ServiceParts } from '../../../../app/platform/service.ts'
import type { ServiceDefinition } from '../../../../app/platform/service.ts'
import { serveInThread } from '../../../../app/platform/thread/serve-in-thread.ts'

const config = Type.Object({ ...serviceConfig(0), mood: Type.Enum(['well', 'unable to start', 'failing', 'thrown out', 'gone']) })

export const moodyService: ServiceDefinition<typeof config> = {
  name: 'moody',
  summary: 'A service for tests.',
  config,
  async start(given) {
    if (given.mood === 'unable to start') throw new Error('It has no port.')
    await using parts = new ServiceParts()
    if (given.mood === 'failing') parts.dependsOn(delay(20).then(() => Promise.reject(new Error('Its disk is gone.'))))
    parts.awaits(delay(20))
    const service = await parts.listen(await openHttp({ name: 'moody', log: silentLog }), given)
    if (given.mood === 'thrown out') setTimeout(() => throwAway(), 0)
    if (given.mood === 'gone') setTimeout(() => process.exit(3), 0)
    return service
  },
}

function throwAway(): never {
  throw new Error('Nobody caught this.')
}

if (!isMainThread) serveInThread(moodyService)
