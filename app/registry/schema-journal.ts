import type { Reference } from './schema-store.ts'

/** A change of what a registry holds, in the words of Confluent's topic `_schemas`. */
export type SchemaChange =
  | {
      readonly kind: 'schema'
      readonly subject: string
      readonly version: number
      /** null: removed for good. */
      readonly value: {
        readonly id: number
        readonly text: string
        readonly references: readonly Reference[]
        readonly isDeleted: boolean
      } | null
    }
  | {
      readonly kind: 'compatibility' | 'mode'
      /** '' is the whole registry. */
      readonly subject: string
      /** null: unset. */
      readonly value: string | null
    }

/** Keeps the changes of a registry outside of it, so that it comes back with the same ids when its process and its disk are gone. */
export interface SchemaJournal {
  /** All changes that count, in their order. */
  load(): Promise<readonly SchemaChange[]>
  /** Resolves when it is kept. */
  append(changes: readonly SchemaChange[]): Promise<void>
  close(): Promise<void>
}
