import { readFileSync } from 'node:fs'

export interface Recorded {
  readonly topic: string
  readonly key: string | null
  readonly value: string | null
}

/** What a real Debezium wrote; see the README of the fixtures. */
export function recorded(file: string, table: string): readonly Recorded[] {
  const text = readFileSync(new URL(`../../fixtures/debezium/${file}.jsonl`, import.meta.url), 'utf8')
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)
  return records.filter(({ topic }) => topic === `raw.bank.${table}`)
}

export const values = (file: string, table: string): readonly Buffer[] =>
  recorded(file, table).flatMap(({ value }) => (value === null ? [] : [Buffer.from(value)]))

export const contextOf = (topic: string) => ({ topic, component: 'value', headers: [] }) as const
