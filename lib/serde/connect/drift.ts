import type { Columns } from './columns.ts'
import type { ConnectSchema } from './connect-schema.ts'
import { fieldOf, typeName } from './connect-schema.ts'

/** How the columns of an embedded schema differ from those that a program expects. See {@link driftOf}. */
export interface DriftReport {
  /** Columns that nobody expects, with their types. Reading goes on without them. */
  readonly added: readonly { readonly name: string; readonly type: string }[]
  /** Expected columns that the schema does not have. Those that are not optional make every row unreadable. */
  readonly missing: readonly { readonly name: string; readonly expected: string; readonly optional: boolean }[]
  /** Columns whose type cannot be read as the one that is expected. */
  readonly changed: readonly { readonly name: string; readonly expected: string; readonly found: string }[]
}

/**
 * Compares the columns that a program expects with an embedded schema, which is that of an envelope or of a flat row.
 *
 * @example
 * const { added } = driftOf({ id: column.long() }, record.schema)
 */
export function driftOf(columns: Columns, schema: ConnectSchema): DriftReport {
  const row = fieldOf(schema, 'after') ?? schema
  const fields = (row.fields ?? []).filter(({ field = '' }) => !field.startsWith('__'))
  const names = Object.keys(columns)
  return {
    added: fields
      .filter(({ field = '' }) => !names.includes(field))
      .map((field) => ({ name: field.field ?? '', type: typeName(field) })),
    missing: names
      .filter((name) => fieldOf(row, name) === undefined)
      .map((name) => ({ name, expected: columns[name]!.description, optional: columns[name]!.optional })),
    changed: names.flatMap((name) => {
      const field = fieldOf(row, name)
      if (field === undefined || columns[name]!.accepts(field)) return []
      return [{ name, expected: columns[name]!.description, found: typeName(field) }]
    }),
  }
}

/** Whether there is any difference. */
export function isDrifted({ added, missing, changed }: DriftReport): boolean {
  return added.length + missing.length + changed.length > 0
}

/** Whether rows with this schema cannot be read: a needed column is missing, or its type has changed. */
export function isBreaking({ missing, changed }: DriftReport): boolean {
  return changed.length > 0 || missing.some(({ optional }) => !optional)
}
