import type { AvroSchema, Compatibility } from 'millrace/avro'
import { auditLog, balances, enriched, transferAlerts, transferCommands, transferTotals, transfers, users } from '../topics.ts'
import {
  auditRecordSchema,
  balanceSchema,
  ingestionTransferSchema,
  ingestionUserSchema,
  transferAlertSchema,
  transferCommandSchema,
  transferEnrichedSchema,
  transferTotalsSchema,
} from './avro.ts'

/** A subject of the registry, and the schema that this version of the pipeline writes under it. */
export interface Subject {
  readonly topic: string
  /** Name of the subject: topic and component. */
  readonly name: string
  readonly schema: AvroSchema
}

const written: readonly (readonly [topic: { readonly name: string }, schema: AvroSchema])[] = [
  [users, ingestionUserSchema],
  [transfers, ingestionTransferSchema],
  [enriched, transferEnrichedSchema],
  [balances, balanceSchema],
  [transferCommands, transferCommandSchema],
  [transferTotals, transferTotalsSchema],
  [transferAlerts, transferAlertSchema],
  [auditLog, auditRecordSchema],
]

/** The subjects of the topics that others may read. Those of internal topics belong to their application. */
export const publicSubjects: readonly Subject[] = written.map(([{ name: topic }, schema]) => ({
  topic,
  name: `${topic}-value`,
  schema,
}))

const names = new Set(publicSubjects.map(({ name }) => name))

/**
 * Readers of a public topic are deployed when they like, before its writer or after it, and may read it from its beginning: each version
 * has to read each other. An internal topic has one application, and the newer version of it reads what the older has written.
 */
export function compatibilityOf(subject: string): Compatibility {
  return names.has(subject) ? 'FULL_TRANSITIVE' : 'BACKWARD'
}
