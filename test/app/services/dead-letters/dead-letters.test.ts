import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { openProducer } from 'millrace'
import { header } from '../../../../examples/transfer-pipeline/errors/letter-headers.ts'
import { bytesOf, deadLetterTopicOf, rawTransfers, transfers } from '../../../../examples/transfer-pipeline/topics.ts'
import { runDlq } from '../../../../app/cli/dlq.ts'
import type { Poison } from '../../../../app/contracts/bff.ts'
import type { Letter, LetterDetail, LetterPage } from '../../../../app/contracts/dead-letters.ts'
import { awaitEqual } from '../../../../app/pipeline/expected.ts'
import { openPipeline } from '../../../../app/pipeline/pipeline.ts'
import type { Pipeline } from '../../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { sqlPoison } from '../../../../app/pipeline/supervisor/sql-poison.ts'
import { bff } from '../../../../app/services/bff/main.ts'
import { brokenRecord, sendPoison } from '../../../../app/services/inspector/poison.ts'
import type { RecordPoison } from '../../../../app/services/inspector/poison.ts'
import { deadLettersService } from '../../../../app/services/dead-letters/main.ts'
import { directory } from '../../../storage/media.ts'

const json = { 'content-type': 'application/json' }
const time = '2026-11-22T10:00:05.000Z'
const row = { from_user_id: 1, to_user_id: 2, status: 'PENDING', created_at: time, last_updated_at: time }

interface Running {
  readonly pipeline: Pipeline
  readonly url: string
  readonly dir: string
  /** Runs the command line, and gives its exit code with what it printed. */
  dlq(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }>
  send(topic: string, key: string, value: string | Uint8Array): Promise<void>
  list(query?: string): Promise<LetterPage>
}

async function open(t: Test): Promise<Running> {
  const dir = directory(t)
  const pipeline = await openPipeline({ kafka: undefined, dir, settlement: 'off' }, silentLog)
  t.teardown(() => pipeline[Symbol.asyncDispose]())
  const letters = await pipeline.start(deadLettersService, { registry: pipeline.registryUrl })
  const behind = {
    users: pipeline.usersUrl,
    transfers: pipeline.transfersUrl,
    read: pipeline.readUrl,
    letters: letters.url,
    schemas: letters.url,
    inspector: letters.url,
  }
  const { url } = await pipeline.start(bff, { ...behind, applications: '', timeoutMs: 5000 })
  await pipeline.ready
  const producer = await openProducer(pipeline.cluster, { clientId: 'test' })
  t.teardown(() => producer.close())
  return {
    pipeline,
    url,
    dir,
    async dlq(...args) {
      const printed: string[] = []
      const terminal = { out: (text: string) => void printed.push(text), write: async () => {} }
      const code = await runDlq([...args, '--url', url], terminal)
      return { code, out: printed.join('\n') }
    },
    async send(topic, key, value) {
      await producer.send(bytesOf(topic), [
        { key: Buffer.from(key), value: Buffer.from(value), headers: [header('mine', 'kept')] },
      ])
    },
    list: async (query = '') => (await fetch(`${url}/api/dlq/letters${query}`)).json() as Promise<LetterPage>,
  }
}

const ingestion = { topic: rawTransfers.name, refusedBy: 'ingestion-transfers', remedy: 'replay' } as const
const data = { ...ingestion, class: 'invalid-data' } as const
const form = { ...ingestion, class: 'invalid-schema' } as const

/** What each poison is refused for, and by whom. */
const poisons: Readonly<
  Record<Poison['kind'], Partial<Omit<Letter, 'reason'>> & { readonly topic: string; readonly reason: RegExp }>
> = {
  // It is no row of its table: change capture cannot even write its record.
  sql: { ...data, refusedBy: 'capture', remedy: 'sql', reason: /abc/ },
  amount: { ...data, reason: /"abc"/ },
  negative: { ...data, reason: /-5\.00 is not above 0/ },
  self: { ...data, reason: /from user 1 to the same/ },
  column: { ...form, reason: /no column status/ },
  empty: { ...form, reason: /./ },
  envelope: { ...form, reason: /payload|schema/ },
  bytes: { ...form, reason: /JSON|UTF-8|envelope/ },
  schema: {
    topic: transfers.name,
    refusedBy: 'transfer-enricher',
    class: 'schema-not-found',
    remedy: 'send-to-topic',
    reason: /999,?999/,
  },
  document: { topic: 'connect.mongo-sink', refusedBy: 'sink', class: 'invalid-schema', remedy: 'send-to-topic', reason: /./ },
}

async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const placeOf = ({ at: { topic, p, o } }: Letter): string => `${topic}/${p}/${o}`

test('a running pipeline: what is refused is listed, shown, mended, replayed and discarded', async (t) => {
  t.setTimeout(300_000)
  const { pipeline, url, dir, dlq, send, list } = await open(t)
  for (const name of ['Amara', 'Bruno'])
    await fetch(`${url}/api/users`, { method: 'POST', headers: json, body: JSON.stringify({ name }) })

  await t.test('X1, X2: each poison is in the list, with its bytes, its reason and where it was refused', async (t) => {
    const bad = JSON.stringify({ before: null, after: { ...row, id: 900, amount: 'abc' }, op: 'c' })
    await send(rawTransfers.name, '{"id":900}', bad)
    await send(rawTransfers.name, '{"id":901}', Uint8Array.from([0, 0, 0x0f, 0x42, 0x3f, 0xff]))
    await send(transfers.name, '902', 'hello')
    // Several applications refuse 902, each for itself, and before another refuses 901.
    const areThere = ({ content }: LetterPage): boolean =>
      ['900', '901', '902'].every((key) => content.some((letter) => letter.key === key))
    const { content, counts } = await until(list, areThere)
    const amount = content.find(({ key }) => key === '900')!
    t.match(amount, {
      class: 'invalid-data',
      refusedBy: 'ingestion-transfers',
      source: { topic: rawTransfers.name },
      remedy: 'replay',
    })
    t.match(amount.reason, /"abc"/)
    const avro = content.filter(({ key }) => key === '902')
    t.match(avro[0], { class: 'invalid-schema', at: { topic: deadLetterTopicOf(transfers.name) }, remedy: 'send-to-topic' })
    t.ok(counts.all >= 3)
    const detail = (await (await fetch(`${url}/api/dlq/letters/${placeOf(amount)}`)).json()) as LetterDetail
    t.equal(detail.value!.text, bad)
    t.match(detail.headers, [{ name: 'mine', text: 'kept' }])
    t.match(JSON.parse(detail.decoded!), { op: 'c' })
    const foreign = content.find(({ key }) => key === '901')!
    const shown = await dlq('show', placeOf(foreign))
    t.match(shown.out, /000000 {2}00 00 0f 42 3f ff/)
    t.equal(shown.code, 0)
  })

  await t.test('T4r: an edited copy is processed, once however often it is replayed', async (t) => {
    const [letter] = (await list('?text=abc')).content
    const asItIs = await dlq('replay', placeOf(letter!))
    t.match(asItIs.out, /^Sent to replay\.bank\.transfers p\d @ 0\. Refused again/)
    const file = join(dir, 'copy.json')
    writeFileSync(file, JSON.stringify({ before: null, after: { ...row, id: 900, amount: '7.50' }, op: 'c' }))
    t.match((await dlq('replay', placeOf(letter!), '--edit', file)).out, /Processed after \d+ ms\.$/)
    t.match((await dlq('replay', placeOf(letter!), '--edit', file)).out, /processed before\.$/)
    const document = await until(
      async () => (await fetch(`${url}/api/transfers/900`)).json() as Promise<{ readonly amount?: string }>,
      ({ amount }) => amount !== undefined,
    )
    t.equal(document.amount, '7.50')
  })

  await t.test('a record whose key has something newer is not sent to its topic again', async (t) => {
    const [letter] = (await list('?text=902')).content
    await send(transfers.name, '902', 'hello again')
    await until(list, ({ content }) => content.filter(({ key }) => key === '902').length >= 2)
    const refused = await dlq('replay', placeOf(letter!))
    t.equal(refused.code, 1)
    t.match(refused.out, /newer of this key/)
  })

  await t.test('a row that SQL has wrong is mended in SQL, and equals SQL then', async (t) => {
    await pipeline.transfers.run(
      `insert into transfers (id, from_user_id, to_user_id, amount, created_at, last_updated_at) values (903, 1, 1, '5.00', '${time}', '${time}')`,
    )
    const { content } = await until(
      () => list('?text=903'),
      ({ content }) => content.length > 0,
    )
    t.match(content[0], { class: 'invalid-data' })
    await pipeline.transfers.run('update transfers set to_user_id = 2 where id = 903')
    await until(
      async () => (await fetch(`${url}/api/transfers/903`)).status,
      (status) => status === 200,
    )
    const stale = await dlq('replay', placeOf(content[0]!))
    t.match(stale.out, /something newer of this key was processed/)
  })

  await t.test('what is discarded leaves the list, and stays in its topic', async (t) => {
    const { content } = await list()
    for (const letter of content) t.equal((await dlq('discard', placeOf(letter))).code, 0)
    const after = await list()
    t.same([after.content, after.counts.open], [[], 0])
    t.equal((await dlq('show', placeOf(content[0]!))).code, 0)
    t.match((await dlq('list', '--state', 'discarded')).out, /discarded/)
  })

  await t.test(
    'X1, X2, S2: poison of each of the ten kinds ends in its place, with its bytes, its reason and a remedy',
    async (t) => {
      let broken: number | undefined
      for (const [index, [kind, expected]] of Object.entries(poisons).entries()) {
        const id = 1000 + index
        const sent = kind === 'sql' ? await sqlPoison({ dir }) : await sendPoison(pipeline.cluster, kind as RecordPoison, id)
        const key = 'id' in sent ? sent.id : id
        const { content } = await until(
          () => list(`?text=${key}&size=100`),
          ({ content: all }) => all.some((letter) => letter.key === String(key) && letter.refusedBy === expected.refusedBy),
        )
        const letter = content.find(({ key: one, refusedBy }) => one === String(key) && refusedBy === expected.refusedBy)!
        const { topic, reason, ...facts } = expected
        t.match(letter, { ...facts, at: { topic: `${topic}.dlq` } }, kind)
        t.match(letter.reason, reason, kind)
        if ('id' in sent) broken = sent.id
        if ('id' in sent) continue
        t.same(letter.source, sent, kind)
        const { value } = (await (await fetch(`${url}/api/dlq/letters/${placeOf(letter)}`)).json()) as LetterDetail
        t.equal(value!.hex, brokenRecord(kind as RecordPoison, id).value.toString('hex'), `${kind}: the bytes as they were`)
      }
      const made = { fromUserId: 1, toUserId: 2, amount: '10.00' }
      const headers = { ...json, 'idempotency-key': 'behind-the-poison' }
      const answer = await fetch(`${url}/api/transfers`, { method: 'POST', headers, body: JSON.stringify(made) })
      const { id } = (await answer.json()) as { readonly id: number }
      await until(
        async () => (await fetch(`${url}/api/transfers/${id}`)).status,
        (status) => status === 200,
      )
      await pipeline.transfers.run(`update transfers set amount = '7.50' where id = ?`, broken!)
      await until(
        async () => (await fetch(`${url}/api/transfers/${broken}`)).status,
        (status) => status === 200,
      )
      for (const letter of (await list('?size=100')).content) await dlq('discard', placeOf(letter))
    },
  )

  await t.test('wrong arguments are exit code 2, what is not there is 1', async (t) => {
    t.equal((await dlq('show', 'nowhere')).code, 2)
    t.equal((await dlq('reply')).code, 2)
    t.equal((await dlq('show', `${deadLetterTopicOf(rawTransfers.name)}/0/999`)).code, 1)
    t.equal((await dlq('list', '--state', 'odd')).code, 1)
    t.equal((await dlq('--help')).code, 0)
  })
  t.same(await Promise.race([awaitEqual(pipeline.readUrl, pipeline, 30_000), pipeline.failure]), [
    'transfer 900 is read, but is not in SQL',
  ])
})
