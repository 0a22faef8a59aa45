import type { RawRecord } from 'millrace'
import type { DeadLetterRow } from '../../contracts/feed.ts'
import { headerText } from './header-text.ts'
import type { FeedSource } from './record-maker.ts'

const excerptMax = 2000

/** A topic of dead letters: those of stream applications (KIP-1034), and those of change capture with Connect's headers. */
export function deadLetterSource(name: string): FeedSource {
  return { kind: 'dead-letter', name, reader: () => ({ prepare: () => Promise.resolve(), row: deadLetterRow }) }
}

function deadLetterRow(record: RawRecord): DeadLetterRow {
  const said = (name: string): string | null =>
    headerText(record, `__streams.errors.${name}`) ?? headerText(record, `__connect.errors.${connectName(name)}`)
  return {
    source: {
      topic: said('topic') ?? record.topic.replace(/\.dlq$/, ''),
      p: Number(said('partition') ?? -1),
      o: Number(said('offset') ?? -1),
    },
    error: said('exception') ?? 'unknown',
    reason: said('message') ?? '',
    key: text(record.key),
    excerpt: text(record.value)?.slice(0, excerptMax) ?? null,
    bytes: record.value?.length ?? 0,
  }
}

function connectName(name: string): string {
  return name === 'exception' ? 'exception.class.name' : name === 'message' ? 'exception.message' : name
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString()
}
