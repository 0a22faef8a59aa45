import { TopologyError } from '../../model/errors.ts'
import { bindSerde, type Serde, type SerdeEnvironment } from '../../model/serde.ts'
import { nullable } from '../../serde/nullable-serde.ts'

/**
 * The serde for keys of the registration topic. A key there is a foreign key, or null for a row of a left join without foreign key; the right
 * table's key serde need not know null. Without a serde it has the application's default, once it is bound.
 */
export function nullableForeignKeySerde<K>(serde: Serde<K> | undefined): Serde<K | null> {
  if (serde !== undefined) return nullable(serde)
  const notBound = (): never => {
    throw new TopologyError(
      'STREAMS_SERDE_MISSING',
      'The keys of a foreign-key join have no serde: give the right table one, or set defaultKeySerde.',
    )
  }
  const bind = (environment: SerdeEnvironment): Serde<K | null> =>
    environment.defaultKey === undefined ? notBound() : nullable(bindSerde(environment.defaultKey as Serde<K>, environment))
  return { name: 'default', nullable: true, serialize: notBound, deserialize: notBound, bind }
}
