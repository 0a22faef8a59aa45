import { TopologyError } from '../../model/errors.ts'
import type { SchemaRegistry, Serde, SerdeEnvironment } from '../../model/serde.ts'
import { bindSerde } from '../../model/serde.ts'
import { KnownSchemas } from './known-schemas.ts'

/** Finds the serde that a node or store uses: its own or the default, bound to the environment. */
export class SerdeResolver {
  /** The schemas of the schema registry; undefined without a registry. */
  readonly schemas: KnownSchemas | undefined
  readonly #environment: SerdeEnvironment

  constructor(environment: SerdeEnvironment) {
    const { schemaRegistry } = environment
    this.schemas = hasIds(schemaRegistry) ? new KnownSchemas(schemaRegistry) : undefined
    this.#environment = { ...environment, schemaRegistry: this.schemas ?? schemaRegistry }
  }

  /** The key serde of a node or store. Without any it throws a `TopologyError` (`STREAMS_SERDE_MISSING`) that names the `owner`. */
  key(serde: Serde<unknown> | undefined, owner: string): Serde<unknown> {
    return bindSerde(serde ?? this.#environment.defaultKey ?? missing('key', 'defaultKeySerde', owner), this.#environment)
  }

  /** The value serde of a node or store. Throws as `key` does. */
  value(serde: Serde<unknown> | undefined, owner: string): Serde<unknown> {
    return bindSerde(serde ?? this.#environment.defaultValue ?? missing('value', 'defaultValueSerde', owner), this.#environment)
  }
}

/** Whether rows name their schemas by ids, which mean nothing without this registry. */
function hasIds(registry: SerdeEnvironment['schemaRegistry']): registry is SchemaRegistry {
  return registry !== undefined && registry !== 'local' && (registry.encoding ?? 'registry') === 'registry'
}

function missing(component: string, option: string, owner: string): never {
  const message = `${owner} has no ${component} serde: give it one, or set ${option}.`
  throw new TopologyError('STREAMS_SERDE_MISSING', message, { facts: { component, owner } })
}
