import { readFileSync } from 'node:fs'
import t from 'tap'
import { Registry } from '../../../app/registry/registry.ts'
import { registryServer } from '../../../app/registry/registry-server.ts'
import { SchemaStore } from '../../../app/registry/schema-store.ts'

interface Recorded {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly type?: string
  readonly status: number
  readonly response: unknown
}

/** Where the recorded registry differs from Confluent's, what Confluent's answers: see the fixtures' README. */
const confluent: Readonly<Record<string, { readonly status: number; readonly code?: number; readonly response?: unknown }>> = {
  'unknown subject: config': { status: 404, code: 40408 },
  'unknown subject: config with defaultToGlobal': { status: 200, response: { compatibilityLevel: 'BACKWARD' } },
  'compatibility against unknown subject': { status: 200, response: { is_compatible: true } },
  'get by id: raw schema': { status: 200 },
  'subjects of an id': { status: 200 },
  'compatibility against all versions': { status: 200, response: { is_compatible: true } },
  'register incompatible': { status: 409, code: 40901 },
  'register incompatible type change': { status: 409, code: 40901 },
  'register under FULL_TRANSITIVE: required field': { status: 409, code: 40901 },
  'forward: remove required field': { status: 409, code: 40901 },
  'delete subject config': { status: 200, response: { compatibilityLevel: 'FULL_TRANSITIVE' } },
  'schema field missing': { status: 422, code: 42201 },
  'schema string null': { status: 422, code: 42201 },
  'unknown schemaType': { status: 422, code: 42201 },
  'body is not JSON': { status: 400, code: 400 },
  'set mode READONLY': { status: 200 },
  'register in READONLY': { status: 422, code: 42205 },
  'set mode READWRITE': { status: 200 },
  'set global mode READONLY': { status: 200 },
  'set global mode READWRITE': { status: 200 },
  'schema types': { status: 200, response: ['AVRO'] },
  'unknown path': { status: 404, code: 404 },
  'wrong method': { status: 405, code: 405 },
  'content type text/plain': { status: 415, code: 415 },
  // Newer releases refuse it, which moves the ids after it by one.
  'default of the wrong type': { status: 422, code: 42201 },
  'incompatible accepted under NONE': { status: 200, response: { id: 10 } },
  'forward: add required field': { status: 200, response: { id: 11 } },
  // Our own rule: the Avro library ignores logical types, and 10.00 would be read as 1000.
  'decimal scale changed': { status: 200 },
}

t.test('V5: the registry answers as the recorded one, and as Confluent where that one differs', async (t) => {
  const lines = readFileSync(new URL('../../fixtures/schema-registry/karapace-6.2.0.jsonl', import.meta.url), 'utf8')
  const server = registryServer(new Registry(new SchemaStore(':memory:')))
  t.teardown(() => server.close())
  for (const request of lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)) {
    const answer = await server.inject({
      method: request.method,
      url: request.path,
      ...(request.body === undefined
        ? {}
        : { payload: typeof request.body === 'string' ? request.body : JSON.stringify(request.body) }),
      ...(request.body === undefined
        ? {}
        : { headers: { 'content-type': request.type ?? 'application/vnd.schemaregistry.v1+json' } }),
    })
    check(request, answer.statusCode, answer.json())
  }

  function check(request: Recorded, status: number, response: unknown): void {
    const exception = confluent[request.name]
    const code = exception === undefined ? codeOf(request.response) : exception.code
    t.equal(status, exception?.status ?? request.status, `${request.name}: status`)
    if (code !== undefined) t.equal(codeOf(response), code, `${request.name}: error code`)
    const expected = exception === undefined ? request.response : exception.response
    if (status === 200 && expected !== undefined) t.same(comparable(response), comparable(expected), request.name)
  }
})

function codeOf(response: unknown): unknown {
  return (response as { readonly error_code?: number } | null)?.error_code
}

/** Lists of names have no order, and reasons are in each registry's own words. */
function comparable(response: unknown): unknown {
  if (Array.isArray(response)) return response.toSorted()
  return { ...(response as object), messages: undefined }
}

t.test('another scale of a decimal is incompatible', async (t) => {
  const registry = new Registry(new SchemaStore(':memory:'))
  const decimal = (scale: number) => ({
    schema: JSON.stringify({
      type: 'record',
      name: 'D',
      fields: [{ name: 'a', type: { type: 'bytes', logicalType: 'decimal', precision: 18, scale } }],
    }),
    references: [],
  })
  registry.register('d-value', decimal(2))
  t.throws(() => registry.register('d-value', decimal(4)), /incompatible/)
  t.equal(registry.test('d-value', 'latest', decimal(4)).length, 1)
})
