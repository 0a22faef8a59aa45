import { TopologyError } from '../../model/errors.ts'
import { bindSerde, type Serde, type SerdeEnvironment } from '../../model/serde.ts'
import { nullable } from '../../serde/nullable-serde.ts'

/**
 * Returns the serde for keys of the registration topic. Such a key is a foreign key, or null for a row without foreign key in a
 * left join. The right table's key serde need not be nullable. If `serde` is undefined, the application's default is used.
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
