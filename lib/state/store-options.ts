import type { OptionNames } from '../model/check-options.ts'
import type { Serde } from '../model/serde.ts'
import { checkTopicName } from '../model/topic.ts'
import { checkStoreSettings } from './check-store-options.ts'
import type { ChangelogOption, StoreMedium } from './store-spec.ts'

/** The options of all kinds of stores. */
export interface StoreOptions<K, V> {
  /** The serde of keys. Default: the application's default key serde. */
  readonly key?: Serde<K> | undefined
  /** The serde of values. Default: the application's default value serde. */
  readonly value?: Serde<V> | undefined
  /** Where the store keeps its rows. Default: the application's `defaultStoreMedium`. */
  readonly medium?: StoreMedium | undefined
  /**
   * Whether the store has a record cache (KIP-63). Default `disabled`, as for Java's `StoreBuilder`. The stores that the DSL makes
   * have one.
   */
  readonly caching?: 'enabled' | 'disabled' | undefined
  /**
   * Whether the store has a changelog, and its configuration. Default: a changelog with the configuration that Kafka Streams gives
   * it.
   */
  readonly changelog?: ChangelogOption | undefined
}

/** The names of these options, for `checkOptions`. */
export const commonOptionNames: OptionNames<StoreOptions<unknown, unknown>> = {
  key: true,
  value: true,
  medium: true,
  caching: true,
  changelog: true,
}

/**
 * The properties that the specs of all kinds share, with their defaults. Throws a `TypeError` for a name that no topic can have.
 */
export function commonSpec<K, V>(name: string, options: StoreOptions<K, V>) {
  checkStoreSettings(`the store ${name}`, options)
  const { key, value, caching = 'disabled' } = options
  return { name: checkTopicName(name), key, value, caching, ...mediumAndChangelog(options) }
}

/** Where a store keeps its rows, and its changelog, with the defaults of all stores. */
export function mediumAndChangelog(options: Pick<StoreOptions<unknown, unknown>, 'medium' | 'changelog'>) {
  const { medium = 'default', changelog = { config: {} } } = options
  return { medium, changelog }
}
