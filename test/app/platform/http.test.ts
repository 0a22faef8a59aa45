import { connect } from 'node:net'
import { Gauge } from 'prom-client'
import t from 'tap'
import type { Test } from 'tap'
import Type from 'typebox'
import { checkIfMatch, etagOf } from '../../../app/platform/http/etag.ts'
import { openHttp } from '../../../app/platform/http/open-http.ts'
import { answers } from '../../../app/platform/http/openapi.ts'
import { Problem } from '../../../app/platform/http/problem.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { ServiceParts } from '../../../app/platform/service.ts'

async function open(t: Test) {
  const http = await openHttp({ name: 'things', log: silentLog, bodyLimit: 200 })
  t.teardown(() => http.close())
  const querystring = Type.Object({ size: Type.Optional(Type.Integer({ minimum: 1 })) }, { additionalProperties: false })
  const thing = Type.Object({ name: Type.String({ description: 'A name is a text.' }) }, { additionalProperties: false })
  const params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })
  http.get('/things', { schema: { querystring, response: answers({ 200: Type.Array(thing) }) } }, () => [])
  http.get('/things/:id', { schema: { params } }, ({ params: { id } }) => ({ id }))
  http.post('/things', { schema: { body: thing } }, ({ body }) => ({ name: body.name }))
  http.get('/broken', () => {
    throw new Error('secret: /etc/passwd at line 7')
  })
  http.get('/later', () => {
    throw new Problem(503, 'Later.', {}, { retryAfterS: 2 })
  })
  return http
}

const json = { 'content-type': 'application/json' }

t.test('bad input of any kind is a problem, and never a 500', async (t) => {
  const http = await open(t)
  const post = (payload: string | Buffer, headers: Record<string, string> = json) =>
    ({ method: 'POST', url: '/things', payload, headers }) as const
  const get = (url: string) => ({ method: 'GET', url }) as const
  const cases = [
    ['unknown parameter', get('/things?colour=red'), 400],
    ['doubled parameter', get('/things?size=1&size=2'), 400],
    ['wrong parameter', get('/things?size=many'), 400],
    ['parameter beyond its range', get('/things?size=0'), 400],
    ['broken escape in the query', get('/things?size=%zz'), 400],
    ['escape that is no UTF-8', get('/things?size=%ff'), 400],
    ['broken escape in the path', get('/things/%zz'), 400],
    ['parameter of a route that has none', get('/things/1?size=1'), 400],
    ['SQL in an id', get(`/things/${encodeURIComponent("1' or 1=1 --")}`), 400],
    ['an id beyond what a number holds', get('/things/9007199254740993'), 400],
    ...['1e3', '0x10', '+1', '007', '%201', '1.0e0', 'Infinity'].map(
      (id) => [`an id written as ${id}`, get(`/things/${id}`), 400] as const,
    ),
    ['a size written as 1e1', get('/things?size=1e1'), 400],
    ['a size that is empty', get('/things?size='), 400],
    ['a very long path', get(`/things/${'1'.repeat(5000)}`), 414],
    ['no JSON', post('{"name":'), 400],
    ['bytes that are no UTF-8', post(Buffer.from([0x22, 0xff, 0x22])), 400],
    ['nothing', post(''), 400],
    ['no object', post('[]'), 400],
    ['null', post('null'), 400],
    ['wrong type', post('{"name":5}'), 422],
    ['field missing', post('{}'), 422],
    ['unknown field', post('{"name":"a","colour":"red"}'), 422],
    ['a prototype', post('{"name":"a","__proto__":{"x":1}}'), 422],
    ['too large', post(JSON.stringify({ name: 'a'.repeat(300) })), 413],
    ['another type', post('name=a', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
    ['text', post('{"name":"a"}', { 'content-type': 'text/plain' }), 415],
    ['unknown path', get('/nothing'), 404],
    ['wrong method', { method: 'DELETE', url: '/things/1' }, 405],
  ] as const
  for (const [name, request, status] of cases) {
    const answer = await http.inject(request)
    t.equal(answer.statusCode, status, `${name}: status`)
    t.equal(answer.headers['content-type'], 'application/problem+json', `${name}: type`)
    t.match(answer.json(), { type: 'about:blank', status, title: String, detail: /\.$/ }, name)
  }
  t.same((await http.inject(post('{"name":5}'))).json().errors, { name: 'A name is a text.' })
  t.same(Object.keys((await http.inject(post('{"name":"a","colour":"red"}'))).json().errors), ['colour'])
  t.equal((await http.inject(post('{"name":"a"}'))).statusCode, 200)
})

t.test('our own faults tell nothing of the inside, and a refusal says when to come again', async (t) => {
  const http = await open(t)
  const broken = await http.inject({ method: 'GET', url: '/broken' })
  t.equal(broken.statusCode, 500)
  t.notMatch(broken.body, /secret|passwd|line 7/)
  t.equal((await http.inject({ method: 'GET', url: '/later' })).headers['retry-after'], '2')
})

t.test('what is no HTTP is a problem, too', async (t) => {
  const http = await open(t)
  const url = new URL(await http.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(url.port), url.hostname)
  socket.end('HELLO\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  t.match(text, /^HTTP\/1\.1 400 /)
  t.match(text, /application\/problem\+json/)
})

t.test('OpenAPI is made from the schemas of the routes', async (t) => {
  const http = await open(t)
  const document = (await http.inject({ method: 'GET', url: '/openapi.json' })).json()
  t.equal(document.openapi, '3.1.0')
  t.same(Object.keys(document.paths).toSorted(), ['/broken', '/later', '/things', '/things/{id}'])
  t.match(document.paths['/things'].get.parameters, [{ name: 'size', in: 'query', schema: { type: 'integer', minimum: 1 } }])
  t.ok(document.paths['/things'].get.responses[400].content['application/problem+json'])
})

t.test('If-Match takes the version that is there, and no other', async (t) => {
  const value = { id: 1, name: 'Amara' }
  for (const good of [undefined, '*', etagOf(value), `"other", ${etagOf(value)}`]) t.doesNotThrow(() => checkIfMatch(good, value))
  for (const bad of ['"other"', `W/${etagOf(value)}`, '', etagOf({ ...value, name: 'Bruno' })])
    t.throws(() => checkIfMatch(bad, value), { message: /has changed/ })
})

t.test('a service publishes its requests, errors and durations by route', async (t) => {
  const http = await open(t)
  await http.inject('/things')
  await http.inject('/things/7')
  await http.inject('/broken')
  await http.inject('/nowhere')
  const { body, headers } = await http.inject('/metrics')
  t.match(headers['content-type'], 'text/plain')
  const count = (route: string, status: number) =>
    `http_request_duration_seconds_count{method="GET",route="${route}",status="${status}"} 1`
  for (const line of [count('/things', 200), count('/things/:id', 200), count('/broken', 500), count('none', 404)])
    t.match(body, line, 'routes are counted as they are declared: no id makes a series of its own')
  new Gauge({ name: 'things', help: 'How many there are.', registers: [http.metrics] }).set(3)
  const only = async (...names: readonly string[]): Promise<string> =>
    (await http.inject({ url: '/metrics', query: { 'name[]': [...names] } })).body
  t.equal(await only('things'), '# HELP things How many there are.\n# TYPE things gauge\nthings 3\n')
  t.match(await only('http_request_duration_seconds_count', 'things'), /_bucket[^]*_count[^]*things 3/, 'a histogram comes whole')
  t.equal(await only('nothing'), '')
})

t.test('a service is ready while no part has a reason against it, and live until one has ended', async (t) => {
  const parts = new ServiceParts()
  let state = { isLive: true, reasons: ['Task 0_0 has 3 records, and has processed none for 4000 ms.'] }
  parts.checks(() => state)
  const http = await openHttp({ name: 'things', log: silentLog })
  const service = await parts.listen(http, { host: '127.0.0.1', port: 0, portTaken: 'fail' })
  t.teardown(() => service.close())
  const ask = async (path: string) => {
    const { statusCode, body } = await http.inject(path)
    return [statusCode, (JSON.parse(body) as { readonly detail?: string }).detail]
  }
  t.same(await ask('/health/ready'), [503, state.reasons[0]])
  t.same(await ask('/health/live'), [200, undefined])
  state = { isLive: true, reasons: [] }
  t.same(await ask('/health/ready'), [200, undefined])
  state = { isLive: false, reasons: ['The application is error.'] }
  t.same(await ask('/health/live'), [503, 'The service has ended. The application is error.'])
})
