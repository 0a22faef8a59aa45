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

  await t.test('G1: a transfer that GraphQL has made is in the ledger, and is answered with both users', async (t) => {
    const ask = async (query: string): Promise<any> => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
      const { data, errors } = (await answer.json()) as { readonly data: any; readonly errors?: unknown }
      t.equal(errors, undefined, JSON.stringify(errors))
      return data
    }
    const users = await ask('mutation { payer: createUser(name: "Amara") { id } payee: createUser(name: "Bruno") { id } }')
    const parties = `fromUserId: "${users.payer.id}", toUserId: "${users.payee.id}"`
    const made = await ask(
      `mutation { createTransfer(idempotencyKey: "by GraphQL", transfer: { ${parties}, amount: 10.00 }) { id amount } }`,
    )
    const { id } = made.createTransfer
    t.ok(supervisor.ledger.proof(0).entries.some(([key, made]) => key === 'by GraphQL' && made === Number(id)))
    const page = `{ transfers(filter: { userId: "${users.payee.id}" }) { edges { node { id amount fromUserName from { name } to { name } } } } }`
    let edges: any[] = []
    while (edges.length === 0) ({ edges } = (await ask(page)).transfers)
    const names = { fromUserName: 'Amara', from: { name: 'Amara' }, to: { name: 'Bruno' } }
    t.same(edges, [{ node: { id, amount: '10.00', ...names } }])
    const { topology } = await ask('{ topology(applicationId: "transfer-enricher") { hash parts { nodes { name } } } }')
    t.ok(topology.parts[0].nodes.length > 3)
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
