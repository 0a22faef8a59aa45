import type { StoreAnswer, TasksNow } from '../../../contracts/topology.ts'
import { count, counted } from '../words/numbers.ts'

/** What somebody asks of a store. Empty: not said. */
export interface StoreQuestion {
  readonly key: string
  readonly to: string
}

/** Kinds of stores whose rows have times. */
export const timed: readonly string[] = ['window', 'session', 'versioned']
/** Kinds that somebody beside their operator can ask. */
export const askable: readonly string[] = ['key-value', ...timed]

/** What an answer says, sentence by sentence. Where nothing was found it says where was looked, and where not. */
export function answerSentences(answer: StoreAnswer, { key, to }: StoreQuestion, tasks: TasksNow | null): readonly string[] {
  const { rows, isMore, asked, away, unreadable } = answer
  const sentences: string[] = []
  if (rows.length > 0)
    sentences.push(isMore ? `The first ${counted(rows.length, 'row')}; there are more.` : `${counted(rows.length, 'row')}.`)
  else if (asked.length > 0) sentences.push(`${nothing(key, to)} Asked: ${partitions(asked)}.`)
  if (away.length > 0) sentences.push(restoring(answer, tasks))
  else if (asked.length === 0 && unreadable.length === 0)
    sentences.push('No instance has a partition of this store now: its tasks are on their way. Ask again.')
  for (const { partition, reason } of unreadable) sentences.push(`Bytes of ${partitions([partition])} cannot be read: ${reason}`)
  return sentences
}

function nothing(key: string, to: string): string {
  if (to !== '') return 'No row between these keys.'
  return key === '' ? 'The store has no rows.' : 'No row under this key.'
}

function restoring({ store, away, asked }: StoreAnswer, tasks: TasksNow | null): string {
  const progress = tasks?.restores?.[store]
  const far = progress === undefined ? '' : `, ${count(progress.done)} of ${count(progress.total)} records`
  const where = partitions(away.map(({ partition }) => partition))
  return `Being restored: ${where}${far}. ${asked.length === 0 ? 'Nothing can be read before.' : 'A row may be there.'}`
}

function partitions(of: readonly (number | null)[]): string {
  const [first] = of
  if (first === null || first === undefined) return 'the whole store'
  return `${of.length === 1 ? 'partition' : 'partitions'} ${of.join(', ')}`
}
