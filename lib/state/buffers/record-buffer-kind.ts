import { plainFormat } from '../key-value/view-codec.ts'
import type { StoreKind } from '../store-kind.ts'
import { keySerde, openByteRows, storageTable, valueSerde } from '../store-parts.ts'
import type { RecordBufferSpec } from '../store-spec.ts'
import { streamTimesTable } from '../stream-times.ts'
import { isRecordPlace, RecordBuffer } from './record-buffer.ts'

/** The store of stream records that wait before they are joined with a table (a stream-table join with grace). */
export const recordBufferKind: StoreKind<RecordBufferSpec> = {
  open: (spec, context) =>
    new RecordBuffer({
      spec,
      context,
      keys: keySerde(spec, context),
      values: valueSerde(spec, context),
      rows: openByteRows(spec, plainFormat, context),
      table: storageTable(streamTimesTable, spec, context),
    }),
  format: () => ({ changelog: 'record-buffer', rows: 'records' }),
  changelog: { keys: 'composed', holds: ({ key }) => isRecordPlace(key), cleanupPolicy: 'compact', topicConfig: () => ({}) },
  restores: 'last-of-key',
  flushes: 'first',
  view: undefined,
  versions: 'none',
}
