import { TopologyError } from '../../model/errors.ts'
import { bindSerde, type Serde, type SerdeEnvironment } from '../../model/serde.ts'
import { nullable } from '../../serde/nullable-serde.ts'

/**
 * Keys of the registration topic: foreign keys, which are null where a row of a left join has none, whatever the serde of the right
 * table's keys says. Without a serde it is, once bound, the application's default.
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
