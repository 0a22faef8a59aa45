import type { AvroMode } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { ServerDatabases } from '../databases.ts'
import type { Owner, Part, SqlCount, System } from '../../contracts/feed.ts'

/** Addresses of what runs in the child. */
export interface ChildUrls {
  readonly inspector: string
  readonly bff: string
  readonly users: string
  readonly transfers: string
  readonly read: string
  /** Bootstrap servers, and the registry: for instances of applications in other processes. */
  readonly kafka: string
  readonly registry: string
}

/** What each user has by the COMPLETED transfers in SQL, in hundredths as text: no number rounds it. */
export type SqlBalances = readonly (readonly [userId: number, cents: string])[]

/** Where services are, by name. */
type NamedUrls = readonly (readonly [name: string, url: string])[]

/** What the child says to the supervisor. */
export type FromChild =
  | { readonly type: 'part'; readonly part: Part }
  | { readonly type: 'urls'; readonly urls: ChildUrls }
  | { readonly type: 'ready' }
  | { readonly type: 'addresses'; readonly services: NamedUrls; readonly applications: NamedUrls }
  | { readonly type: 'restore'; readonly restore: { readonly done: number; readonly total: number } | null }
  | { readonly type: 'owners'; readonly owners: readonly Owner[] }
  | { readonly type: 'guarantee'; readonly guarantee: System['guarantee'] }
  | { readonly type: 'sql'; readonly sql: Omit<SqlCount, 'balancesApart'>; readonly balances: SqlBalances }
  | { readonly type: 'failed'; readonly reason: string }

/** What the supervisor asks of the child, or tells it. It stops at SIGTERM. */
export type ToChild =
  | { readonly type: 'wipe' }
  /** Instances of applications that run in other processes, with their addresses: all that there are now. */
  | { readonly type: 'elsewhere'; readonly instances: NamedUrls }

/** How the child is to run, as its one argument. */
export interface ChildOptions {
  readonly dir: string
  readonly kafka: string | undefined
  /** Address of a schema registry. Default: the embedded one, in this process. */
  readonly registry?: string | undefined
  /** Documents beyond that size are refused. Default 16 MiB. */
  readonly documentBytesMax?: number | undefined
  /** Where the databases are. Default: SQLite files in `dir`. */
  readonly mariadb?: ServerDatabases | undefined
  readonly logLevel: string
  /** Instances of the enricher, which share its tasks. Default 1. */
  readonly enrichers?: number
  /** How Avro bytes name their schema. Default `registry`. */
  readonly avroMode?: AvroMode
  /** What holds for each record over a crash. Default exactly once. */
  readonly guarantee?: System['guarantee']
  /** Where the services listen: each at its own port, or the next free one; or wherever a port is free. Default `free`. */
  readonly ports?: 'own' | 'free'
}
