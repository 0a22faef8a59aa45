import { execFile } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { createTopics, openCluster } from '../../../app/pipeline/open-cluster.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { registryService } from '../../../app/services/registry/main.ts'

const main = join(import.meta.dirname, '../../../app/pipeline/main.ts')

/** Makes the schema of a subject one that the pipeline's own cannot follow. */
async function occupySubject(dir: string, subject: string): Promise<void> {
  await using parts = new AsyncDisposableStack()
  const { cluster } = await openCluster(undefined, dir, parts)
  await createTopics(cluster)
  const registry = await registryService.start(
    { port: 0, portTaken: 'fail', logLevel: 'silent', kafka: '' },
    { log: silentLog, cluster },
  )
  try {
    const schema = JSON.stringify({ type: 'record', name: 'Other', fields: [{ name: 'other', type: 'string' }] })
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const url = `${registry.url}/subjects/${subject}/versions`
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ schema }) })
    if (!answer.ok) throw new Error(await answer.text())
  } finally {
    await registry.close()
  }
}

function runPipeline(dir: string): Promise<{ readonly code: unknown; readonly stderr: string }> {
  // Nothing of the test runner's, which would load its hooks into the child.
  const { NODE_OPTIONS: _options, ...env } = process.env
  const args = ['--conditions=millrace-source', main, '--no-ui', '--port', '0', '--dir', dir]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, timeout: 30_000 }, (error, _stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    )
  })
}

t.test('a stream application that cannot go on ends the pipeline, and says why', async (t) => {
  const dir = t.testdir()
  await occupySubject(dir, 'transfer-enricher-ingestion.bank.users-STATE-STORE-0000000000-changelog-value')
  const { code, stderr } = await runPipeline(dir)
  t.equal(code, 1)
  t.match(stderr, /^The pipeline has ended: transfer-enricher has ended: .+/)
})

t.test('V3: a schema that the registry refuses ends the pipeline before anything is written, and says why', async (t) => {
  const dir = t.testdir()
  await occupySubject(dir, 'ingestion.bank.users-value')
  const { code, stderr } = await runPipeline(dir)
  t.equal(code, 1)
  t.match(
    stderr,
    /^The pipeline has ended: The registry refuses the schema of ingestion\.bank\.users-value \(409, code 40901\): .*\n/,
  )
})
