import { parentPort, workerData } from 'node:worker_threads'
import { noHeaders } from '../../../lib/model/headers.ts'
import { streamRecord } from '../../../lib/model/stream-record.ts'
import type { rebuild as Rebuild } from './application-module.ts'

const { module, data } = workerData as { readonly module: string; readonly data: Parameters<typeof Rebuild>[0] }
const { rebuild } = (await import(module)) as { readonly rebuild: typeof Rebuild }
const { serdes, timestampExtractor, ...environment } = rebuild(data)
const bytes = serdes.value(undefined, 'the worker').serialize('text', { topic: 'in', component: 'value', headers: noHeaders })
const isData = ([, value]: [string, unknown]): boolean => typeof value !== 'function'
parentPort!.postMessage({
  data: Object.fromEntries(Object.entries(environment).filter(isData)),
  timestamp: timestampExtractor({ ...streamRecord(null, null, 5), topic: 'in', partition: 0, offset: 0 }, -1),
  text: Buffer.from(bytes!).toString(),
})
