/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. What an operator has not declared, it cannot read. */
import type { Unread } from '../../lib/model/unread.ts'
import { KStreamAggregate } from '../../lib/processor/aggregate/kstream-aggregate.ts'
import { operator } from '../../lib/processor/processor-parameters.ts'
import type { ReadsOf } from '../../lib/processor/reads.ts'
import { KTableToStream } from '../../lib/processor/table/ktable-to-stream.ts'
import type { StreamRecord } from '../../lib/model/stream-record.ts'

declare const record: StreamRecord<Unread<string>, Unread<string> | null>
const isDeletion: boolean = record.value === null
// @ts-expect-error the value is not declared as read
const size: number = record.value.length
// @ts-expect-error neither is the key
const key: string = record.key

const present: ReadsOf<Unread<string>, Unread<string>> = { key: 'bytes', value: 'presence', passes: 'key' }
// @ts-expect-error what is Unread in the record is not declared as a value
const more: ReadsOf<Unread<string>, Unread<string>> = { key: 'value', value: 'presence', passes: 'key' }
// @ts-expect-error values of the record's own type are read as values
const less: ReadsOf<string, Unread<string>> = { key: 'bytes', value: 'presence', passes: 'key' }

const fold = { storeName: 'counts', initializer: () => 0, oldValues: 'omit', reads: present } as const
operator('count', KStreamAggregate<Unread<string>, Unread<string>, number>, { ...fold, aggregator: (count) => (count ?? 0) + 1 })
operator('count', KStreamAggregate<Unread<string>, Unread<string>, number>, {
  ...fold,
  // @ts-expect-error the aggregator reads the value
  aggregator: (count, value) => (count ?? 0) + value.length,
})
operator('toStream', KTableToStream)
void [isDeletion, size, key, more, less]
