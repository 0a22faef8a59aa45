import { parentPort, workerData } from 'node:worker_threads'
import type { rebuild as Rebuild } from './application-module.ts'

const { module, data } = workerData as { readonly module: string; readonly data: Parameters<typeof Rebuild>[0] }
const { rebuild } = (await import(module)) as { readonly rebuild: typeof Rebuild }
const { serdes, timestampExtractor, ...environment } = rebuild(data)
const bytes = serdes.value(undefined, 'the worker').serialize('text', { topic: 'in', component: 'value', headers: [] as never })
const isData = ([, value]: [string, unknown]): boolean => typeof value !== 'function'
parentPort!.postMessage({
  data: Object.fromEntries(Object.entries(environment).filter(isData)),
  timestamp: timestampExtractor({} as never, -1),
  text: Buffer.from(bytes!).toString(),
})
