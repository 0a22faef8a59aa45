import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { accessOf, guard } from '../../../../app/platform/http/access.ts'
import { openHttp } from '../../../../app/platform/http/open-http.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { directory } from '../../../storage/media.ts'

function secretFile(t: Test, content: string): string {
  const path = join(directory(t), 'token')
  writeFileSync(path, content)
  return path
}

t.test('a service that others reach does not start without a token; on this machine it needs none', async (t) => {
  for (const host of ['0.0.0.0', '::', '10.0.0.7', 'users-write'])
    t.throws(() => accessOf({ host }), { name: 'ConfigProblem', message: /^--token-file is missing: others .* reach / })
  for (const host of ['127.0.0.1', '127.0.0.53', '::1', 'localhost', undefined])
    t.same(accessOf({ ...(host !== undefined && { host }) }), { token: undefined, requestsPerS: undefined }, String(host))
  t.same(accessOf({ host: '0.0.0.0', tokenFile: secretFile(t, 's3cret\n') }), { token: 's3cret', requestsPerS: 200 })
})

t.test('a file that is no secret is refused by its name, without what is in it', async (t) => {
  const two = secretFile(t, 's3cret\nand more\n')
  const empty = secretFile(t, '\n')
  for (const tokenFile of [two, empty, '/nowhere/token'])
    t.throws(() => accessOf({ tokenFile }), {
      name: 'ConfigProblem',
      message: new RegExp(`^--token-file.*${tokenFile}(?!.*s3cret)`),
    })
})

async function guarded(t: Test, requestsPerS: number | undefined) {
  const http = await openHttp({ name: 'things', log: silentLog })
  t.teardown(() => http.close())
  for (const url of ['/things', '/letters', '/health/live']) http.get(url, () => ({}))
  http.post('/things', () => ({}))
  await guard(http, { token: 's3cret', requestsPerS })
  return http
}

t.test('writes and operator routes ask for the token, reads and probes do not', async (t) => {
  const http = await guarded(t, undefined)
  const ask = async (method: 'GET' | 'POST', url: string, authorization?: string): Promise<number> =>
    (await http.inject({ method, url, headers: authorization === undefined ? {} : { authorization } })).statusCode
  for (const url of ['/things', '/health/live', '/metrics', '/openapi.json']) t.equal(await ask('GET', url), 200, url)
  for (const [method, url] of [
    ['POST', '/things'],
    ['GET', '/letters'],
    ['POST', '/nowhere'],
  ] as const) {
    for (const wrong of [undefined, '', 'Bearer', 'Bearer s3cre', 'Bearer s3cret2', 's3cret', 'Basic s3cret'])
      t.equal(await ask(method, url, wrong), 401, `${method} ${url} with ${wrong}`)
    t.not(await ask(method, url, 'Bearer s3cret'), 401)
  }
  const refused = await http.inject({ method: 'POST', url: '/things' })
  t.match(refused.headers, { 'www-authenticate': 'Bearer', 'content-type': 'application/problem+json' })
})

t.test('who asks too often is told so, with when to try again; probes are always answered', async (t) => {
  const http = await guarded(t, 5)
  const statuses = async (url: string): Promise<number[]> => {
    const statuses: number[] = []
    for (let asked = 0; asked < 8; asked++) statuses.push((await http.inject(url)).statusCode)
    return statuses
  }
  t.same(await statuses('/things'), [200, 200, 200, 200, 200, 429, 429, 429])
  t.same(
    await statuses('/health/live'),
    Array.from({ length: 8 }, () => 200),
  )
  const refused = await http.inject('/things')
  t.same(
    [refused.statusCode, refused.headers['content-type'], refused.headers['retry-after']],
    [429, 'application/problem+json', '1'],
  )
})

t.test('a body that is too large is refused, whoever sends it', async (t) => {
  const http = await guarded(t, undefined)
  const headers = { authorization: 'Bearer s3cret', 'content-type': 'application/json' }
  const answer = await http.inject({ method: 'POST', url: '/things', headers, body: `"${'x'.repeat(20_000)}"` })
  t.equal(answer.statusCode, 413)
})
