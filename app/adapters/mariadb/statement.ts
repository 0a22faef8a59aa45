/** A statement that changed a table, and of which the log has no rows: it has no records. */
export interface Statement {
  readonly kind: 'truncate' | 'drop' | 'without rows'
  readonly text: string
}

export interface StatementOn {
  readonly database: string
  /** The database that the statement's session had chosen. */
  readonly schema: string
  readonly table: string
}

const kinds: readonly (readonly [Statement['kind'], RegExp])[] = [
  ['truncate', /^truncate\s+(?:table\s+)?/i],
  ['drop', /^drop\s+table\s+(?:if\s+exists\s+)?/i],
  // A session that is not in row format logs what it was told.
  [
    'without rows',
    /^(?:insert|replace)\s+(?:\w+\s+)*?into\s+|^update\s+(?:\w+\s+)*?(?=[`\w.]+\s+set)|^delete\s+(?:\w+\s+)*?from\s+/i,
  ],
]

/** Undefined: it has nothing to do with the rows of the table. */
export function statementOn(query: string, on: StatementOn): Statement | undefined {
  const text = query.replace(/^(?:\s|\/\*.*?\*\/)+/s, '')
  for (const [kind, beginning] of kinds) {
    const match = beginning.exec(text)
    if (match !== null && namesTable(text.slice(match[0].length), on)) return { kind, text: text.slice(0, 200) }
  }
  return undefined
}

function namesTable(rest: string, { database, schema, table }: StatementOn): boolean {
  const [, owner = schema, name] = /^(?:`?(\w+)`?\s*\.\s*)?`?(\w+)`?/.exec(rest) ?? []
  return owner === database && name === table
}
