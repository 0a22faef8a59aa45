import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { Test } from 'tap'
import { EmbeddedKafka } from 'millrace/embedded'
import { addressText } from '../../../../app/adapters/mariadb/mariadb-address.ts'
import { createTopics } from '../../../../app/pipeline/open-cluster.ts'
import { bytesOf, rawUsers } from '../../../../examples/transfer-pipeline/topics.ts'
import { killPipeline } from '../../../app/kill-pipeline.ts'
import { startService } from '../../../app/services/service-processes.ts'
import { consume, until } from '../../../runtime/running.ts'
import { newDatabase, ownMariadb } from '../../../servers/mariadb-for-tests.ts'
import type { MariadbServer } from '../../../servers/mariadb.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(300_000)

const root = join(import.meta.dirname, '..', '..', '..', '..')

async function temporary(t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-mariadb-pipeline-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

async function databasesOn(server: MariadbServer): Promise<{ readonly users: string; readonly transfers: string }> {
  const [users, transfers] = [await newDatabase(server, 'users'), await newDatabase(server, 'transfers')]
  return { users: addressText(users), transfers: addressText(transfers) }
}

const server = await ownMariadb(t)
if (server !== null) await all(server)

async function all(server: MariadbServer): Promise<void> {
  await t.test(
    'C4: users-write and capture start alone on MariaDB; kill -9 of capture loses nothing and repeats nothing',
    async (t) => {
      const dir = await temporary(t)
      const [right, wrong] = [join(dir, 'right'), join(dir, 'wrong')]
      await Promise.all([writeFile(right, 'cdc\n'), writeFile(wrong, 'secret\n')])
      const database = await newDatabase(server, 'users')
      const cluster = await EmbeddedKafka.open()
      t.teardown(() => cluster.close())
      await createTopics(cluster)
      const { bootstrapServers } = await cluster.listen(0)
      const captured = {
        kafka: bootstrapServers,
        table: 'users',
        database: addressText({ ...database, user: 'cdc' }),
        'database-password-file': right,
      }
      const refused = await startService(t, 'capture', { ...captured, 'database-password-file': wrong }).catch(String)
      t.match(refused, "cannot be used: Access denied for user 'cdc'")
      t.notMatch(refused, 'secret')
      const users = await startService(t, 'users-write', { database: addressText(database) })
      let capture = await startService(t, 'capture', captured)
      for (let number = 1; number <= 80; number++) {
        const body = JSON.stringify({ name: `User ${number}` })
        const made = await fetch(`${users.url}/users`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
        t.equal(made.status, 201)
        if (number % 40 !== 0) continue
        capture.signal('SIGKILL')
        capture = await startService(t, 'capture', captured)
      }
      const records = async () => (await consume(cluster, bytesOf(rawUsers.name))).map(([, value]) => idAndOp(value!))
      await until('80 records', async () => (await records()).length >= 80)
      t.same((await records()).toSorted((left, right) => left.id - right.id), Array.from({ length: 80 }, (_, index) => ({ id: index + 1, op: 'c' }))) // prettier-ignore
      t.same([await capture.stop(), await users.stop()], [0, 0])
    },
  )

  await t.test('E7, C5: the script through the HTTP APIs, with the greatest amount, ends with what MariaDB says', async (t) => {
    const { users, transfers } = await databasesOn(server)
    const { NODE_OPTIONS: _options, ...env } = process.env
    const options = ['--mariadb', `${users},${transfers}`, '--dir', await temporary(t), '--verify', '--no-ui', '--port', '0']
    const main = ['--conditions=millrace-source', 'app/pipeline/main.ts', ...options]
    const { stdout } = await promisify(execFile)(process.execPath, main, { cwd: root, env })
    t.match(stdout, 'The read API equals the join in SQL.')
  })

  await t.test('E7, C4: pipeline and MariaDB are killed in turn under writes, the read API equals the join in SQL', async (t) => {
    const databases = await databasesOn(server)
    const killed = { databases, kill: () => server.kill(), start: () => server.start() }
    const dir = await temporary(t)
    const outcome = await killPipeline({ writes: 300, kills: 2, seed: 5, positions: 'with data', dir, server: killed })
    t.same(outcome.differences, [])
    t.equal(outcome.kills, 2)
  })
}

function idAndOp(value: Uint8Array): { readonly id: number; readonly op: string } {
  const { op, after } = JSON.parse(Buffer.from(value).toString()).payload
  return { id: after.id, op }
}
