import t from 'tap'
import type { Test } from 'tap'
import { SerializationError } from 'millrace'
import type { AvroSchema } from 'millrace/avro'
import { EmbeddedKafka } from 'millrace/embedded'
import { runSchemas } from '../../../app/cli/schemas.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'
import * as schemas from '../../../examples/transfer-pipeline/schemas/avro.ts'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { publicSubjects } from '../../../examples/transfer-pipeline/schemas/subjects.ts'
import { startApplication } from '../../../examples/transfer-pipeline/main.ts'
import * as topics from '../../../examples/transfer-pipeline/topics.ts'
import { lintSchema } from '../../../app/schemas/schema-lint.ts'
import { until } from '../../runtime/running.ts'
import { directory } from '../../storage/media.ts'

async function open(t: Test) {
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  t.teardown(() => registry.close())
  const run = async (command: string, subjects = publicSubjects) => {
    const lines: string[] = []
    const code = await runSchemas([command, '--registry', registry.url], (line) => void lines.push(line), subjects)
    return { code, lines, text: lines.join('\n') }
  }
  return { url: registry.url, run }
}

const users = publicSubjects.find(({ topic }) => topic === topics.users.name)!

function withField(field: object) {
  const { fields } = schemas.ingestionUserSchema
  return [{ ...users, schema: { ...schemas.ingestionUserSchema, fields: [...fields, field] } as unknown as AvroSchema }]
}

const email = { name: 'email', type: 'string', doc: 'Where to write to.', 'x-classification': 'PII' }
const optional = { name: 'email', type: ['null', 'string'], default: null, doc: 'Where to write to.', 'x-classification': 'PII' }

t.test('V3: a required field is refused with 409 and 40901, the exit code is 2, and an optional one is taken', async (t) => {
  const { url, run } = await open(t)
  const first = await run('register')
  t.equal(first.code, 0)
  t.same(
    first.lines.map((line) => line.split('  ').at(-1)),
    publicSubjects.map(() => 'FULL_TRANSITIVE'),
  )
  t.equal((await run('check')).code, 0)
  t.same(await run('register'), first, 'the same schemas have the same ids')

  const checked = await run('check', withField(email))
  t.equal(checked.code, 2)
  t.match(checked.text, /^refused {2}ingestion\.bank\.users-value {2}FULL_TRANSITIVE\n {9}.*email/)
  const refused = await run('register', withField(email))
  t.equal(refused.code, 2)
  t.match(refused.text, /ingestion\.bank\.users-value \(409, code 40901\): .*email.* Change the schema/)
  const answer = await fetch(`${url}/subjects/${users.name}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(withField(email)[0]!.schema) }),
  })
  t.equal(answer.status, 409)
  t.match(await answer.json(), { error_code: 40901 })
  t.equal((await run('register', withField(optional))).code, 0)
  t.equal((await run('register')).code, 0, 'the older version is still known: both may run')
})

t.test('V3: an application whose schema is refused ends with that message, and waits for nothing', async (t) => {
  const { url, run } = await open(t)
  const older = { ...schemas.ingestionUserSchema, fields: schemas.ingestionUserSchema.fields.slice(0, 3) }
  t.equal((await run('register', [{ ...users, schema: older as unknown as AvroSchema }])).code, 0)
  await using cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(topics.manifest)
  await admin.close()
  let failure: Error | undefined
  const streams = await startApplication('ingestion-users', {
    cluster,
    schemaRegistry: schemasFor('registry', url),
    stateDir: directory(t),
    commitIntervalMs: 50,
    log: () => {},
    onFailure: (error) => (failure = error),
  })
  await until('it has ended', () => failure !== undefined)
  await streams.close()
  t.match(failure?.message, /ingestion-users has ended: .*ingestion\.bank\.users-value could not be registered.*incompatible/)
  t.match(failure?.cause, { code: 'STREAMS_SCHEMA_INCOMPATIBLE' })
  t.ok(failure?.cause instanceof SerializationError)
})

t.test('a level that somebody else has set is no reason to wait: it is said', async (t) => {
  const { url, run } = await open(t)
  t.equal((await run('register')).code, 0)
  await fetch(`${url}/config/${users.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ compatibility: 'NONE' }),
  })
  await t.rejects(schemasFor('registry', url).register(users.name, JSON.stringify(users.schema)), {
    code: 'STREAMS_SCHEMA_INCOMPATIBLE',
    message: /FULL_TRANSITIVE != NONE/,
  })
  t.match((await run('check')).text, /NONE, and should have FULL_TRANSITIVE/)
  t.equal((await run('register')).code, 0)
  await t.resolves(schemasFor('registry', url).register(users.name, JSON.stringify(users.schema)))
})

t.test('V4: all schemas keep the rules of naming', async (t) => {
  for (const [name, schema] of Object.entries(schemas)) t.same(lintSchema(schema), [], name)
  const { code, lines } = await (await open(t)).run('lint')
  t.same([code, lines], [0, [`${Object.keys(schemas).length} schemas keep the rules.`]])
})

t.test('V4: each rule finds what breaks it', async (t) => {
  const field = (name: string, type: unknown, more: object = {}) => ({ name, type, doc: 'A field.', ...more })
  const record = (fields: object[], more: object = {}) => ({
    type: 'record',
    name: 'Row',
    namespace: 'bank.x',
    doc: 'A row.',
    fields,
    ...more,
  })
  const kind = { type: 'enum', name: 'Kind', symbols: ['A', 'bC'], doc: 'A kind.' }
  for (const [schema, expected] of [
    [record([], { namespace: 'Bank' }), /Bank\.Row: the namespace/],
    [record([], { name: 'row' }), /PascalCase/],
    [record([], { doc: '' }), /the type Row has a doc/],
    [record([field('user_id', 'long')]), /bank\.x\.Row\.user_id: a field is camelCase/],
    [record([field('id', 'long', { doc: undefined })]), /a field has a doc/],
    [record([field('kind', kind)]), /the symbol bC is UPPER_SNAKE/],
    [record([field('kinds', { type: 'array', items: kind })]), /a default symbol/],
    [record([field('memo', ['string', 'null'], { default: '' })]), /optional is/],
    [record([field('memo', ['null', 'string'])]), /optional is/],
    [record([field('amount', 'double')]), /money is/],
    [record([field('createdAt', 'long')]), /a time is/],
    [record([field('toUserName', 'string')]), /x-classification/],
  ] as const)
    t.match(lintSchema(schema).join('\n'), expected)
})

t.test('each public topic with Avro has a subject, with the schema of its serde', async (t) => {
  const avro = Object.values(topics).filter(
    (value): value is typeof topics.users => typeof value === 'object' && 'key' in value && value.value.name.startsWith('avro('),
  )
  const named = new Map(
    publicSubjects.map(({ topic, schema }) => {
      const { namespace, name } = schema as unknown as { readonly namespace: string; readonly name: string }
      return [topic, `avro(${namespace}.${name})`]
    }),
  )
  t.same(named, new Map(avro.map(({ name, value }) => [name, value.name])))
})

t.test('what cannot be done says how', async (t) => {
  const lines: string[] = []
  const out = (line: string): void => void lines.push(line)
  t.equal(await runSchemas(['mend'], out), 1)
  t.equal(await runSchemas(['check', '--registry', 'http://127.0.0.1:1'], out), 1)
  t.equal(await runSchemas(['--help'], out), 0)
  t.match(lines, [/^npm run schemas/, /No registry answers at http:\/\/127\.0\.0\.1:1/, /^npm run schemas/])
})
