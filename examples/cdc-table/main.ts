import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamsError, Serdes, topic } from 'millrace'
import type { KafkaStreams } from 'millrace'
import { runExample } from '../run-example.ts'
import { cdcTable, changes, users } from './topology.ts'
import type { User } from './topology.ts'

/** What Debezium would write: an insert, an update and another insert. */
const recorded = [
  [1, { op: 'c', before: null, after: { id: 1, name: 'Ann', balance: '10.00' } }],
  [1, { op: 'u', before: null, after: { id: 1, name: 'Anna', balance: '12.50' } }],
  [2, { op: 'c', before: null, after: { id: 2, name: 'Bob', balance: '0.00' } }],
] as const

/** Keeps a table of a database, and serves it: `GET /users/1`, `GET /users`. */
export async function main(args: string[], print: (line: string) => void = console.log): Promise<void> {
  const topics = [changes.name, users.name]
  await runExample({ topology: cdcTable(), topics, config: { applicationId: 'cdc-table' } }, args, async (running) => {
    const bytes = topic(changes.name, { key: Serdes.json<object>(), value: Serdes.json<object>() })
    await running.producer.send(
      bytes,
      recorded.map(([id, event]) => ({ key: { id }, value: event })),
    )
    const server = serve(running.streams)
    await new Promise<void>((resolve) => server.listen(running.isEmbedded ? 0 : 8080, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/users`
    if (!running.isEmbedded) return (print(`GET ${address}/1`), running.streams.closed)
    let all = ''
    while (!all.includes('Anna') || !all.includes('Bob')) all = await (await fetch(address)).text()
    for (const path of ['/1', '/3']) print(`GET /users${path}: ${await (await fetch(address + path)).text()}`)
    server.close()
  })
}

function serve(streams: KafkaStreams) {
  const store = streams.store<string, User>('users')
  return createServer((request, response) => {
    const id = request.url?.split('/')[2]
    const answer = async () => {
      if (id !== undefined) return (await store.get(id)) ?? { error: 'no such user' }
      const rows: object[] = []
      for await (const { key, value } of store.all()) rows.push({ id: key, ...value })
      return rows
    }
    // While tasks are on their way the store is not there: a client asks again.
    const failed = (error: unknown) => ({ error: error instanceof StreamsError ? error.code : 'the log has it' })
    void answer()
      .catch(failed)
      .then((body) => response.end(JSON.stringify(body)))
  })
}

if (import.meta.main) await main(process.argv.slice(2))
