import { workerData, parentPort } from 'node:worker_threads'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'

// Opens an environment and holds it: as a child process (argument: the directory) until it is killed, as a worker until it is asked.
const dir = (workerData as string | null) ?? process.argv[2]!
const environment = (await openLmdbStorage(dir)).open('app/0_0')
const tell = (message: string): unknown => parentPort?.postMessage(message) ?? process.send?.(message)
parentPort?.once('message', () => {
  environment.close()
  tell('closed')
})
process.on('message', () => undefined)
tell('held')
