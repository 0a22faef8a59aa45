import type { Clock } from '../../clock/clock.ts'
import type { RestoreBudget } from '../../state/restore-budget.ts'
import { restoreTurnMs } from './turns.ts'

/** The time that a checkpoint of a restore is to take. Storage writes synchronously, so nothing else runs meanwhile. */
const checkpointMs = 20

const [bytesMin, bytesMax] = [256 * 1024, 1024 * 1024]

/** Whether the time is over is looked at after this many records. */
const recordsPerLook = 32

/**
 * How much of a task's stores is restored before it is stored. Large checkpoints cost less for each row, and hold more in memory and
 * stop the loop for longer. So the bytes of a checkpoint follow from how long the last ones took.
 */
export class RestorePace {
  readonly #clock: Pick<Clock, 'monotonic'>
  #bytes = bytesMin

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** The budget of one turn. */
  budget(): RestoreBudget {
    const end = this.#clock.monotonic() + restoreTurnMs
    let left = this.#bytes
    let records = 0
    const isInTime = (): boolean => ++records % recordsPerLook !== 0 || this.#clock.monotonic() < end
    return {
      spend: (bytes) => {
        left -= bytes
        return left > 0 && isInTime()
      },
    }
  }

  /** Calls `checkpoint` if the stores hold as much as one checkpoint is to write. */
  checkpointIfDue(dirtyBytes: number, checkpoint: () => void): void {
    if (dirtyBytes < this.#bytes) return
    const startMs = this.#clock.monotonic()
    checkpoint()
    const tookMs = Math.max(1, this.#clock.monotonic() - startMs)
    const factor = Math.min(2, Math.max(0.5, checkpointMs / tookMs))
    this.#bytes = Math.min(bytesMax, Math.max(bytesMin, this.#bytes * factor))
  }
}
