import { TopologyError } from '../model/errors.ts'

/** Kafka's rule for names of nodes and stores (`Named.validate`): they become parts of topic names. */
export function checkName(name: string): string {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
    throw new TopologyError(
      'STREAMS_INVALID_NAME',
      `${JSON.stringify(name)} cannot name a node or a store: use 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'.`,
      { facts: { name } },
    )
  return name
}
