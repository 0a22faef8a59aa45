import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { directory } from '../../storage/media.ts'

t.test('an application whose state is wiped while it is being wiped comes back once', async (t) => {
  await using pipeline = await openPipeline({ kafka: undefined, dir: directory(t) }, silentLog)
  await pipeline.ready
  const before = pipeline.applications().get('transfer-enricher')
  const wipes = [1, 2].map(() => pipeline.wipe('transfer-enricher'))
  await Promise.race([Promise.all(wipes), pipeline.failure])
  const after = pipeline.applications().get('transfer-enricher')
  t.type(after, 'string')
  t.not(after, before)
  const state = async (): Promise<string> => ((await (await fetch(`${after}/tasks`)).json()) as { readonly state: string }).state
  while ((await Promise.race([state(), pipeline.failure])) !== 'running') await delay(20)
})
