import { TopologyError } from '../../model/errors.ts'
import type { Serde, SerdeEnvironment } from '../../model/serde.ts'
import { bindSerde } from '../../model/serde.ts'
import { KnownSchemas } from './known-schemas.ts'

/** Gives nodes and stores the serde that they really use: their own or the default, bound to the environment. */
export class SerdeResolver {
  /** What the schema registry has said; undefined without one. */
  readonly schemas: KnownSchemas | undefined
  readonly #environment: SerdeEnvironment

  constructor(environment: SerdeEnvironment) {
    const { schemaRegistry } = environment
    const isRegistry = schemaRegistry !== undefined && schemaRegistry !== 'local'
    this.schemas = isRegistry ? new KnownSchemas(schemaRegistry) : undefined
    this.#environment = { ...environment, schemaRegistry: this.schemas ?? schemaRegistry }
  }

  /** `owner` is for the message of the `TopologyError` (`STREAMS_SERDE_MISSING`) where there is none. */
  key(serde: Serde<unknown> | undefined, owner: string): Serde<unknown> {
    return bindSerde(serde ?? this.#environment.defaultKey ?? missing('key', 'defaultKeySerde', owner), this.#environment)
  }

  value(serde: Serde<unknown> | undefined, owner: string): Serde<unknown> {
    return bindSerde(serde ?? this.#environment.defaultValue ?? missing('value', 'defaultValueSerde', owner), this.#environment)
  }
}

function missing(component: string, option: string, owner: string): never {
  const message = `${owner} has no ${component} serde: give it one, or set ${option}.`
  throw new TopologyError('STREAMS_SERDE_MISSING', message, { facts: { component, owner } })
}
