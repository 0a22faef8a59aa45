import type { Admin, Cluster } from 'millrace'
import type { Station } from '../../contracts/feed.ts'
import type { Flow } from '../../feed/topics/flows.ts'

interface Count {
  readonly flow: Flow
  /** Records that the flow's group has not committed yet. */
  readonly backlog: number
  /** The group's next offset by partition. */
  readonly committed: ReadonlyMap<number, number>
}

/** Which station comes after a topic that a group reads; settlement's commands go back to SQL. */
export function stationAfter({ station }: Flow): Station {
  const after = { sql: 'sql', raw: 'ingestion', ingestion: 'enriched', enriched: 'document', document: 'document' } as const
  return after[station]
}

/** Asks how far each application has come: the ends of the topics minus what its group has committed. */
export class Backlogs {
  readonly #admin: Admin
  readonly #flows: readonly Flow[]
  readonly #partitions = new Map<string, number>()

  private constructor(admin: Admin, flows: readonly Flow[]) {
    this.#admin = admin
    this.#flows = flows
  }

  static async open(cluster: Cluster, flows: readonly Flow[]): Promise<Backlogs> {
    const backlogs = new Backlogs(await cluster.admin({ clientId: 'inspector-backlogs' }), flows)
    for (const { name, partitions } of await backlogs.#admin.metadata(flows.map(({ topic }) => topic)))
      backlogs.#partitions.set(name, partitions.length)
    return backlogs
  }

  counts(): Promise<Count[]> {
    return Promise.all(this.#flows.map((flow) => this.#count(flow)))
  }

  close(): Promise<void> {
    return this.#admin.close()
  }

  async #count(flow: Flow): Promise<Count> {
    const ends = await this.#admin.listOffsets(this.#all(flow), 'latest-stable')
    const committed = await this.#committed(flow)
    const backlog = ends.reduce((sum, { partition, offset }) => sum + Math.max(0, offset - (committed.get(partition) ?? 0)), 0)
    return { flow, backlog, committed }
  }

  async #committed(flow: Flow): Promise<ReadonlyMap<number, number>> {
    const committed = await this.#admin.committedOffsets(flow.group, this.#all(flow), 'any')
    return new Map(committed.map(({ partition, offset }) => [partition, offset]))
  }

  #all({ topic }: Flow): { readonly topic: string; readonly partition: number }[] {
    return Array.from({ length: this.#partitions.get(topic) ?? 0 }, (_, partition) => ({ topic, partition }))
  }
}
