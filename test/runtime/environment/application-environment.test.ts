import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'

t.test('a worker thread makes the environment of its application from data and the URL of a module', async (t) => {
  const workerData = {
    module: new URL('application-module.ts', import.meta.url).href,
    data: { applicationId: 'settlement', maxTaskIdleMs: 250 },
  }
  // tap's hooks are for the tests' own thread.
  const options = { workerData, execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } }
  const worker = new Worker(new URL('rebuilding-worker.ts', import.meta.url), options)
  const [message] = (await once(worker, 'message')) as [Record<string, unknown>]
  t.same(message, {
    data: {
      applicationId: 'settlement',
      compatibility: 'safe',
      processingGuarantee: 'at_least_once',
      upgradeFrom: undefined,
      emitIntervalMs: 1000,
      globalProcessingHandler: 'fail',
      deadLetterTopic: undefined,
      defaultStoreMedium: 'disk',
      maxTaskIdleMs: 250,
    },
    timestamp: 7,
    text: 'text',
  })
  await worker.terminate()
})
