import { SerializationError } from 'millrace'
import type { RawRecord, SchemaRegistry } from 'millrace'
import type { ValueTopic } from './topic-reader.ts'
import { TopicReader } from './topic-reader.ts'

export const excerptMax = 400

/** The values of a topic as text. */
export interface TextReader {
  /** To be awaited before the texts of these records are asked for. */
  prepare(records: readonly RawRecord[]): Promise<void>
  /** The first 400 characters; null is a tombstone. */
  text(record: RawRecord): string | null
}

/** Values that are text in the topic already. */
export const rawTexts = (): TextReader => ({
  prepare: () => Promise.resolve(),
  text: ({ value }) => (value === null ? null : Buffer.from(value).toString().slice(0, excerptMax)),
})

/** Decoded values, written as JSON. */
export const avroTexts =
  <V>(topic: ValueTopic<V>) =>
  (schemaRegistry: SchemaRegistry): TextReader => {
    const values = new TopicReader(topic, schemaRegistry)
    return {
      prepare: (records) => values.prepare(records),
      text: (record) => {
        const value = readable(values, record)
        return value === unreadable ? rawTexts().text(record) : value === null ? null : JSON.stringify(value).slice(0, excerptMax)
      },
    }
  }

const unreadable = Symbol('unreadable')

/** What is no value of its topic is shown by its bytes. */
function readable<V>(values: TopicReader<V>, record: RawRecord): V | null | typeof unreadable {
  try {
    return values.read(record)
  } catch (error) {
    if (error instanceof SerializationError) return unreadable
    throw error
  }
}
