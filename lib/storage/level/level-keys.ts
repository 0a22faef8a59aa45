/**
 * The database has four sorts of keys, here as latin1, where `0` is a zero byte: `f` is the version of the format, `t environment` is an
 * environment, `t environment 0 table` is a table, and `r environment 0 table 0 key` is a row. Names hold no zero byte, so the rows of a
 * table lie together, in the order of their keys.
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

/** The key of a row may hold zero bytes itself. */
export function parseKey(stored: string): ParsedKey {
  if (stored === formatKey) return { kind: 'format' }
  const [environment, table, ...rest] = stored.slice(1).split(separator)
  if (stored[0] === 't') return { kind: 'names', environment: environment!, table }
  if (stored[0] !== 'r' || table === undefined || rest.length === 0) return { kind: 'foreign' }
  return { kind: 'row', environment: environment!, table, key: rest.join(separator) }
}
