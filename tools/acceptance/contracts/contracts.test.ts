import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { Validator } from '@seriousme/openapi-schema-validator'
import newman from 'newman'
import type { NewmanRunSummary } from 'newman'
import t from 'tap'
import { storyFolder } from '../../../app/contracts/postman/collection.ts'
import { story } from '../../../app/contracts/postman/story.ts'
import { openSupervised } from '../../../app/pipeline/supervisor/open-supervised.ts'

const options = {
  kafka: undefined,
  dir: undefined,
  mode: 'run',
  page: 'no page',
  port: 0,
  rate: null,
  enrichers: 1,
  guarantee: 'exactly_once_v2',
  log: 'file',
  demo: 'only embedded',
  avroMode: 'registry',
} as const

const runStory = (collection: string, baseUrl: string): Promise<NewmanRunSummary> =>
  new Promise((resolve, reject) => {
    const environment = { values: [{ key: 'baseUrl', value: baseUrl }] }
    newman.run({ collection, environment, folder: storyFolder, bail: true }, (error, summary) =>
      error === null ? resolve(summary) : reject(error),
    )
  })

await t.test('the contracts of the pipeline, at its one port', async (t) => {
  t.setTimeout(180_000)
  const dir = await mkdtemp(join(tmpdir(), 'millrace-contracts-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  await using supervised = await openSupervised(options, dir, new PassThrough().resume())
  const { supervisor, url } = supervised
  await supervisor.ready()

  await t.test('OpenAPI is one valid document, of what the BFF answers and of what the supervisor does', async (t) => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { readonly paths: Record<string, any> }
    const { valid, errors } = await new Validator().validate(document)
    t.same([valid, errors ?? []], [true, []])
    const paths = Object.keys(document.paths)
    for (const path of ['/api/users/{id}', '/api/feed', '/api/kill', '/api/totals']) t.ok(paths.includes(path), path)
    const { requestBody } = document.paths['/api/transfers'].post
    t.same(requestBody.content['application/json'].schema.required, ['fromUserId', 'toUserId', 'amount'])
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
    )
    t.same(
      operations.filter(({ summary }) => summary === undefined).map(({ name }) => name),
      [],
      'each says what it does',
    )
    const ids = operations.flatMap(({ operationId }) => operationId ?? [])
    t.equal(new Set(ids).size, ids.length, 'an id is of one operation')
  })

  await t.test('W5: the Postman collection, made from OpenAPI, passes in the order of its story', async (t) => {
    const { run } = await runStory(`${url}/postman.json`, url)
    t.same(
      run.failures.map(({ source, error }) => `${source?.name}: ${error.test} ${error.message}`),
      [],
    )
    t.equal(new Set(run.executions.map(({ item }) => item.name)).size, story.length)
    t.ok((run.stats.assertions.total ?? 0) > 2 * story.length - 5, `${run.stats.assertions.total} assertions`)
  })
})
