import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { openSupervised } from '../../../../app/pipeline/supervisor/open-supervised.ts'
import { problemMediaType } from '../../../../app/platform/http/problem.ts'
import { directory } from '../../../storage/media.ts'
import { badRequests, endpointsOf, strangeRequests, tryAll } from '../../services/bad-input.ts'
import { supervisedOptions } from './supervised-options.ts'

test('bad input to the one port of the pipeline is refused as a problem, and never a 500', async (t) => {
  t.setTimeout(180_000)
  await using supervised = await openSupervised(supervisedOptions, directory(t), new PassThrough().resume())
  const { supervisor, url } = supervised
  await supervisor.ready()
  const endpoints = await endpointsOf(url)
  const paths = endpoints.map(({ path }) => path)
  t.ok(paths.includes('/api/kill') && paths.includes('/api/users'), 'its own, and what the BFF answers')
  const requests = endpoints.flatMap((endpoint) => badRequests(endpoint))
  await tryAll(t, url, [...requests, ...strangeRequests()], problemMediaType)
  t.equal(supervisor.system().outage, null, 'nothing of it has killed anything')
})
