import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import { liveFace } from '../../../../app/feed/faces/live-face.ts'
import type { FeedLog } from '../../../../app/feed/feed-log.ts'
import { FeedRows } from '../../../../app/feed/feed-rows.ts'
import { serveFeed } from '../../../../app/feed/http/serve-feed.ts'
import { FeedRelay } from '../../../../app/feed/relay/feed-relay.ts'
import { Bench, EventReader, serve, topics } from '../feed-bench.ts'

/** A source as the inspector is one: its state, and its feed. */
async function source(t: Test, { log }: Bench): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const rows = new FeedRows()
  log.observe((batch) => rows.apply(batch))
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://test')
    const asked = { request: { raw: request }, reply: { raw: response, hijack: () => {} } }
    if (url.pathname === '/feed') return serveFeed(asked, { log, face: liveFace, at: url.searchParams.get('at') ?? undefined })
    const { vector, positions } = log
    response.end(JSON.stringify({ topics: log.topics, vector, positions: Object.fromEntries(positions), at: 0, ...rows.state() }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(stop)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}

interface Relayed {
  readonly relay: FeedRelay
  readonly logs: FeedLog[]
}

async function relayOf(t: Test, url: string): Promise<Relayed> {
  const logs: FeedLog[] = []
  const relay = new FeedRelay((log) => logs.push(log))
  t.teardown(() => relay.close())
  relay.follow(url)
  await relay.started
  return { relay, logs }
}

const names = (reader: EventReader): string[] =>
  reader.events
    .filter(({ type }) => type === 'batch')
    .flatMap(({ data }) => data.records.map((record: any) => `${record.key}${record.value?.fromUserName ?? '-'}`))

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('clients stay connected while the source is away, and get each offset once', async (t) => {
  const bench = new Bench()
  const first = await source(t, bench)
  const { relay, logs } = await relayOf(t, first.url)
  const reader = new EventReader(await serve(t, relay.log!, liveFace))
  await until(() => relay.log!.readerCount === 1 && bench.log.readerCount === 1)
  bench.change([[1, 'a']])
  await until(() => names(reader).length === 1)
  relay.follow(null)
  await first.stop()
  t.match(relay.rows, { transferCount: 1 }, 'what was there is still told')
  for (const name of ['b', 'c']) bench.change([[1, name]])
  relay.follow((await source(t, bench)).url)
  await until(() => names(reader).length === 3)
  t.same(names(reader), ['1a', '1b', '1c'])
  t.equal(logs.length, 1)
  reader.cut()
})

test('where the source has other topics, clients are told to begin anew, and rows are those of the new ones', async (t) => {
  const bench = new Bench()
  const first = await source(t, bench)
  const { relay, logs } = await relayOf(t, first.url)
  const reader = new EventReader(await serve(t, relay.log!, liveFace))
  await until(() => relay.log!.readerCount === 1 && bench.log.readerCount === 1)
  bench.change([[1, 'a'], [3, 'a']]) // prettier-ignore
  await until(() => names(reader).length === 2)
  relay.follow(null)
  await first.stop()
  const other = new Bench(undefined, topics.map((topic) => ({ ...topic, id: `${topic.id}2` }))) // prettier-ignore
  const second = await source(t, other)
  other.change([[1, 'z']])
  relay.follow(second.url)
  await reader.done
  t.match(reader.events.at(-1), { type: 'reset', data: { reason: 'other-topics' } })
  await until(() => logs.length === 2)
  t.equal(relay.log, logs[1])
  t.match(relay.rows, { transferCount: 1, transfers: [{ key: '1', value: { fromUserName: 'z' } }] })
})

test('where the source no longer has what is missing, the reset says so', async (t) => {
  const bench = new Bench(1)
  const first = await source(t, bench)
  const { relay } = await relayOf(t, first.url)
  const reader = new EventReader(await serve(t, relay.log!, liveFace))
  await until(() => relay.log!.readerCount === 1 && bench.log.readerCount === 1)
  relay.follow(null)
  await first.stop()
  for (const name of ['b', 'c']) bench.change([[1, name]])
  bench.expired = true
  relay.follow((await source(t, bench)).url)
  await reader.done
  t.match(reader.events.at(-1), { type: 'reset', data: { reason: 'expired', detail: /no longer has offset 0/ } })
})
