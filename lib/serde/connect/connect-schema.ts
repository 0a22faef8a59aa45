/** A schema as Kafka Connect's JsonConverter embeds it in each record, with `schemas.enable=true`. */
export interface ConnectSchema {
  /** `struct`, `array`, `map`, `string`, `bytes`, `boolean`, `int8` to `int64`, `float` or `double`. */
  readonly type: string
  /** What the type stands for, such as `org.apache.kafka.connect.data.Decimal` or `io.debezium.time.ZonedTimestamp`. */
  readonly name?: string | undefined
  /** The version of the name. */
  readonly version?: number | undefined
  /** Whether null is a value. Default false. */
  readonly optional?: boolean | undefined
  /** Attributes of the name, such as the `scale` of a decimal. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /** The value of a missing field. */
  readonly default?: unknown
  /** A description for people. */
  readonly doc?: string | undefined
  /** The name of the field, within a struct. */
  readonly field?: string | undefined
  /** The fields of a struct, in order. */
  readonly fields?: readonly ConnectSchema[] | undefined
  /** The type of an array's members. */
  readonly items?: ConnectSchema | undefined
  /** The type of a map's keys. */
  readonly keys?: ConnectSchema | undefined
  /** The type of a map's values. */
  readonly values?: ConnectSchema | undefined
}

/** The name of Connect's decimals. */
export const decimalName = 'org.apache.kafka.connect.data.Decimal'

/** Returns the scale that the schema of a decimal declares. Undefined if it declares none. */
export function scaleOf({ parameters }: ConnectSchema): number | undefined {
  const scale = Number(parameters?.['scale'] ?? Number.NaN)
  return Number.isInteger(scale) && scale >= 0 ? scale : undefined
}

/** Returns the schema of a struct's field. */
export function fieldOf(schema: ConnectSchema | null | undefined, name: string): ConnectSchema | undefined {
  return schema?.fields?.find(({ field }) => field === name)
}

/** What messages call a type: `decimal(18, 2)`, `io.debezium.time.ZonedTimestamp` or `int64`. */
export function typeName(schema: ConnectSchema): string {
  if (schema.name === decimalName) return `decimal(scale ${scaleOf(schema) ?? '?'})`
  return schema.name ?? schema.type
}
