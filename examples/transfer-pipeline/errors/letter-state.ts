import { Serdes, topic } from 'millrace'
import { letterStates } from '../topics.ts'

/** What somebody decided about a dead letter. The letter itself stays in its topic. */
export type Decision =
  /** It was sent again, as it is or as an edited copy. */
  | { readonly decision: 'replayed'; readonly at: number; readonly replay: string; readonly form: 'as it is' | 'edited' }
  /** It leaves the list. */
  | { readonly decision: 'discarded'; readonly at: number }

/** What came of a replay. `refused`: there is a new dead letter. `stale`, `repeated`: it was dropped. */
export interface Outcome {
  readonly outcome: 'processed' | 'refused' | 'stale' | 'repeated'
  readonly at: number
  /** `TOPIC/PARTITION/OFFSET` of the replay. */
  readonly replay: string
}

/**
 * The topic of both, compacted. Keys are `TOPIC/PARTITION/OFFSET` of the letter for its decision, and the same with `#outcome` for the
 * outcome of its replay: two write them, in no certain order.
 */
export const statesTopic = topic(letterStates, { key: Serdes.string, value: Serdes.json<Decision | Outcome>() })

const suffix = '#outcome'

export function outcomeRecord(letter: string, outcome: Outcome): { readonly key: string; readonly value: Outcome } {
  return { key: letter + suffix, value: outcome }
}

export function decisionRecord(letter: string, decision: Decision): { readonly key: string; readonly value: Decision } {
  return { key: letter, value: decision }
}

/** The letter that a key is about. */
export function letterOf(key: string): string {
  return key.endsWith(suffix) ? key.slice(0, -suffix.length) : key
}
