import { test } from 'tap'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import { problemMediaType } from '../../../app/platform/http/problem.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { bff } from '../../../app/services/bff/main.ts'
import { deadLettersService } from '../../../app/services/dead-letters/main.ts'
import { inspectorService } from '../../../app/services/inspector/main.ts'
import { readState } from '../../../app/services/read-state/main.ts'
import { directory } from '../../storage/media.ts'
import type { Endpoint } from './bad-input.ts'
import { badRequests, endpointsOf, strangeRequests, tryAll } from './bad-input.ts'

/** The paths of Confluent's API that the registry has. */
const registryEndpoints: readonly Endpoint[] = [
  ...['/subjects', '/schemas/types', '/config', '/mode'].map((path) => ({ method: 'GET', path })),
  ...['/subjects/{s}/versions', '/subjects/{s}/versions/{s}', '/schemas/ids/{s}', '/config/{s}'].map((path) => ({
    method: 'GET',
    path,
  })),
].map((endpoint) => ({ ...endpoint, query: [], body: null }))

const registryWrites: readonly Endpoint[] = [
  ...['/subjects/{s}', '/subjects/{s}/versions', '/compatibility/subjects/{s}/versions/latest'].map((path) => ({
    method: 'POST',
    path,
    query: [],
    body: ['schema', 'schemaType', 'references'],
  })),
  ...['/config', '/config/{s}'].map((path) => ({ method: 'PUT', path, query: [], body: ['compatibility'] })),
  ...['/mode', '/mode/{s}'].map((path) => ({ method: 'PUT', path, query: [], body: ['mode'] })),
]

test('bad input to every endpoint of every service is refused as a problem, and never a 500', async (t) => {
  t.setTimeout(180_000)
  const dir = directory(t)
  await using pipeline = await openPipeline({ kafka: undefined, dir }, silentLog)
  const { usersUrl, transfersUrl, readUrl, registryUrl } = pipeline
  const registry = registryUrl
  const watching = await pipeline.start(inspectorService, { registry, clusterIdentity: 'test' })
  const letters = await pipeline.start(deadLettersService, { registry })
  const behind = {
    users: usersUrl,
    transfers: transfersUrl,
    read: readUrl,
    letters: letters.url,
    schemas: letters.url,
    inspector: watching.url,
  }
  const front = await pipeline.start(bff, { ...behind, applications: '', timeoutMs: 5000 })
  const state = await pipeline.start(readState, {
    registry,
    stateDir: `${dir}/read`,
    commitIntervalMs: 100,
    clusterIdentity: 'test',
    instances: '',
  })
  await pipeline.ready
  const services = {
    ...Object.fromEntries(pipeline.applications()),
    'users-write': usersUrl,
    'transfers-write': transfersUrl,
    'core-read': readUrl,
    inspector: watching.url,
    'dead-letters': letters.url,
    bff: front.url,
    'read-state': state.url,
  }
  for (const [name, url] of Object.entries(services)) {
    const endpoints = await endpointsOf(url)
    t.ok(endpoints.length > 1, `${name} has ${endpoints.length} endpoints`)
    const requests = endpoints.flatMap((endpoint) => badRequests(endpoint))
    await t.test(name, (t) => tryAll(t, url, [...requests, ...strangeRequests()], problemMediaType))
  }
  await t.test('registry', async (t) => {
    const requests = [...registryEndpoints, ...registryWrites].flatMap((endpoint) =>
      // Subjects have any name, and its clients send parameters that it does not know.
      badRequests(endpoint, 'some').map((bad) => ({ ...bad, must: 'be answered' as const })),
    )
    await tryAll(t, registryUrl, [...requests, ...strangeRequests()], 'application/vnd.schemaregistry.v1+json')
  })
  t.equal((await fetch(`${usersUrl}/users`)).status, 200, 'all of it is alive')
})
