import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import Type from 'typebox'
import { test } from 'tap'
import type { Test } from 'tap'
import { atFreePort } from '../../../../app/platform/http/at-free-port.ts'
import { openHttp } from '../../../../app/platform/http/open-http.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { serviceConfig } from '../../../../app/platform/config.ts'
import { ServiceParts } from '../../../../app/platform/service.ts'
import type { Service, ServiceDefinition } from '../../../../app/platform/service.ts'

async function occupied(t: Test, port = 0): Promise<number> {
  const server: Server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

const config = Type.Object(serviceConfig(8080))
const service: ServiceDefinition<typeof config> = {
  name: 'test',
  summary: 'A service without anything.',
  config,
  async start(given) {
    await using parts = new ServiceParts()
    return await parts.listen(await openHttp({ name: 'test', log: silentLog }), given)
  },
}

function start(t: Test, port: number, portTaken: 'fail' | 'next'): Promise<Service> {
  const started = service.start({ host: '127.0.0.1', port, portTaken, logLevel: 'silent' }, { log: silentLog })
  t.teardown(() => started.then((running) => running.close()).catch(() => {}))
  return started
}

test('a service takes the next free port where that is allowed, and else fails', async (t) => {
  const port = await occupied(t)
  await t.rejects(start(t, port, 'fail'), { code: 'EADDRINUSE' })
  const { url } = await start(t, port, 'next')
  t.ok(Number(new URL(url).port) > port)
  t.equal((await fetch(`${url}/health/live`)).status, 200)
})

test('after many that are taken any port will do', async (t) => {
  const tried: number[] = []
  const port = await atFreePort(8080, async (wanted) => {
    tried.push(wanted)
    if (wanted > 0) throw Object.assign(new Error('It is taken.'), { code: 'EADDRINUSE' })
    return 50_000
  })
  t.equal(port, 50_000)
  t.same(tried, [...Array.from({ length: 20 }, (_, index) => 8080 + index), 0])
})

test('what is no taken port is no reason to try another one', async (t) => {
  await t.rejects(
    atFreePort(8080, () => Promise.reject(new Error('No such interface.'))),
    { message: 'No such interface.' },
  )
})
