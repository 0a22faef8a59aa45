interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minimum?: number
}

/** A value to begin with, for somebody who fills in the rest: what the schema requires. */
export function exampleOf(schema: Schema): unknown {
  const { type, enum: values, properties = {}, required = [], items = {}, minimum } = schema
  if (values !== undefined) return values[0]
  if (type === 'object') return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {})] as const))
  if (type === 'array') return [exampleOf(items)]
  if (type === 'integer' || type === 'number') return minimum ?? 0
  return type === 'boolean' ? false : type === 'string' ? '' : null
}
