/** Input that nobody should send, for every endpoint that a server says it has. */
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Test } from 'tap'

/** A route, as OpenAPI describes it. `{id}` stands for a parameter. */
export interface Endpoint {
  readonly method: string
  readonly path: string
  /** Names of the parameters of its query. */
  readonly query: readonly string[]
  /** Names of the fields of its body; null where it takes none. */
  readonly body: readonly string[] | null
  /** What every request must have. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface BadRequest {
  /** What is wrong with it. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
  /** Whether it must be refused. Some of it is odd, and allowed. */
  readonly must: 'be refused' | 'be answered'
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: object } }>> }
}

export async function endpointsOf(url: string): Promise<Endpoint[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      body: requestBody === undefined ? null : Object.keys(Object.values(requestBody.content)[0]!.schema.properties ?? {}),
      headers: Object.fromEntries(
        parameters
          .filter((parameter) => parameter.in === 'header' && parameter.required === true)
          .map(({ name }) => [name, 'bad-input'] as const),
      ),
    })),
  )
}

const sql = "1' or '1'='1'; drop table users; --"
const script = '<script>alert(1)</script>'
const texts = [
  '',
  ' ',
  'abc',
  '-1',
  '1.5',
  'NaN',
  '1e3',
  '0x1F',
  '+7',
  '007',
  ' 7',
  'null',
  'undefined',
  '[object Object]',
  sql,
  script,
  '\u0000',
  '9007199254740993',
  '../../etc/passwd',
]
const brokenEscapes = ['%', '%F', '%zz', '%ff', '%C0%AF', '%ED%A0%80']
const types = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e400',
  '"abc"',
  '""',
  '[]',
  '[1]',
  '{}',
  '{"$gt":""}',
  JSON.stringify(sql),
  JSON.stringify(script),
  JSON.stringify('x'.repeat(5000)),
]
const json = { 'content-type': 'application/json' }

/** All that is tried on an endpoint. `id` stands in for parameters of the path that are not what is tried. */
export function badRequests({ method, path, query, body, headers = {} }: Endpoint, id = '999999999'): BadRequest[] {
  const at = path.replaceAll(/\{\w+\}/g, id)
  const sent = body === null ? { headers } : { headers: { ...headers, ...json }, body: '{}' }
  const bad = { method, must: 'be refused' } as const
  const paths = path.includes('{')
    ? [...texts.filter((text) => text !== '').map(encodeURIComponent), ...brokenEscapes, '1'.repeat(5000)].map((text) => ({
        ...bad,
        ...sent,
        name: `path ${text.slice(0, 30)}`,
        path: path.replaceAll(/\{\w+\}/g, text),
      }))
    : []
  const queries = [
    'unknown=1',
    '__proto__=1',
    'constructor[prototype]=1',
    ...query.flatMap((name) => [`${name}=1&${name}=2`, `${name}[]=1`, `${name}[a]=1`]),
    ...brokenEscapes.map((escape) => `${query[0] ?? 'a'}=${escape}`),
  ].map((text) => ({ ...bad, ...sent, name: `query ${text}`, path: `${at}?${text}` }))
  const values = query.flatMap((name) =>
    [...texts, 'x'.repeat(5000)].map((text) => ({
      method,
      ...sent,
      must: 'be answered' as const,
      name: `query ${name}=${text.slice(0, 30)}`,
      path: `${at}?${name}=${encodeURIComponent(text)}`,
    })),
  )
  return [...paths, ...queries, ...values, ...(body === null ? [] : bodies(method, at, body, headers))]
}

function bodies(method: string, path: string, fields: readonly string[], needed: Endpoint['headers']): BadRequest[] {
  const bad = { method, path, headers: { ...needed, ...json }, must: 'be refused' } as const
  const malformed: readonly (readonly [string, string | Uint8Array])[] = [
    ['nothing', ''],
    ['half', '{"name":'],
    ['words', 'hello'],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"x"'],
    ['a list', '[]'],
    ['two', '{}{}'],
    ['no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ['deep', `${'['.repeat(8000)}${']'.repeat(8000)}`],
    ['an unknown field', '{"unknown":1}'],
    ['a prototype', '{"__proto__":{"polluted":true}}'],
    ['a constructor', '{"constructor":{"prototype":{"polluted":true}}}'],
    ['huge', JSON.stringify({ [fields[0] ?? 'a']: 'x'.repeat(2_000_000) })],
  ]
  const wrong = fields.flatMap((field) =>
    types.map((value) => ({
      ...bad,
      must: 'be answered' as const,
      name: `${field}: ${value.slice(0, 30)}`,
      body: `{${JSON.stringify(field)}:${value}}`,
    })),
  )
  const odd = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml', 'nonsense', '']
  return [
    ...malformed.map(([name, body]) => ({ ...bad, name: `body: ${name}`, body })),
    ...wrong,
    ...odd.map((type) => ({ ...bad, name: `type ${type}`, headers: { ...needed, 'content-type': type }, body: '{}' })),
  ]
}

/** What no route is meant for. */
export function strangeRequests(): BadRequest[] {
  const bad = { must: 'be refused' } as const
  return [
    ...['/', '//', '/..', '/%', '/%00', '/\\', '/?a', '/openapi.json/x', `/${'x'.repeat(10_000)}`, '/.git/config'].map(
      (path) => ({
        ...bad,
        name: `nowhere ${path.slice(0, 20)}`,
        method: 'POST',
        path,
        headers: json,
        body: '{}',
      }),
    ),
    ...['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'].map((method) => ({
      ...bad,
      name: `${method} of nothing`,
      method,
      path: '/nowhere',
    })),
    { ...bad, name: 'a socket', method: 'GET', path: '/nowhere', headers: { connection: 'upgrade', upgrade: 'websocket' } },
    { ...bad, name: 'a long header', method: 'GET', path: '/nowhere', headers: { cookie: 'x'.repeat(20_000) } },
  ]
}

/** Sends it as it is: no library mends the path. */
async function send(url: string, { method, path, headers = {}, body }: BadRequest): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const sent = request({ hostname, port, method, path, headers: { ...headers, ...length } as never, agent: false })
  sent.on('error', () => {})
  sent.end(body)
  const [answer] = (await Promise.race([
    once(sent, 'response'),
    once(sent, 'upgrade'),
    once(sent, 'close').then(() => [null]),
  ])) as [IncomingMessage | null]
  if (answer === null) return { status: 0, type: 'the connection was closed', text: '' }
  const { statusCode = 0 } = answer
  const type = answer.headers['content-type'] ?? ''
  if (type.startsWith('text/event-stream')) {
    answer.destroy()
    return { status: statusCode, type, text: '' }
  }
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  return { status: statusCode, type, text }
}

/** What is wrong with an answer; null if nothing is. */
function faultOf({ must }: BadRequest, { status, type, text }: Answer, mediaType: string): string | null {
  if (status === 0) return 'no answer'
  if (status >= 500) return `status ${status}: ${text.slice(0, 200)}`
  if (must === 'be refused' && status < 400) return `taken: ${status}`
  if (status < 400) return null
  if (!type.startsWith(mediaType)) return `status ${status} as ${type}`
  if (/\bat \S+ \(|node_modules|\.ts:\d|SQLITE|stack/i.test(text)) return `tells of the inside: ${text.slice(0, 200)}`
  return null
}

/** A server waits for what it asks behind: as many requests are on their way at once. */
const atOnce = 8

/** Tries all of it; says how often each status came. */
export async function tryAll(t: Test, url: string, requests: readonly BadRequest[], mediaType: string): Promise<void> {
  const statuses = new Map<string, Map<number, number>>()
  const faults: string[] = []
  const answers = new Map<BadRequest, Answer>()
  const left = requests.values()
  const sender = async (): Promise<void> => {
    for (const bad of left) answers.set(bad, await send(url, bad))
  }
  await Promise.all(Array.from({ length: atOnce }, sender))
  for (const [bad, answer] of answers) {
    const row = `${bad.method} ${bad.path.split('?')[0]!.slice(0, 40)}`
    const counts = statuses.get(row) ?? new Map<number, number>()
    counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1)
    statuses.set(row, counts)
    const fault = faultOf(bad, answer, mediaType)
    if (fault !== null) faults.push(`${bad.method} ${bad.path.slice(0, 80)}, ${bad.name}: ${fault}`)
  }
  const total = new Map<number, number>()
  for (const counts of statuses.values()) for (const [status, n] of counts) total.set(status, (total.get(status) ?? 0) + n)
  t.comment(
    `${requests.length} requests: ${[...total]
      .toSorted()
      .map(([status, n]) => `${status} × ${n}`)
      .join(', ')}`,
  )
  t.same(faults, [])
}
