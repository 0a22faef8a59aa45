/** A version of a subject, as a registry tells it. */
export interface SubjectVersion {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly schema: string
}

export interface RefusedRegistration {
  readonly subject: string
  /** ms since the epoch. */
  readonly at: number
  readonly message: string
}

/** What a registry has by subject. */
export interface SchemaSubjects {
  /** The compatibility level in force. */
  levelOf(subject: string): Promise<string>
  setLevel(subject: string, level: string): Promise<void>
  /** The id of the schema. Rejects with a {@link RegistryRefusal}. */
  register(subject: string, schema: string): Promise<number>
  /** Why a registration would be refused; empty if it would not. */
  reasonsAgainst(subject: string, schema: string): Promise<readonly string[]>
  /** Oldest first; none if there is no such subject. */
  versions(subject: string): Promise<readonly SubjectVersion[]>
  /** Registrations that were refused, newest first; null: the registry does not tell. */
  refused(): Promise<readonly RefusedRegistration[] | null>
  close(): Promise<void>
}

/** An answer of a registry that is no success. */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal'
  /** Of HTTP. */
  readonly status: number
  /** The registry's own code: 40901 is an incompatible schema. */
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
