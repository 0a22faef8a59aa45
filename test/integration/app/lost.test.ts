import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { awaitEqual } from '../../../app/pipeline/expected.ts'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import type { Pipeline } from '../../../app/pipeline/pipeline.ts'
import { openLog } from '../../../app/platform/log.ts'
import { directory } from '../../storage/media.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(300_000)

async function inPipeline(dir: string, act: (pipeline: Pipeline) => Promise<void>): Promise<string> {
  const lines: string[] = []
  const log = openLog({ name: 'test', destination: { write: (line) => void lines.push(line) } })
  await using pipeline = await openPipeline({ kafka: undefined, dir }, log)
  await Promise.race([pipeline.ready.then(() => act(pipeline)), pipeline.failure])
  return lines.join('')
}

async function call(url: string, method: string, body: object): Promise<void> {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(await answer.text())
}

async function isEqual(pipeline: Pipeline): Promise<void> {
  const differences = await awaitEqual(pipeline.readUrl, pipeline, 30_000)
  if (differences.length > 0) throw new Error(differences.join('; '))
}

/** Two users, a transfer and a rename, drained. */
async function seed(pipeline: Pipeline): Promise<void> {
  for (const name of ['Amara', 'Bruno']) await call(`${pipeline.usersUrl}/users`, 'POST', { name })
  await call(`${pipeline.transfersUrl}/transfers`, 'POST', { fromUserId: 1, toUserId: 2, amount: '10.00' })
  await call(`${pipeline.usersUrl}/users/2`, 'PATCH', { name: 'Bruno Costa' })
  await isEqual(pipeline)
}

const documents = ['documents.db', 'documents.db-wal', 'documents.db-shm']

for (const [name, files] of [
  ['documents.db', documents],
  ['state/', ['state']],
  ['documents.db and state/', [...documents, 'state']],
] as const)
  t.test(`a second start that has lost ${name} answers the same as before`, async (t) => {
    const dir = directory(t)
    await inPipeline(dir, seed)
    for (const file of files) rmSync(join(dir, file), { recursive: true, force: true })
    const log = await inPipeline(dir, async (pipeline) => {
      await isEqual(pipeline)
      await call(`${pipeline.usersUrl}/users/1`, 'PATCH', { name: 'Amara Diallo' })
      await isEqual(pipeline)
    })
    t.equal(log.includes('come again from'), name.startsWith('documents.db'))
  })

t.test('the registry has nothing to lose: schemas and their ids come back from its topic', async (t) => {
  const dir = directory(t)
  const ids = async ({ registryUrl }: Pipeline): Promise<unknown> => {
    const subjects = (await (await fetch(`${registryUrl}/subjects`)).json()) as readonly string[]
    const versions = subjects
      .toSorted()
      .map(async (subject) => (await fetch(`${registryUrl}/subjects/${subject}/versions/1`)).json())
    return Promise.all(versions)
  }
  let before: unknown
  await inPipeline(dir, async (pipeline) => {
    await seed(pipeline)
    before = await ids(pipeline)
  })
  await inPipeline(dir, async (pipeline) => {
    t.same(await ids(pipeline), before)
    await call(`${pipeline.usersUrl}/users/1`, 'PATCH', { name: 'Amara Diallo' })
    await isEqual(pipeline)
  })
})

for (const table of ['users', 'transfers'])
  t.test(`a new database of ${table} against old topics is refused with the reason`, async (t) => {
    const dir = directory(t)
    await inPipeline(dir, seed)
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(dir, `${table}.db${suffix}`), { force: true })
    await t.rejects(
      inPipeline(dir, seed),
      new RegExp(`raw\\.bank\\.${table} has changes of another database .* Use the directory of that database`),
    )
  })
