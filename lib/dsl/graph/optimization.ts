import type { OptionNames } from '../../model/check-options.ts'

/** Kafka's names of its optimizations (Java: `StreamsConfig`, `topology.optimization`). */
export type Optimization =
  /** A table's store is restored from its source topic, and has no changelog of its own. The topic should be compacted. */
  | 'reuse.ktable.source.topics'
  /** All repartitions below an operator that changes the key become one, right behind that operator. */
  | 'merge.repartition.topics'
  /** A stream that is joined with itself needs one window store and one changelog. */
  | 'single.store.self.join'

const allOptimizations: readonly Optimization[] = [
  'reuse.ktable.source.topics',
  'merge.repartition.topics',
  'single.store.self.join',
]

/** Options of `StreamsBuilder.build()`. */
export interface BuildOptions {
  /**
   * Which optimizations `build()` applies. Default `none`. Turning an optimization on or off changes internal topics and tasks:
   * the application must be reset, or upgraded with all processes stopped.
   */
  readonly optimization?: 'none' | 'all' | readonly Optimization[] | undefined
  /**
   * `java` merges repartitions exactly as Java does, even if the values at the new place are not of the type that the
   * repartition's serde writes (KAFKA-19668). `safe` does not merge such repartitions. Default `safe`.
   */
  readonly compatibility?: 'safe' | 'java' | undefined
  /**
   * Whether `build()` refuses stores and internal topics with generated names, which change with the topology (KIP-1111). Default
   * false.
   */
  readonly ensureExplicitInternalResourceNaming?: boolean | undefined
}

export const buildOptions: OptionNames<BuildOptions> = {
  optimization: true,
  compatibility: true,
  ensureExplicitInternalResourceNaming: true,
}

export function optimizationsOf(chosen: NonNullable<BuildOptions['optimization']>): ReadonlySet<Optimization> {
  if (chosen === 'none') return new Set()
  return new Set(chosen === 'all' ? allOptimizations : chosen)
}
