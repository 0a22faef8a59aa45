import type { AvroType, RecordType } from './avro-type.ts'

/**
 * Returns a schema in Avro's Parsing Canonical Form: only what decides how bytes are read, with full names, in one order. Docs,
 * defaults, aliases and logical types are not part of it.
 */
export function canonicalForm(type: AvroType): string {
  return write(type, new Set())
}

function write(type: AvroType, defined: Set<string>): string {
  switch (type.kind) {
    case 'record':
    case 'enum':
    case 'fixed':
      if (defined.has(type.name)) return JSON.stringify(type.name)
      defined.add(type.name)
      return `{"name":${JSON.stringify(type.name)},"type":"${type.kind}",${detail(type, defined)}}`
    case 'array':
      return `{"type":"array","items":${write(type.items, defined)}}`
    case 'map':
      return `{"type":"map","values":${write(type.values, defined)}}`
    case 'union':
      return `[${type.branches.map((branch) => write(branch, defined)).join(',')}]`
    default:
      return JSON.stringify(type.kind)
  }
}

function detail(type: Extract<AvroType, { readonly kind: 'record' | 'enum' | 'fixed' }>, defined: Set<string>): string {
  if (type.kind === 'fixed') return `"size":${type.size}`
  if (type.kind === 'enum') return `"symbols":${JSON.stringify(type.symbols)}`
  return `"fields":[${fields(type, defined)}]`
}

function fields(record: RecordType, defined: Set<string>): string {
  return record.fields.map(({ name, type }) => `{"name":${JSON.stringify(name)},"type":${write(type, defined)}}`).join(',')
}
