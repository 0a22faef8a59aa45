import { StoreUnavailable } from './document-store.ts'

export interface StoreWait {
  /** Resolves after that time, or at once when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Is told each time that the store cannot be reached. */
  readonly onWait: (error: StoreUnavailable) => void
  readonly signal: AbortSignal
}

const backoffMs = [100, 200, 500, 1000, 2000]

/** Asks again, with growing pauses, while the store is away. Undefined: the signal was aborted meanwhile. */
export async function whenStoreAnswers<T>(ask: () => Promise<T>, { sleep, onWait, signal }: StoreWait): Promise<T | undefined> {
  for (let tries = 0; !signal.aborted; tries++)
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      onWait(error)
      await sleep(backoffMs[Math.min(tries, backoffMs.length - 1)]!, signal)
    }
  return undefined
}
