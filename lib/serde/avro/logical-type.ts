/** Turns the values of an Avro type, the raw values, into the values that users see, and back. */
export interface LogicalType {
  readonly name: string
  /** The name of the type in messages, e.g. `decimal(18, 2)`. */
  readonly description: string
  readonly fromRaw: (raw: never) => unknown
  /** Returns the raw value. Undefined if the value is not of this type. */
  readonly toRaw: (value: unknown) => unknown
  /** Whether a value is read back equal. It is false for `10`, which a decimal of scale 2 reads back as `10.00`. */
  readonly isExact: (value: unknown) => boolean
  /** Returns the reason why this type cannot read values of a writer's logical type. Undefined if it can. */
  readonly refuses: (writer: LogicalType | undefined) => string | undefined
}

/** The logical types of a long whose values are bigints. `bigint` is Millrace's own: Java ignores it and reads a long. */
export const bigintNames: ReadonlySet<string> = new Set(['bigint', 'timestamp-nanos', 'local-timestamp-nanos'])

/** Whether the values of a long are bigints. */
export function readsBigint({ logical }: { readonly logical?: LogicalType | undefined }): boolean {
  return logical !== undefined && bigintNames.has(logical.name)
}
