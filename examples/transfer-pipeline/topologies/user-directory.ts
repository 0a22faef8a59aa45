import { StreamsBuilder } from 'millrace'
import type { Topology } from 'millrace'
import { users } from '../topics.ts'

/** The store that {@link userDirectoryTopology} fills: all users by id, in each instance. */
export const userDirectoryStore = 'user-directory'

/** Every instance has all users: who must only look one up asks nobody else. */
export function userDirectoryTopology(): Topology {
  const builder = new StreamsBuilder()
  builder.globalTable(users, { store: userDirectoryStore })
  return builder.build()
}
