import t from 'tap'
import type { Test } from 'tap'
import type { Static } from 'typebox'
import { silentLog } from '../../../../app/platform/log.ts'
import type { Service } from '../../../../app/platform/service.ts'
import { ServiceThread } from '../../../../app/platform/thread/service-thread.ts'
import { moodyService } from './moody-service.ts'

type Mood = Static<(typeof moodyService)['config']>['mood']

function openThread(t: Test) {
  const module = new URL('moody-service.ts', import.meta.url)
  const thread = new ServiceThread({ module, log: silentLog, name: 'test' })
  t.teardown(() => thread[Symbol.asyncDispose]())
  const listening = { host: '127.0.0.1', port: 0, portTaken: 'fail', logLevel: 'silent' } as const
  const start = (mood: Mood): Promise<Service> => thread.of(moodyService).start({ ...listening, mood }, { log: silentLog })
  return { thread, start }
}

const open = (t: Test) => openThread(t).start

t.test('a service in a thread starts, gets ready, answers, and closes', async (t) => {
  const start = open(t)
  const [service, other] = await Promise.all([start('well'), start('well')])
  await service.ready
  t.equal((await fetch(`${service.url}/health/ready`)).status, 200)
  await Promise.all([service.close(), service.close()])
  await t.rejects(fetch(`${service.url}/health/ready`), 'its port is closed')
  t.equal((await fetch(`${other.url}/health/live`)).status, 200, 'the other one goes on')
})

t.test('what cannot start says why', async (t) => {
  await t.rejects(open(t)('unable to start'), { message: 'It has no port.' })
})

t.test('a service that fails later says so, and can still be closed', async (t) => {
  const service = await open(t)('failing')
  await t.rejects(service.failed, { message: 'Its disk is gone.' })
  await service.close()
})

t.test('with its thread every service ends', async (t) => {
  const start = open(t)
  const services = [await start('well'), await start('thrown out')]
  for (const service of services) {
    await t.rejects(service.failed, { message: 'Nobody caught this.' })
    await service.close()
  }
})

t.test('with a thread that goes without an error every service ends, too; none can start there any more', async (t) => {
  const start = open(t)
  const services = [await start('well'), await start('gone')]
  for (const service of services) {
    await t.rejects(service.failed, { message: 'The thread of test has ended with code 3.' })
    await service.close()
  }
  await t.rejects(start('well'), { message: 'The thread of test has ended with code 3.' })
})

t.test('a thread that is disposed ends its services, and a start that is under way', async (t) => {
  const { thread, start } = openThread(t)
  const service = await start('well')
  const starting = start('well')
  starting.catch(() => {})
  await thread[Symbol.asyncDispose]()
  await service.close()
  await t.rejects(starting, { message: 'The thread of test has ended with code 1.' })
})
