/** An answer that is no success, as Confluent's registry gives it: HTTP status and a code of five digits. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly status: number
  readonly errorCode: number

  constructor(errorCode: number, message: string) {
    super(message)
    this.errorCode = errorCode
    this.status = errorCode < 1000 ? errorCode : Math.floor(errorCode / 100)
  }
}

export const subjectNotFound = (subject: string): RegistryError => new RegistryError(40401, `Subject '${subject}' not found.`)
export const versionNotFound = (version: number): RegistryError => new RegistryError(40402, `Version ${version} not found.`)
export const schemaNotFound = (): RegistryError => new RegistryError(40403, 'Schema not found')
export const invalidSchema = (reason: string): RegistryError => new RegistryError(42201, `Invalid AVRO schema. ${reason}`)
