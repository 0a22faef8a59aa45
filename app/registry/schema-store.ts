import { DatabaseSync } from 'node:sqlite'
import type { SchemaChange } from './schema-journal.ts'

export interface Reference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

export interface StoredSchema {
  readonly id: number
  readonly text: string
  readonly references: readonly Reference[]
}

export interface StoredVersion extends StoredSchema {
  readonly subject: string
  readonly version: number
  readonly isDeleted: boolean
}

type Row = Record<string, string | number | null>

/** Schemas, versions and settings in SQLite: a file that survives, or `:memory:`. Ids are never given twice. */
export class SchemaStore {
  readonly #database: DatabaseSync
  /** Is told of each change. */
  onChange: (change: SchemaChange) => void = () => {}

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(`
      pragma journal_mode = wal;
      create table if not exists schemas (id integer primary key autoincrement, text text not null, refs text not null, unique (text, refs));
      create table if not exists versions (
        subject text not null, version integer not null, id integer not null, deleted integer not null default 0,
        primary key (subject, version));
      create table if not exists settings (kind text not null, subject text not null, value text not null, primary key (kind, subject));`)
  }

  schema(id: number): StoredSchema | undefined {
    const row = this.#database.prepare('select * from schemas where id = ?').get(id) as Row | undefined
    return row === undefined ? undefined : toSchema(row)
  }

  /** The id of a schema, given at its first appearance under any subject. */
  idOf(text: string, references: readonly Reference[]): number {
    const refs = JSON.stringify(references)
    const known = this.#database.prepare('select id from schemas where text = ? and refs = ?').get(text, refs) as Row | undefined
    if (known !== undefined) return known['id'] as number
    return Number(this.#database.prepare('insert into schemas (text, refs) values (?, ?)').run(text, refs).lastInsertRowid)
  }

  /** Soft-deleted versions included, oldest first. */
  versions(subject: string): StoredVersion[] {
    return this.#selectVersions('where subject = ? order by version', subject)
  }

  versionsOf(id: number): StoredVersion[] {
    return this.#selectVersions('where versions.id = ? and deleted = 0 order by subject, version', id)
  }

  all(): StoredVersion[] {
    return this.#selectVersions('order by versions.rowid')
  }

  addVersion(subject: string, id: number): void {
    const next = Math.max(0, ...this.versions(subject).map(({ version }) => version)) + 1
    this.#database.prepare('insert into versions (subject, version, id) values (?, ?, ?)').run(subject, next, id)
    this.#tellVersion(subject, next)
  }

  markDeleted(subject: string, version: number): void {
    this.#database.prepare('update versions set deleted = 1 where subject = ? and version = ?').run(subject, version)
    this.#tellVersion(subject, version)
  }

  remove(subject: string, version: number): void {
    this.#database.prepare('delete from versions where subject = ? and version = ?').run(subject, version)
    this.onChange({ kind: 'schema', subject, version, value: null })
  }

  /** Settings of a subject; of the whole registry under ''. */
  setting(kind: 'compatibility' | 'mode', subject: string): string | undefined {
    const row = this.#database.prepare('select value from settings where kind = ? and subject = ?').get(kind, subject) as
      Row | undefined
    return row?.['value'] as string | undefined
  }

  set(kind: 'compatibility' | 'mode', subject: string, value: string): void {
    this.#database.prepare('insert or replace into settings values (?, ?, ?)').run(kind, subject, value)
    this.onChange({ kind, subject, value })
  }

  unset(kind: 'compatibility' | 'mode', subject: string): void {
    this.#database.prepare('delete from settings where kind = ? and subject = ?').run(kind, subject)
    this.onChange({ kind, subject, value: null })
  }

  /** Makes a change that another store has told of, with its ids. */
  apply(change: SchemaChange): void {
    if (change.kind !== 'schema') return this.#applySetting(change)
    const { subject, version, value } = change
    this.#database.prepare('delete from versions where subject = ? and version = ?').run(subject, version)
    if (value === null) return
    const refs = JSON.stringify(value.references)
    this.#database.prepare('insert or ignore into schemas (id, text, refs) values (?, ?, ?)').run(value.id, value.text, refs)
    const insert = 'insert into versions (subject, version, id, deleted) values (?, ?, ?, ?)'
    this.#database.prepare(insert).run(subject, version, value.id, value.isDeleted ? 1 : 0)
  }

  close(): void {
    this.#database.close()
  }

  #applySetting({ kind, subject, value }: Exclude<SchemaChange, { kind: 'schema' }>): void {
    if (value === null) this.unset(kind, subject)
    else this.set(kind, subject, value)
  }

  #tellVersion(subject: string, version: number): void {
    const { id, text, references, isDeleted } = this.versions(subject).find((stored) => stored.version === version)!
    this.onChange({ kind: 'schema', subject, version, value: { id, text, references, isDeleted } })
  }

  #selectVersions(condition: string, ...parameters: (string | number)[]): StoredVersion[] {
    const rows = this.#database
      .prepare(`select * from versions join schemas on schemas.id = versions.id ${condition}`)
      .all(...parameters)
    return (rows as Row[]).map((row) => ({
      ...toSchema(row),
      subject: row['subject'] as string,
      version: row['version'] as number,
      isDeleted: row['deleted'] === 1,
    }))
  }
}

function toSchema(row: Row): StoredSchema {
  return { id: row['id'] as number, text: row['text'] as string, references: JSON.parse(row['refs'] as string) as Reference[] }
}
