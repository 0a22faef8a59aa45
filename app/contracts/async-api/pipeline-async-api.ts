import type { AvroSchema } from 'millrace/avro'
import { applications } from '../../../examples/transfer-pipeline/main.ts'
import * as schemas from '../../../examples/transfer-pipeline/schemas/avro.ts'
import * as topics from '../../../examples/transfer-pipeline/topics.ts'
import { asyncApi } from './async-api.ts'

const change = 'Debezium’s envelope as Connect’s JSON, with its schema: a row before and after a change in SQL.'

/** The pipeline as an AsyncAPI document. */
export function pipelineAsyncApi(): object {
  return asyncApi({
    manifest: topics.manifest,
    schemas: new Map<string, AvroSchema>([
      [topics.users.name, schemas.ingestionUserSchema],
      [topics.transfers.name, schemas.ingestionTransferSchema],
      [topics.enriched.name, schemas.transferEnrichedSchema],
      [topics.balances.name, schemas.balanceSchema],
      [topics.transferTotals.name, schemas.transferTotalsSchema],
      [topics.transferAlerts.name, schemas.transferAlertSchema],
      [topics.auditLog.name, schemas.auditRecordSchema],
      [topics.transferCommands.name, schemas.transferCommandSchema],
    ]),
    contents: new Map([
      [topics.rawUsers.name, change],
      [topics.rawTransfers.name, change],
      [topics.letterStates, 'What became of dead letters, as JSON.'],
      ['_schemas', 'The registry’s schemas, as JSON.'],
      ...topics.deadLetterTopics.map((name) => [name, 'Records that were refused: their bytes, and in headers why.'] as const),
    ]),
    applications: Object.fromEntries(Object.entries(applications).map(([name, make]) => [name, make({})])),
  })
}
