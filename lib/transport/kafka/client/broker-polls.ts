import { partitionKey } from '../../../model/topic-partition.ts'
import type { FetchPosition } from '../../fetcher.ts'

/**
 * How long a poll beside the long one waits at the broker. It is short, because a partition that is resumed meanwhile waits for it.
 */
const besideMs = 25

export interface PollPlan<P> {
  readonly lane: 'fetch' | 'fetch-beside'
  readonly positions: readonly P[]
  readonly maxWaitMs: number
}

/**
 * The polls under way at one broker: a long one, and a short one beside it. A fetch often asks for partitions that the long poll does
 * not have, e.g. for a busy one that was paused when the long poll of idle ones began. These are asked for beside it. Otherwise one
 * idle partition would hold up all busy ones for `maxWaitMs`.
 */
export class BrokerPolls {
  readonly #underway = new Map<PollPlan<FetchPosition>['lane'], ReadonlySet<string>>()

  /** Says what to ask for now. Null: all positions are asked for already, or have to wait for the short poll. */
  plan<P extends FetchPosition>(positions: readonly P[], maxWaitMs: number): PollPlan<P> | null {
    if (this.#underway.has('fetch-beside')) return null
    const long = this.#underway.get('fetch')
    if (long === undefined) return { lane: 'fetch', positions, maxWaitMs }
    const others = positions.filter((position) => !long.has(placeOf(position)))
    return others.length === 0 ? null : { lane: 'fetch-beside', positions: others, maxWaitMs: Math.min(maxWaitMs, besideMs) }
  }

  begin({ lane, positions }: PollPlan<FetchPosition>): void {
    this.#underway.set(lane, new Set(positions.map(placeOf)))
  }

  end({ lane }: PollPlan<FetchPosition>): void {
    this.#underway.delete(lane)
  }
}

export function placeOf(position: FetchPosition): string {
  return `${partitionKey(position)}@${position.offset}`
}
