type Json = Readonly<Record<string, unknown>>

/** A rule that a part of a schema breaks. */
interface Finding {
  /** `bank.custom.Balance.userId`. */
  readonly at: string
  readonly rule: string
}

const pascalCase = /^[A-Z][A-Za-z0-9]*$/
const camelCase = /^[a-z][A-Za-z0-9]*$/
const upperSnake = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/
const namespaces = /^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+$/
/** Fields of these names hold money or a time, and nothing else does. */
const isMoney = /amount|balance|total$/i
const isTime = /(At|Ts|windowStart|windowEnd)$/
/** Fields of these names say who somebody is. */
const isPersonal = /^(before|after|name|email|phone|address)$|User?Name$/

/**
 * The rules of naming, as lines; none where a schema keeps them. Namespaces are lower-case and one a layer, types PascalCase, fields
 * camelCase, symbols UPPER_SNAKE with a default; each type and field has a doc; optional is `["null", T]` with the default null; money
 * is a decimal and time `timestamp-millis`; what says who somebody is has `x-classification`.
 */
export function lintSchema(schema: unknown): string[] {
  const { namespace, name } = schema as Json
  const root = `${String(namespace)}.${String(name)}`
  const top = namespaces.test(String(namespace)) ? [] : [{ at: root, rule: 'the namespace is lower-case words with dots' }]
  return [...top, ...lintType(schema, root)].map(({ at, rule }) => `${at}: ${rule}.`)
}

function lintType(type: unknown, at: string): Finding[] {
  if (Array.isArray(type)) return type.flatMap((branch) => lintType(branch, at))
  if (typeof type !== 'object' || type === null) return []
  const json = type as Json
  switch (json['type']) {
    case 'record':
      return [...lintNamed(json, at), ...(json['fields'] as Json[]).flatMap((field) => lintField(field, at))]
    case 'enum':
      return [...lintNamed(json, at), ...lintSymbols(json, at)]
    case 'array':
      return lintType(json['items'], at)
    case 'map':
      return lintType(json['values'], at)
    default:
      return []
  }
}

function lintNamed({ name, doc }: Json, at: string): Finding[] {
  return [
    ...broken(!pascalCase.test(String(name)), at, `the type ${String(name)} is PascalCase`),
    ...broken(!isText(doc), at, `the type ${String(name)} has a doc`),
  ]
}

function lintSymbols({ symbols, default: byDefault }: Json, at: string): Finding[] {
  const wrong = (symbols as string[]).filter((symbol) => !upperSnake.test(symbol))
  return [
    ...wrong.map((symbol) => ({ at, rule: `the symbol ${symbol} is UPPER_SNAKE` })),
    ...broken(
      !(symbols as unknown[]).includes(byDefault),
      at,
      'an enum has a default symbol, for readers that do not know a new one',
    ),
  ]
}

function lintField(field: Json, record: string): Finding[] {
  const name = String(field['name'])
  const at = `${record}.${name}`
  const type = field['type']
  return [
    ...broken(!camelCase.test(name), at, 'a field is camelCase'),
    ...broken(!isText(field['doc']), at, 'a field has a doc'),
    ...broken(isUnion(type) && !isOptional(type, field['default']), at, 'optional is ["null", T] with the default null'),
    ...broken(isMoney.test(name) && !hasLogical(type, 'decimal'), at, 'money is bytes with the logical type decimal'),
    ...broken(
      isTime.test(name) && !hasLogical(type, 'timestamp-millis'),
      at,
      'a time is a long with the logical type timestamp-millis',
    ),
    ...broken(
      isPersonal.test(name) && !isText(field['x-classification']),
      at,
      'what says who somebody is has an x-classification',
    ),
    ...lintType(type, at),
  ]
}

function broken(isBroken: boolean, at: string, rule: string): Finding[] {
  return isBroken ? [{ at, rule }] : []
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isUnion = (type: unknown): type is readonly unknown[] => Array.isArray(type)

function isOptional(union: readonly unknown[], byDefault: unknown): boolean {
  return union.length === 2 && union[0] === 'null' && byDefault === null
}

function hasLogical(type: unknown, logicalType: string): boolean {
  return isUnion(type)
    ? type.some((branch) => hasLogical(branch, logicalType))
    : (type as Json | null)?.['logicalType'] === logicalType
}
