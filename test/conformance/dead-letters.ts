import { javaErrorNames } from './java-names.ts'
import type { Json } from './scenario/scenario.ts'

// Dead letters name an error in Java's words, or in ours. Both are brought to one form: the class by the table of java-names.ts, the
// text only where it is the application's own.

type HeaderRow = readonly [name: string, text: string | null]

const prefix = '__streams.errors.'

/** A row of `out` with the headers of a dead letter in comparable form; all other rows as they are. */
export function comparableRow(row: Json): Json {
  if (!Array.isArray(row)) return row
  const [topic, key, value, timestamp, headers] = row as readonly Json[]
  if (!Array.isArray(headers)) return row
  const rows = headers as unknown as readonly HeaderRow[]
  const exception = rows.find((each) => Array.isArray(each) && each[0] === `${prefix}exception`)?.[1]
  if (exception === undefined || exception === null) return row
  const own = className(exception)
  const comparable = rows.map(([name, text]) => [name, comparableText(name, text, own)])
  return [topic!, key!, value!, timestamp!, comparable]
}

function comparableText(name: string, text: string | null, exception: string): string | null {
  if (name === `${prefix}exception`) return exception
  if (name === `${prefix}stacktrace`) return text === null ? null : '…'
  return name === `${prefix}message` && exception !== 'IllegalStateException' ? '…' : text
}

function className(exception: string): string {
  return javaErrorNames(exception) ?? exception.slice(exception.lastIndexOf('.') + 1)
}
