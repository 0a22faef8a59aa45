import type avsc from 'avsc'
import { RegistryError } from './registry-error.ts'

const levels = ['NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE'] as const
export type Level = (typeof levels)[number]

export function parseLevel(text: unknown): Level {
  const level = levels.find((known) => known === String(text).toUpperCase())
  if (level === undefined) throw new RegistryError(42203, 'Invalid compatibility level')
  return level
}

/**
 * Why `next` must not follow `previous` (oldest first); empty where it may. Levels without TRANSITIVE look at the latest only.
 *
 * Unlike Confluent's registry this one refuses another scale of a decimal: the logical types of Millrace do, because 10.00 would be
 * read as 1000.
 */
export function incompatibilities(level: Level, next: avsc.Type, previous: readonly avsc.Type[]): string[] {
  if (level === 'NONE') return []
  const compared = level.endsWith('_TRANSITIVE') ? previous : previous.slice(-1)
  return compared.flatMap((old) => [
    ...(level.startsWith('FORWARD') ? [] : unreadable(next, old, 'The new schema cannot read data of the old one')),
    ...(level.startsWith('BACKWARD') ? [] : unreadable(old, next, 'The old schema cannot read data of the new one')),
  ])
}

function unreadable(reader: avsc.Type, writer: avsc.Type, what: string): string[] {
  try {
    reader.createResolver(writer)
    return []
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : String(error)}`]
  }
}
