import { InvalidStateStoreError } from 'millrace'
import type { KafkaStreams } from 'millrace'
import { Problem } from './problem.ts'

/**
 * Before all tasks are restored, a key that is not found may be in a store that is not there yet: then nothing is answered but 503. The
 * same where the tasks are on another instance.
 */
export async function whenRunning<T>(streams: KafkaStreams, answer: () => Promise<T>): Promise<T> {
  try {
    if (streams.state === 'running') return await answer()
  } catch (error) {
    if (!(error instanceof InvalidStateStoreError)) throw error
  }
  throw new Problem(503, 'The stores are being restored. Try again soon.', {}, { retryAfterS: 1 })
}
