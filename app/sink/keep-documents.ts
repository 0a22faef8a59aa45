import { DocumentsLost } from './document-store.ts'
import type { DocumentStore } from './document-store.ts'
import type { Sink } from './sink.ts'
import { whenStoreAnswers } from './when-store-answers.ts'
import type { StoreWait } from './when-store-answers.ts'

export interface KeeperOptions extends StoreWait {
  readonly store: Pick<DocumentStore, 'check'>
  /** Brings store and group together. */
  readonly reconcile: () => Promise<void>
  /** A sink that has not started. */
  readonly openSink: () => Promise<Sink>
  readonly onStarted: () => void
  readonly onLost: (error: DocumentsLost) => void
}

const checkMs = 1000

/**
 * Runs a sink until the signal is aborted. Documents that are lost meanwhile, as with a server that was emptied, are made again: the group
 * begins anew. Rejects with what ends a sink otherwise.
 */
export async function keepDocuments(options: KeeperOptions): Promise<void> {
  while (!options.signal.aborted)
    try {
      await fill(options)
    } catch (error) {
      if (!(error instanceof DocumentsLost)) throw error
      options.onLost(error)
    }
}

async function fill(options: KeeperOptions): Promise<void> {
  await whenStoreAnswers(options.reconcile, options)
  if (options.signal.aborted) return
  const sink = await options.openSink()
  try {
    sink.start()
    options.onStarted()
    await Promise.race([sink.done, watch(options)])
  } finally {
    await sink.stop()
  }
}

/** Nobody writes for a while, and the documents may be lost then, too. */
async function watch({ store, ...wait }: KeeperOptions): Promise<void> {
  while (!wait.signal.aborted) {
    await wait.sleep(checkMs, wait.signal)
    await whenStoreAnswers(() => store.check(), wait)
  }
}
