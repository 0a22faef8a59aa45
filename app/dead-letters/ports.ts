import type { LetterAddress, LetterDetail, LetterPage, LetterQuery, ReplayOrder } from '../contracts/dead-letters.ts'

/** Dead letters, and what may be done about them: on a cluster, or by the API of a running pipeline. */
export interface DeadLetters {
  list(query: LetterQuery): Promise<LetterPage>
  /** Rejects with a problem of status 404 where there is no such letter. `awaitMs` waits as long for what comes of a replay. */
  show(address: LetterAddress, awaitMs?: number): Promise<LetterDetail>
  /**
   * Sends it again. Rejects with a problem of status 409 where that would undo something newer, or where it cannot be sent again. Several
   * replays of one letter are processed once.
   */
  replay(address: LetterAddress, order: ReplayOrder): Promise<LetterDetail>
  /** It stays in its topic, and leaves the list. */
  discard(address: LetterAddress): Promise<LetterDetail>
  close(): Promise<void>
}

export function addressText({ topic, p, o }: LetterAddress): string {
  return `${topic}/${p}/${o}`
}
