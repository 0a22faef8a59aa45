import type { NewTopic } from 'millrace'
import type { SchemaField, SchemaOverview, SchemaVersion, SubjectContract, TopicContract } from '../contracts/schemas.ts'
import type { SchemaSubjects, SubjectVersion } from './ports.ts'

/** The topics of the manifest with what the registry has for each. Topics of bytes have no subject. */
export async function schemaOverview(registry: SchemaSubjects, manifest: readonly NewTopic[]): Promise<SchemaOverview> {
  const [topics, refused] = await Promise.all([
    Promise.all(manifest.map((topic) => contractOf(registry, topic))),
    registry.refused(),
  ])
  return { topics, refused: refused?.map(({ subject, at, message }) => ({ subject, at, message })) ?? null }
}

async function contractOf(registry: SchemaSubjects, { name: topic, partitions, config = {} }: NewTopic): Promise<TopicContract> {
  const cleanup = config['cleanup.policy'] ?? 'delete'
  const retentionMs = config['retention.ms']
  const isDeleted = cleanup.includes('delete') && retentionMs !== undefined
  const retention = isDeleted ? `${Number(retentionMs) / 86_400_000} d` : null
  return { topic, partitions, cleanup, retention, subject: await subjectOf(registry, `${topic}-value`) }
}

async function subjectOf(registry: SchemaSubjects, name: string): Promise<SubjectContract | null> {
  const versions = await registry.versions(name)
  if (versions.length === 0) return null
  return { name, level: await registry.levelOf(name), versions: versions.map(versionOf).toReversed() }
}

type Json = Readonly<Record<string, unknown>>

function versionOf({ version, id, schema }: SubjectVersion): SchemaVersion {
  const record = JSON.parse(schema) as Json
  const fields = ((record['fields'] as readonly Json[] | undefined) ?? []).map(fieldOf)
  return { version, id, name: typeText(record), fields }
}

function fieldOf({ name, type, doc = '', 'x-classification': classification = '' }: Json): SchemaField {
  return { name: String(name), type: typeText(type), doc: String(doc), classification: String(classification) }
}

/** `decimal(18, 2)`, `string or null`, `list of long`. */
function typeText(type: unknown): string {
  if (Array.isArray(type)) return orNull(type as readonly unknown[])
  if (typeof type !== 'object' || type === null) return String(type)
  const { type: kind, logicalType, precision, scale, name, items, values } = type as Json
  if (logicalType === 'decimal') return `decimal(${String(precision)}, ${String(scale)})`
  if (typeof logicalType === 'string') return logicalType
  if (kind === 'array') return `list of ${typeText(items)}`
  if (kind === 'map') return `map of ${typeText(values)}`
  return typeof name === 'string' ? name : typeText(kind)
}

function orNull(branches: readonly unknown[]): string {
  const others = branches.filter((branch) => branch !== 'null').map(typeText)
  return [...others, ...(branches.includes('null') ? ['null'] : [])].join(' or ')
}
