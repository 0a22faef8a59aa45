import type avsc from 'avsc'
import { plainNumber } from '../platform/plain-number.ts'
import { incompatibilities, parseLevel } from './compatibility.ts'
import type { Level } from './compatibility.ts'
import { Refusals } from './refusals.ts'
import { canonicalText, parseAvro } from './parse-schema.ts'
import { RegistryError, schemaNotFound, subjectNotFound, versionNotFound } from './registry-error.ts'
import type { Reference, SchemaStore, StoredSchema, StoredVersion } from './schema-store.ts'

export interface Submitted {
  readonly schema: string
  readonly references: readonly Reference[]
}

/** What a Confluent-compatible schema registry decides, for Avro. */
export class Registry {
  /** What it has not taken. */
  readonly refusals = new Refusals()
  readonly #store: SchemaStore

  constructor(store: SchemaStore) {
    this.#store = store
  }

  /** The id of the schema, which becomes the latest version of the subject unless it is a version already. */
  register(subject: string, { schema, references }: Submitted): number {
    const type = this.#parse(schema, references)
    const text = canonicalText(schema)
    const registered = this.live(subject)
    const known = registered.find((version) => version.text === text)
    if (known !== undefined) return known.id
    if (this.mode(subject) === 'READONLY') throw new RegistryError(42205, `Subject ${subject} is in read-only mode`)
    const reasons = incompatibilities(
      this.levelInForce(subject),
      type,
      registered.map((version) => this.#parseStored(version)),
    )
    if (reasons.length > 0) throw this.#refuse(subject, text, reasons)
    const id = this.#store.idOf(text, references)
    this.#store.addVersion(subject, id)
    return id
  }

  lookup(subject: string, { schema, references }: Submitted): StoredVersion {
    const registered = this.live(subject)
    if (registered.length === 0) throw subjectNotFound(subject)
    this.#parse(schema, references)
    const text = canonicalText(schema)
    const found = registered.find((version) => version.text === text)
    if (found === undefined) throw schemaNotFound()
    return found
  }

  /** Reasons against the schema, tested against one version or (`all`) as a registration would be. */
  test(subject: string, version: string, { schema, references }: Submitted): string[] {
    const type = this.#parse(schema, references)
    const registered = this.live(subject)
    if (registered.length === 0 && (version === 'latest' || version === 'all')) return []
    const against = version === 'all' ? registered : [this.version(subject, version)]
    return incompatibilities(
      this.levelInForce(subject),
      type,
      against.map((stored) => this.#parseStored(stored)),
    )
  }

  schema(id: number): StoredSchema {
    const schema = this.#store.schema(id)
    if (schema === undefined) throw schemaNotFound()
    return schema
  }

  usesOf(id: number): StoredVersion[] {
    this.schema(id)
    return this.#store.versionsOf(id)
  }

  subjects(deleted: 'hidden' | 'shown'): string[] {
    const versions = this.#store.all().filter(({ isDeleted }) => !isDeleted || deleted === 'shown')
    return [...new Set(versions.map(({ subject }) => subject))]
  }

  /** Versions that are not deleted, oldest first. */
  live(subject: string): StoredVersion[] {
    return this.#store.versions(subject).filter(({ isDeleted }) => !isDeleted)
  }

  versions(subject: string): StoredVersion[] {
    const versions = this.live(subject)
    if (versions.length === 0) throw subjectNotFound(subject)
    return versions
  }

  version(subject: string, wanted: string, deleted: 'hidden' | 'shown' = 'hidden'): StoredVersion {
    const number = parseVersion(wanted)
    const versions = deleted === 'shown' ? this.#store.versions(subject) : this.versions(subject)
    if (versions.length === 0) throw subjectNotFound(subject)
    const found = number === -1 ? versions.at(-1) : versions.find(({ version }) => version === number)
    if (found === undefined) throw versionNotFound(number)
    return found
  }

  /** Ids of the schemas that name this version. */
  referencedBy(subject: string, wanted: string): number[] {
    const { version } = this.version(subject, wanted)
    const refers = ({ references }: StoredVersion): boolean =>
      references.some((reference) => reference.subject === subject && reference.version === version)
    return [
      ...new Set(
        this.#store
          .all()
          .filter(refers)
          .map(({ id }) => id),
      ),
    ]
  }

  deleteVersion(subject: string, wanted: string, kind: 'soft' | 'hard'): number {
    const { version, isDeleted } = this.version(subject, wanted, kind === 'hard' ? 'shown' : 'hidden')
    if (kind === 'hard' && !isDeleted)
      throw new RegistryError(
        40407,
        `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
      )
    if (kind === 'hard') this.#store.remove(subject, version)
    else this.#deleteSoftly(subject, version)
    return version
  }

  deleteSubject(subject: string, kind: 'soft' | 'hard'): number[] {
    const all = this.#store.versions(subject)
    if (all.length === 0) throw subjectNotFound(subject)
    const live = all.filter(({ isDeleted }) => !isDeleted)
    if (kind === 'hard') return this.#removeSubject(subject, all, live)
    if (live.length === 0)
      throw new RegistryError(40404, `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`)
    for (const { version } of live) this.#deleteSoftly(subject, version)
    return live.map(({ version }) => version)
  }

  globalLevel(): Level {
    return parseLevel(this.#store.setting('compatibility', '') ?? 'BACKWARD')
  }

  ownLevel(subject: string): Level | undefined {
    const level = this.#store.setting('compatibility', subject)
    return level === undefined ? undefined : parseLevel(level)
  }

  levelInForce(subject: string): Level {
    return this.ownLevel(subject) ?? this.globalLevel()
  }

  setLevel(subject: string, level: unknown): Level {
    const parsed = parseLevel(level)
    this.#store.set('compatibility', subject, parsed)
    return parsed
  }

  /** The level that was in force by it. */
  deleteLevel(subject: string): Level {
    const level = this.ownLevel(subject)
    if (level === undefined) throw subjectNotFound(subject)
    this.#store.unset('compatibility', subject)
    return level
  }

  mode(subject: string): string {
    return this.#store.setting('mode', subject) ?? this.#store.setting('mode', '') ?? 'READWRITE'
  }

  setMode(subject: string, mode: unknown): string {
    const known = ['READWRITE', 'READONLY'].find((name) => name === mode)
    if (known === undefined) throw new RegistryError(42204, 'Invalid mode. Valid values are READWRITE, READONLY')
    this.#store.set('mode', subject, known)
    return known
  }

  #refuse(subject: string, schema: string, reasons: readonly string[]): RegistryError {
    const message = `Schema being registered is incompatible with an earlier schema for subject "${subject}": ${reasons.join('; ')}`
    this.refusals.add({ subject, at: Date.now(), message, schema })
    return new RegistryError(40901, message)
  }

  #deleteSoftly(subject: string, version: number): void {
    if (this.referencedBy(subject, String(version)).length > 0)
      throw new RegistryError(42206, `One or more references exist to the schema {subject=${subject},version=${version}}.`)
    this.#store.markDeleted(subject, version)
  }

  #removeSubject(subject: string, all: readonly StoredVersion[], live: readonly StoredVersion[]): number[] {
    if (live.length > 0)
      throw new RegistryError(40405, `Subject '${subject}' was not deleted first before being permanently deleted`)
    for (const { version } of all) this.#store.remove(subject, version)
    return all.map(({ version }) => version)
  }

  #parse(schema: string, references: readonly Reference[]): avsc.Type {
    return parseAvro(
      schema,
      references.flatMap((reference) => this.#referenced(reference)),
    )
  }

  #parseStored({ text, references }: StoredSchema): avsc.Type {
    return this.#parse(text, references)
  }

  /** The texts that a reference stands for, those first that others need. */
  #referenced({ subject, version }: Reference): string[] {
    const found = this.#store.versions(subject).find((stored) => stored.version === version)
    if (found === undefined) throw new RegistryError(42201, `Invalid schema: no reference ${subject} version ${version}`)
    return [...found.references.flatMap((reference) => this.#referenced(reference)), found.text]
  }
}

function parseVersion(text: string): number {
  const version = text === 'latest' ? -1 : plainNumber(text)
  if (Number.isInteger(version) && (version === -1 || (version >= 1 && version < 2 ** 31))) return version
  const message = `The specified version '${text}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`
  throw new RegistryError(42202, message)
}
