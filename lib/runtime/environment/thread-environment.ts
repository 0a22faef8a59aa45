import type { Clock } from '../../clock/clock.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { CacheBudget } from '../../state/state-store.ts'
import type { Logger } from '../logger.ts'
import type { ValueGuard } from '../task/value-guard.ts'
import type { ApplicationEnvironment } from './application-environment.ts'

/** The settings and resources that the tasks of one thread share. */
export interface ThreadEnvironment extends ApplicationEnvironment {
  /** `<clientId>-StreamThread-<number>`, as in Java: a tag of metrics, and the beginning of client ids. */
  readonly threadId: string
  readonly clock: Clock
  readonly metrics: Metrics
  readonly logger: Logger
  /** The bytes that the record caches of this thread's stores may hold together (KIP-63). */
  readonly cache: CacheBudget
  /** The bytes that rows may have in memory which storage has, too. Absent: none are kept. */
  readonly kept?: CacheBudget
  /** `off`: all keys and values are decoded, whatever operators declare. Conformance compares both. Default `on`. */
  readonly declarations?: 'on' | 'off' | undefined
  /** Set only by the test driver. */
  readonly valueGuard?: ValueGuard | undefined
}
