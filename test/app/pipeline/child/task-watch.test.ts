import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import type { FromChild } from '../../../../app/pipeline/child/messages.ts'
import { TaskWatch } from '../../../../app/pipeline/child/task-watch.ts'

interface Application {
  readonly url: string
  answer: object
}

/** An application that answers its tasks as it is told to. */
async function application(t: Test, answer: object): Promise<Application> {
  const server = createServer((_request, response) => response.end(JSON.stringify(made.answer)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  t.teardown(() => server.closeAllConnections())
  const made: Application = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answer }
  return made
}

class Watched {
  readonly said: FromChild[] = []
  readonly #watch: TaskWatch
  #wake = (): void => {}

  constructor(t: Test, urls: () => ReadonlyMap<string, string>) {
    this.#watch = new TaskWatch({ services: () => new Map([['sink', 'http://sink']]), applications: urls }, (message) => {
      this.said.push(message)
      this.#wake()
    })
    t.teardown(() => this.#watch[Symbol.asyncDispose]())
  }

  last<Type extends FromChild['type']>(type: Type): Extract<FromChild, { readonly type: Type }> | undefined {
    return this.said.findLast((message) => message.type === type) as never
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve))
  }
}

const tasksOf = (...taskIds: readonly string[]) => taskIds.map((taskId) => ({ taskId }))

test('owners, restores and the guarantee of all applications are told, and only when they change', async (t) => {
  const one = await application(t, { guarantee: 'exactly_once_v2', tasks: tasksOf('0_0', '0_1'), restore: { done: 1, total: 5 } })
  const two = await application(t, { guarantee: 'exactly_once_v2', tasks: tasksOf('1_0'), restore: { done: 2, total: 10 } })
  const watched = new Watched(
    t,
    () =>
      new Map([
        ['one', one.url],
        ['two', two.url],
      ]),
  )
  await watched.until(() => watched.last('restore') !== undefined)
  t.match(watched.last('owners')!.owners, [
    { application: 'one', task: '0_0' },
    { application: 'one', task: '0_1' },
    { application: 'two', task: '1_0' },
  ])
  t.same(watched.last('restore')!.restore, { done: 3, total: 15 })
  t.equal(watched.last('guarantee')!.guarantee, 'exactly_once_v2')
  two.answer = { guarantee: 'at_least_once', tasks: tasksOf('1_0'), restore: null }
  await watched.until(() => watched.last('restore')!.restore?.total === 5)
  t.equal(watched.last('guarantee')!.guarantee, 'at_least_once', 'the weakest is that of the way through all')
  one.answer = { guarantee: 'at_least_once', tasks: tasksOf('0_0'), restore: null }
  await watched.until(() => watched.last('restore')!.restore === null)
  t.match(watched.last('owners')!.owners, [{ task: '0_0' }, { task: '1_0' }])
  t.equal(watched.said.filter(({ type }) => type === 'owners').length, 2)
  t.equal(watched.said.filter(({ type }) => type === 'guarantee').length, 2)
})

test('an application that does not answer has no tasks, and the others are told all the same', async (t) => {
  const one = await application(t, { guarantee: 'at_least_once', tasks: tasksOf('0_0'), restore: null })
  const urls = new Map([
    ['one', one.url],
    ['gone', 'http://127.0.0.1:1'],
  ])
  const watched = new Watched(t, () => urls)
  await watched.until(() => watched.last('owners') !== undefined)
  t.match(watched.last('owners')!.owners, [{ application: 'one', task: '0_0', instance: `process ${process.pid}` }])
  urls.delete('one')
  await watched.until(() => watched.last('owners')!.owners.length === 0)
  t.equal(watched.last('guarantee')!.guarantee, 'at_least_once', 'what was said last stands')
})
