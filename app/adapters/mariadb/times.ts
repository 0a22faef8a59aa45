/** `2026-11-22T10:00:05.123Z` as SQL has it: `2026-11-22 10:00:05.123`. The session's time zone is UTC. */
export function sqlTime(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '')
}

/** The other way, always with ms. */
export function isoTime(sql: string): string {
  const [whole = '', fraction = ''] = sql.split('.')
  return `${whole.replace(' ', 'T')}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
}
