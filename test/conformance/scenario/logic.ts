import type { ProcessorContext, StreamRecord } from 'millrace'
import type { Args } from './args.ts'

export type AnyContext = ProcessorContext<unknown, unknown>
export type AnyRecord = StreamRecord<unknown, unknown>

/** The named processors of a scenario. `forward` is what they send with: in `processValues` it keeps the record's key. */
export abstract class Logic {
  context!: AnyContext
  forward!: (record: AnyRecord, child?: string) => void

  init(): void {}

  abstract process(record: AnyRecord): void
}

export type LogicMaker = () => Logic

/** Whether a store keeps times beside its values; the processors of a scenario treat both kinds alike. */
export interface StoreFaces {
  values(storeName: string): 'plain' | 'timestamped'
}

export function punctuationType(args: Args): 'stream-time' | 'wall-clock-time' {
  return args.string('time') === 'stream' ? 'stream-time' : 'wall-clock-time'
}
