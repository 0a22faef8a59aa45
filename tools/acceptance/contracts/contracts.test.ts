import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { Validator } from '@seriousme/openapi-schema-validator'
import newman from 'newman'
import type { NewmanRunSummary } from 'newman'
import t from 'tap'
import type { Test } from 'tap'
import { storyFolder } from '../../../app/contracts/postman/collection.ts'
import { story } from '../../../app/contracts/postman/story.ts'
import type { Ledger } from '../../../app/pipeline/supervisor/ledger.ts'
import { openSupervised } from '../../../app/pipeline/supervisor/open-supervised.ts'
import { supervisedOptions } from '../../../test/app/pipeline/supervisor/supervised-options.ts'
import { GraphQlClient } from './graphql-client.ts'

const runStory = (collection: string, baseUrl: string): Promise<NewmanRunSummary> =>
  new Promise((resolve, reject) => {
    const environment = { values: [{ key: 'baseUrl', value: baseUrl }] }
    newman.run({ collection, environment, folder: storyFolder, bail: true }, (error, summary) =>
      error === null ? resolve(summary) : reject(error),
    )
  })

/** A transfer, followed from the mutation to its deletion. */
async function transferByGraphQl(t: Test, url: string, ledger: Ledger): Promise<void> {
  const graphql = new GraphQlClient(url)
  const users = await graphql.ask('mutation { payer: createUser(name: "Amara") { id } payee: createUser(name: "Bruno") { id } }')
  const [payer, payee] = [users.payer.id, users.payee.id]
  const event = 'position id transfer { amount fromUserName from { name } to { name } }'
  await using changes = await graphql.subscribe(`subscription { transferChanged(userId: "${payee}") { ${event} } }`)
  await using alerts = await graphql.subscribe(
    `subscription { alertRaised(userId: "${payer}") { alert { userId rule observed transferIds } } }`,
  )
  const made = await graphql.ask(`mutation { createTransfer(idempotencyKey: "by GraphQL", transfer:
    { fromUserId: "${payer}", toUserId: "${payee}", amount: 10000.01 }) { id } }`)
  const { id } = made.createTransfer
  const { transferChanged } = (await changes.until((data) => data.transferChanged.transfer.fromUserName !== null)).at(-1)
  const names = { fromUserName: 'Amara', from: { name: 'Amara' }, to: { name: 'Bruno' } }
  t.match(transferChanged, { id, transfer: { amount: '10000.01', ...names } })
  const [{ alertRaised }] = await alerts.until(() => true)
  t.same(alertRaised.alert, { userId: payer, rule: 'AMOUNT', observed: '10000.01', transferIds: [id] })
  t.ok(ledger.proof(0).entries.some(([key, made]) => key === 'by GraphQL' && made === Number(id)))

  const { user } = await graphql.ask(`{ user(id: "${payer}") { etag } }`)
  t.equal(user.etag, (await fetch(`${url}/api/users/${payer}`)).headers.get('etag'), 'the ETag of REST')
  const renamed = `mutation { renameUser(id: "${payer}", name: "Amara Obi", ifMatch: ${JSON.stringify(user.etag)}) { name } }`
  t.match(await graphql.ask(renamed), { renameUser: { name: 'Amara Obi' } })
  await t.rejects(graphql.ask(renamed), /another version|changed|If-Match/i, 'of an older version')

  await graphql.ask(`mutation { deleteTransfer(id: "${id}") }`)
  const after = `userId: "${payee}", after: "${transferChanged.position}"`
  await using resumed = await graphql.subscribe(`subscription { transferChanged(${after}) { id transfer { status } } }`)
  const events = await resumed.until((data) => data.transferChanged.transfer === null)
  t.same(new Set(events.map((each) => each.transferChanged.id)), new Set([id]), 'what came meanwhile')
  const { topology } = await graphql.ask('{ topology(applicationId: "transfer-enricher") { hash parts { nodes { name } } } }')
  t.ok(topology.parts[0].nodes.length > 3)
}

await t.test('the contracts of the pipeline, at its one port', async (t) => {
  t.setTimeout(180_000)
  const dir = await mkdtemp(join(tmpdir(), 'millrace-contracts-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  await using supervised = await openSupervised(supervisedOptions, dir, new PassThrough().resume())
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

  await t.test('G1: a transfer that GraphQL has made comes by its subscription, with both users, and is in the ledger', (t) =>
    transferByGraphQl(t, url, supervisor.ledger),
  )

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
