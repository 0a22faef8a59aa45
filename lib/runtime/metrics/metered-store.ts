import type { Clock } from '../../clock/clock.ts'
import { callBoundsMs } from '../../metrics/bounds.ts'
import { storeCalls } from '../../metrics/metric-definitions.ts'
import type { Histogram, Metrics, MetricTags } from '../../metrics/metrics.ts'
import type { StateStore } from '../../state/state-store.ts'

export interface MeteredStoreOptions {
  readonly metrics: Metrics
  readonly clock: Pick<Clock, 'monotonic'>
  /** The tags of its task. */
  readonly tags: MetricTags
  readonly medium: 'memory' | 'disk'
}

const names: ReadonlyMap<string | symbol, string> = new Map(storeCalls)

type Call = (...args: unknown[]) => unknown

/**
 * The same store, whose calls are timed (Java: `MeteredKeyValueStore` and its kin). Used with `debug` only: each call looks at the clock
 * twice. What a store calls of itself is not timed.
 */
export function meteredStore(store: StateStore, options: MeteredStoreOptions): StateStore {
  const { metrics, clock, tags, medium } = options
  const ofStore = { ...tags, [scopeOf(store, medium)]: store.name }
  const calls = new Map<string | symbol, Call>()
  const metered = (property: string | symbol, call: Call): Call => {
    const name = names.get(property)
    const bound: Call = (...args) => Reflect.apply(call, store, args)
    if (name === undefined) return bound
    return timed(bound, metrics.histogram(`${name}-latency`, 'stream-state-metrics', ofStore, callBoundsMs), clock)
  }
  return new Proxy(store, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target)
      if (typeof member !== 'function') return member
      const known = calls.get(property) ?? metered(property, member as Call)
      calls.set(property, known)
      return known
    },
    set: (target, property, value) => Reflect.set(target, property, value, target),
  })
}

function timed(call: Call, times: Histogram, clock: Pick<Clock, 'monotonic'>): Call {
  return (...args) => {
    const beganMs = clock.monotonic()
    try {
      return call(...args)
    } finally {
      times.record(clock.monotonic() - beganMs)
    }
  }
}

function scopeOf({ spec }: StateStore, medium: 'memory' | 'disk'): string {
  const kind = spec.kind === 'key-value' ? '' : `-${spec.kind}`
  return `${medium === 'memory' ? 'in-memory' : 'persistent'}${kind}-state-id`
}
