import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { test } from 'tap'
import { liveFace } from '../../../app/feed/faces/live-face.ts'
import { transfersFace } from '../../../app/feed/faces/transfers-face.ts'
import type { Face } from '../../../app/feed/faces/face.ts'
import type { ReceivedEvent } from './feed-bench.ts'
import { Bench, EventReader, serve, topics } from './feed-bench.ts'

interface Change {
  readonly id: number
  readonly name: string | null
}

interface Tested {
  readonly path: string
  readonly face: Face
  readonly changes: (events: readonly ReceivedEvent[]) => Change[]
}

/** The same checks on both faces. */
const faces: readonly Tested[] = [
  {
    path: '/api/feed',
    face: liveFace,
    changes: (events) =>
      events
        .filter(({ type }) => type === 'batch')
        .flatMap(({ data }) =>
          data.records.map((record: any) => ({ id: Number(record.key), name: record.value?.fromUserName ?? null })),
        ),
  },
  {
    path: '/transfers/stream',
    face: transfersFace(topics, null),
    changes: (events) =>
      events
        .filter(({ type }) => type.startsWith('transfer.'))
        .map(({ data }) => ({ id: data.id, name: data.fromUserName ?? null })),
  },
]

for (const { path, face, changes } of faces) {
  test(`P1 ${path}: a client gets a change at once`, async (t) => {
    const bench = new Bench()
    const reader = new EventReader(await serve(t, bench.log, face))
    await bench.followed()
    bench.change([[7, 'Amara']])
    await reader.until((events) => changes(events).length === 1)
    t.same(changes(reader.events), [{ id: 7, name: 'Amara' }])
  })

  test(`E6 ${path}: a deleted transfer is told as deleted`, async (t) => {
    const bench = new Bench()
    const reader = new EventReader(await serve(t, bench.log, face))
    await bench.followed()
    bench.change([[1, 'Amara']])
    bench.change([[1, null]])
    await reader.until((events) => changes(events).length === 2)
    t.same(changes(reader.events).at(-1), { id: 1, name: null })
  })

  for (const [kept, bytes] of [
    ['in memory', undefined],
    ['in the topics only', 1],
  ] as const)
    test(`P2 ${path}: a client that was cut resumes without loss or repeat, what it missed is ${kept}`, async (t) => {
      const bench = new Bench(bytes)
      const url = await serve(t, bench.log, face)
      const first = new EventReader(url)
      await bench.followed()
      bench.change(
        [
          [1, 'a'],
          [2, 'a'],
          [3, 'a'],
        ],
        2,
      )
      await first.until((events) => changes(events).length === 3)
      first.cut()
      for (const name of ['b', 'c', 'd', 'e', 'f']) bench.change([[1, name]], 1)
      const second = new EventReader(url, { 'last-event-id': first.lastId! })
      await second.until((events) => changes(events).length >= 5)
      bench.change([[2, 'live']])
      await second.until((events) => changes(events).length >= 6)
      t.same(
        changes(second.events).map(({ id, name }) => `${id}${name}`),
        ['1b', '1c', '1d', '1e', '1f', '2live'],
      )
      second.cut()
    })

  test(`P2 ${path}: every id resumes exactly behind its event`, async (t) => {
    const bench = new Bench(1)
    const url = await serve(t, bench.log, face)
    bench.change(
      [
        [1, 'a'],
        [2, 'a'],
        [3, 'b'],
        [4, 'a'],
      ],
      1,
    )
    bench.change([
      [1, 'c'],
      [5, 'a'],
    ])
    const all = new EventReader(`${url}?at=${encodeURIComponent('AAA:0,0;BBB:0')}`)
    await all.until((events) => changes(events).length === 6)
    for (const [index, { id }] of all.events.entries()) {
      const rest = changes(all.events.slice(index + 1))
      const resumed = new EventReader(`${url}?at=${encodeURIComponent(id!)}`)
      if (rest.length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
      await resumed.until((events) => changes(events).length >= rest.length)
      t.same(changes(resumed.events), rest, `after event ${index}`)
      resumed.cut()
    }
    all.cut()
  })

  test(`P3 ${path}: a slow client alone is closed with overflow, others get everything, memory is bounded`, async (t) => {
    const bench = new Bench(1 << 20)
    const url = await serve(t, bench.log, face)
    const slow = request(url)
    slow.end()
    const slowAnswer = await new Promise<IncomingMessage>((resolve) => slow.on('response', resolve))
    slowAnswer.pause()
    const fast = new EventReader(url)
    await bench.followed(2)
    const padding = 'x'.repeat(20_000)
    for (let number = 0; number < 2000; number++) {
      bench.change([[number, 'a']], 0, padding)
      if (number % 20 === 0) await new Promise(setImmediate)
    }
    await fast.until((events) => changes(events).length === 2000, 20_000)
    t.equal(
      fast.events.some(({ type }) => type === 'overflow'),
      false,
    )
    t.equal(bench.log.readerCount, 1, 'the slow one is gone')
    fast.cut()
    let text = ''
    for await (const chunk of slowAnswer.setEncoding('utf8')) text = (text + chunk).slice(-2000)
    t.match(text, /event: overflow\ndata: \{"bytes":8\d{6},"ms":\d+\}\n\n$/)
  })

  test(`${path}: a position of other topics, or beyond the end, is answered with reset`, async (t) => {
    const bench = new Bench()
    const url = await serve(t, bench.log, face)
    bench.change([[1, 'a']])
    for (const at of ['CCC:0,0;BBB:0', 'AAA:0,9;BBB:0', 'AAA:0;BBB:0']) {
      const reader = new EventReader(`${url}?at=${encodeURIComponent(at)}`)
      await reader.done
      t.match(reader.events, [{ type: 'reset', data: { reason: 'other-topics' } }], at)
    }
  })

  test(`${path}: a position that is no longer kept is answered with reset`, async (t) => {
    const bench = new Bench(1)
    const url = await serve(t, bench.log, face)
    bench.change([[1, 'a']])
    bench.change([[1, 'b']])
    bench.expired = true
    const reader = new EventReader(`${url}?at=${encodeURIComponent('AAA:0,0;BBB:0')}`)
    await reader.done
    t.match(reader.events, [{ type: 'reset', data: { reason: 'expired' } }])
  })

  test(`${path}: closing tells every client`, async (t) => {
    const bench = new Bench()
    const reader = new EventReader(await serve(t, bench.log, face))
    await bench.followed()
    bench.log.close('server.closing', { detail: 'The server stops.' })
    await reader.done
    t.match(reader.events, [{ type: 'server.closing' }])
  })
}

test('the ranges of a resumed feed follow one another, holes included', async (t) => {
  const bench = new Bench()
  const url = await serve(t, bench.log, liveFace)
  bench.change(
    [
      [2, 'a'],
      [4, 'a'],
    ],
    3,
  )
  bench.change([[2, 'b']], 1)
  for (let from = 0; from <= 7; from++) {
    const reader = new EventReader(`${url}?at=${encodeURIComponent(`AAA:${from},0;BBB:0`)}`)
    await new Promise((resolve) => setTimeout(resolve, 40))
    const ranges = reader.events.flatMap(({ data }) => data.ranges)
    const records = reader.events.flatMap(({ data }) => data.records).length
    const holes = ranges.reduce((sum, range) => sum + range.holes, 0)
    t.equal(records + holes, 7 - from, `from ${from}`)
    t.ok(ranges.every((range, index) => range.from === (index === 0 ? from : ranges[index - 1].to)))
    reader.cut()
  }
})

const types = (reader: EventReader): string[] => reader.events.map(({ type, data }) => `${type} ${data.id}`)

test('a stream of one user tells of a deletion if the transfer was his, or if nobody knows whose it was', async (t) => {
  const bench = new Bench()
  const url = async (user: number): Promise<string> => serve(t, bench.log, transfersFace(topics, user))
  const readers = await Promise.all([1, 2, 99].map(async (user) => new EventReader(await url(user))))
  await bench.followed(3)
  bench.change([[1, 'a']])
  bench.change([[1, null, [1, 2]]])
  bench.change([[2, null, null]])
  bench.change([[3, null]])
  await Promise.all(readers.map((reader) => reader.until(() => types(reader).includes('transfer.deleted 3'))))
  const his = ['transfer.upserted 1', 'transfer.deleted 1', 'transfer.deleted 3']
  t.same(readers.map(types), [his, his, ['transfer.deleted 3']])
  for (const reader of readers) reader.cut()
})

test('a transfer that goes to another user is deleted for the one whose it was', async (t) => {
  const bench = new Bench()
  const reader = new EventReader(await serve(t, bench.log, transfersFace(topics, 7)))
  await bench.followed()
  bench.change([[1, 'a', [1, 7]]])
  bench.change([[2, 'a', [1, 8]]])
  bench.change([[3, null]])
  await reader.until((events) => events.length === 2)
  t.same(types(reader), ['transfer.deleted 1', 'transfer.deleted 3'])
  reader.cut()
})
