/**
 * What processes say of their topologies. Types only.
 *
 * | route | answer |
 * | - | - |
 * | GET /topology.txt, .dot, .mmd | what `describe()` says, as text, for Graphviz, for Mermaid |
 * | GET /topology.json | {@link TopologyDocument} |
 * | GET /tasks | {@link TasksNow} of stream applications: what of the topology runs here |
 * | GET /flow | {@link FlowNow} of stream applications: how many records topics have passed on, and how many rows stores have |
 * | GET /stores/STORE?key&to&from&until&size | {@link StoreAnswer} of stream applications: rows of a store, by the library's interactive queries |
 * | GET /api/topologies | names of the stream applications, of the BFF |
 * | GET /api/topologies/NAME/… | the routes above, of one of them: of all its instances together |
 */
export interface TopologyDocument {
  readonly applicationId: string
  /** Of the text of `describe()`: two processes with the same hash run the same topology. */
  readonly hash: string
  readonly parts: readonly PartDocument[]
}

/** A sub-topology: what a task runs. That of a global store runs once in each process. */
export interface PartDocument {
  readonly id: number
  readonly kind: 'regular' | 'global'
  readonly nodes: readonly NodeDocument[]
  readonly stores: readonly StoreDocument[]
  /** Internal topics that it reads, as `describe()` names them. */
  readonly repartitions: readonly TopicDocument[]
}

export interface NodeDocument {
  readonly kind: 'source' | 'processor' | 'sink'
  readonly name: string
  /** As `describe()` names them: without the application id before internal ones. */
  readonly topics: readonly string[]
  readonly stores: readonly string[]
  readonly successors: readonly string[]
  /** Names of the serdes of a source or a sink; null: the default of the application. */
  readonly serdes?: { readonly key: string | null; readonly value: string | null }
}

export interface TopicDocument {
  /** On the cluster. */
  readonly name: string
  /** Null: as many as the largest topic that it comes from, or a changelog's store has. */
  readonly partitions: number | null
  readonly config: Readonly<Record<string, string>>
}

export interface StoreDocument {
  readonly name: string
  readonly kind: string
  /** How long windows are kept, and how long one is; only of stores of windows. */
  readonly windows?: { readonly sizeMs: number | null; readonly retentionMs: number }
  /** Null: it has none. `source`: it is restored from the topic that fills it. */
  readonly changelog: (TopicDocument & { readonly kind: 'internal' | 'source' }) | null
}

/** What of an application runs in a process; of several processes together where the BFF answers. */
export interface TasksNow {
  readonly state: string
  /** The process, for people. */
  readonly instance?: string
  readonly guarantee: 'at_least_once' | 'exactly_once_v2'
  /** With the process of each where there are several. */
  readonly tasks: readonly { readonly taskId: string; readonly state: string; readonly instance?: string }[]
  readonly restore: { readonly done: number; readonly total: number } | null
  /** By store, while any of its partitions is restored. */
  readonly restores?: Readonly<Record<string, { readonly done: number; readonly total: number }>>
}

/** Numbers that grow; whoever asks twice knows how fast. */
export interface FlowNow {
  /** The monotonic time of the process, in ms. */
  readonly at: number
  /** By name as `describe()` has it: how many records of the topic the application has read, or else written, since its tasks began. */
  readonly topics: Readonly<Record<string, number>>
  /** By store, roughly how many rows this process has of it; `atLeast`: there are more. Absent: it is restored, or elsewhere. */
  readonly stores: Readonly<Record<string, { readonly rows: number; readonly atLeast: boolean }>>
}

/**
 * Rows of a store. `key` alone: what is under that key, of a store of windows each of its windows. `key` and `to`: the keys from one to the
 * other, both included, in the order of their bytes. Neither: from the first key on. `from` and `until` (ISO 8601) say when windows begin.
 * Keys are text as it is, numbers as digits, bytes as hexadecimal digits, all else JSON.
 *
 * 404: there is no such store. 400: the store cannot be asked so, with the reason. A store that is being restored is no error: the answer says
 * which partitions it comes from, and which were away.
 */
export interface StoreAnswer {
  readonly store: string
  readonly kind: string
  /** How its keys are typed: the name of the serde. */
  readonly keys: string
  readonly rows: readonly StoreRow[]
  /** There are more rows than `size`. */
  readonly isMore: boolean
  /** The partitions that have answered; null: a global store, which has none. */
  readonly asked: readonly (number | null)[]
  /** Partitions whose tasks are there and do not run yet: a row that is missing may be in one of them. */
  readonly away: readonly { readonly partition: number | null; readonly state: string }[]
  /** Partitions with bytes that the serdes of this release cannot read. */
  readonly unreadable: readonly { readonly partition: number | null; readonly reason: string }[]
}

/** A row, and where it is. */
export interface StoreRow {
  readonly key: string
  /** JSON. Bytes are hexadecimal digits, whole numbers beyond those of JSON are texts. */
  readonly value: string
  /** When its window, session or version begins and ends, in ms since the epoch; null: the row has no time, or has not ended. */
  readonly startMs: number | null
  readonly endMs: number | null
  /** Null: a global store. */
  readonly partition: number | null
  readonly task: string | null
  /** Who has the task. */
  readonly instance: string
}
