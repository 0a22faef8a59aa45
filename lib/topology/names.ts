import { TopologyError } from '../model/errors.ts'

/**
 * Checks the name of a node or store by Kafka's rule (`Named.validate`), because topic names contain it. Throws
 * `STREAMS_INVALID_NAME`.
 */
export function checkName(name: string): string {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
    throw new TopologyError(
      'STREAMS_INVALID_NAME',
      `${JSON.stringify(name)} cannot name a node or a store: use 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'.`,
      { facts: { name } },
    )
  return name
}
