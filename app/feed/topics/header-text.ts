import type { RawRecord } from 'millrace'
import { utf8 } from './utf8.ts'

/** The text of the last header of that name; null where there is none. */
export function headerText({ headers }: Pick<RawRecord, 'headers'>, name: string): string | null {
  const value = headers.findLast(({ key }) => key === name)?.value
  return value === undefined || value === null ? null : utf8(value)
}
