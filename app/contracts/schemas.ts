/** What the page is told of topics and their schemas. */
export interface SchemaOverview {
  readonly topics: readonly TopicContract[]
  /** Registrations that the registry has refused since it began, newest first; null: this registry does not tell. */
  readonly refused: readonly RefusedSchema[] | null
}

export interface TopicContract {
  readonly topic: string
  readonly partitions: number
  /** `compact`, `delete`, or both. */
  readonly cleanup: string
  /** `7 d`; null: it keeps all, or the last record of each key. */
  readonly retention: string | null
  /** Null: no schema of a registry belongs to it. */
  readonly subject: SubjectContract | null
}

export interface SubjectContract {
  readonly name: string
  readonly level: string
  /** Newest first. */
  readonly versions: readonly SchemaVersion[]
}

export interface SchemaVersion {
  readonly version: number
  readonly id: number
  /** Name of the record. */
  readonly name: string
  readonly fields: readonly SchemaField[]
}

export interface SchemaField {
  readonly name: string
  readonly type: string
  readonly doc: string
  /** `PII`, or empty. */
  readonly classification: string
}

export interface RefusedSchema {
  readonly subject: string
  /** ms since the epoch. */
  readonly at: number
  readonly message: string
}

/** See `ColumnDrift` in the example: how a raw topic differs from what the pipeline reads. */
export interface Drift {
  readonly topic: string
  readonly column: string
  readonly kind: 'added' | 'missing' | 'changed'
  readonly expected: string | null
  readonly found: string | null
}
