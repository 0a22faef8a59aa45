import type { OptionNames } from '../../model/check-options.ts'

/** Kafka's names of its optimizations (Java: `StreamsConfig`, `topology.optimization`). */
export type Optimization =
  /** A table's source topic is its changelog, too: it is not written a second time. The topic should be compacted. */
  | 'reuse.ktable.source.topics'
  /** Repartitions below one operator that changes the key become one, right behind it. */
  | 'merge.repartition.topics'
  /** A stream that is joined with itself needs one window store and one changelog. */
  | 'single.store.self.join'

const allOptimizations: readonly Optimization[] = [
  'reuse.ktable.source.topics',
  'merge.repartition.topics',
  'single.store.self.join',
]

/** What `build()` may be told. */
export interface BuildOptions {
  /**
   * Default `none`. Turning one on or off changes internal topics and tasks: the application must be reset, or upgraded with
   * all processes stopped.
   */
  readonly optimization?: 'none' | 'all' | readonly Optimization[] | undefined
  /** Default `safe`; `java` merges repartitions as Java does, also where values are not yet of the type that it writes. */
  readonly compatibility?: 'safe' | 'java' | undefined
  /** Whether stores and internal topics with generated names are refused: these change with the topology (KIP-1111). Default false. */
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
