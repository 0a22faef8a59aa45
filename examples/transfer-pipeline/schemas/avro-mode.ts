import type { SchemaRegistry } from 'millrace'
import { plainEncoding, schemaRegistry, singleObjectEncoding } from 'millrace/avro'
import { compatibilityOf } from './subjects.ts'

/** How Avro bytes name their schema: by an id of the registry, by a fingerprint, or not at all. */
export const avroModes = ['registry', 'single-object', 'plain'] as const
export type AvroMode = (typeof avroModes)[number]

/** What the serdes of the pipeline ask for schemas. All parts of a cluster need the same mode. Default `registry`. */
export function schemasFor(mode: AvroMode | undefined, registry: string): SchemaRegistry {
  if (mode === 'plain') return plainEncoding()
  return mode === 'single-object' ? singleObjectEncoding() : schemaRegistry(registry, { compatibility: compatibilityOf })
}
