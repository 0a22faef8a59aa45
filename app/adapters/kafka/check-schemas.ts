import type { Admin, Cluster } from 'millrace'
import { withAdmin } from './with-admin.ts'

/** Records that were written with a registry, and the topic in which its schemas are. */
export interface SchemaTopics {
  readonly schemas: string
  readonly written: readonly string[]
}

/**
 * Records without their schemas are bytes that nobody can read: each application would end at the first of them. Throws where there are such
 * records, but no schema at all. `where` is said to the user.
 */
export function checkSchemas(cluster: Cluster, { schemas, written }: SchemaTopics, where: string): Promise<void> {
  return withAdmin(cluster, 'schemas-check', async (admin) => {
    if ((await filled(admin, [schemas])).length > 0) return
    const unreadable = await filled(admin, written)
    if (unreadable.length === 0) return
    throw new Error(
      `${unreadable.join(', ')} in ${where} ${unreadable.length === 1 ? 'has' : 'have'} records, but ${schemas} has no schema to read them with: ` +
        `they are from an older version, which kept its schemas elsewhere, or ${schemas} was deleted. Start with another --dir, or delete this data.`,
    )
  })
}

/** Those of the topics in which something was ever written. */
async function filled(admin: Admin, topics: readonly string[]): Promise<string[]> {
  const found = await admin.metadata(topics)
  const partitions = found.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
  const ends = await admin.listOffsets(partitions, 'latest')
  return topics.filter((name) => ends.some(({ topic, offset }) => topic === name && offset > 0))
}
