/**
 * Keys of the database, as latin1: `f` the format; `t environment` and `t environment 0 table` say what there is; `r environment 0 table 0
 * key` is a row. Names have no zero byte, so that each table is a range, in the order of its keys.
 */
const separator = '\0'

export const formatKey = 'f'

export function environmentKey(environment: string): string {
  return `t${environment}`
}

export function tableKey(environment: string, table: string): string {
  return `t${environment}${separator}${table}`
}

export function rowPrefix(environment: string, table: string): string {
  return `r${environment}${separator}${table}${separator}`
}

export type ParsedKey =
  | { readonly kind: 'format' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'names'; readonly environment: string; readonly table: string | undefined }
  | { readonly kind: 'row'; readonly environment: string; readonly table: string; readonly key: string }

/** Null bytes in `key` are its own. */
export function parseKey(stored: string): ParsedKey {
  if (stored === formatKey) return { kind: 'format' }
  const [environment, table, ...rest] = stored.slice(1).split(separator)
  if (stored[0] === 't') return { kind: 'names', environment: environment!, table }
  if (stored[0] !== 'r' || table === undefined || rest.length === 0) return { kind: 'foreign' }
  return { kind: 'row', environment: environment!, table, key: rest.join(separator) }
}
