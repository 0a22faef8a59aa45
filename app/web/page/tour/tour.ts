import type { System } from '../../../contracts/feed.ts'

export type StepName = 'stream' | 'table' | 'join' | 'changelog' | 'crash' | 'poison'

/** What a step offers to do; null where the page only waits for what is already under way. */
export type StepAction = 'send' | 'rename' | 'wipe' | 'kill' | 'poison'

export interface Step {
  readonly name: StepName
  readonly title: string
  readonly sentence: string
  readonly action: StepAction | null
}

const steps: readonly Step[] = [
  { name: 'stream', title: 'A stream is what happened.', sentence: 'Each dot is a record.', action: 'send' },
  {
    name: 'table',
    title: 'A table is what is true now.',
    sentence: 'The last record per key: the row turns COMPLETED.',
    action: null,
  },
  { name: 'join', title: 'A foreign-key join follows both sides.', sentence: '', action: 'rename' },
  { name: 'changelog', title: 'A changelog is the table’s memory.', sentence: '', action: 'wipe' },
  { name: 'crash', title: 'At least once: a crash repeats, it never loses.', sentence: '', action: 'kill' },
  { name: 'poison', title: 'A bad record must not stop the good ones.', sentence: '', action: 'poison' },
]

/** What has happened since the step began. */
export interface TourFacts {
  /** The reader's own transfer: here yet, and settled yet. */
  readonly own: 'none' | 'sent' | 'here' | 'settled'
  readonly renamed: boolean
  readonly restored: boolean
  readonly recovered: boolean
  readonly refused: boolean
}

/** A step is done by the real event that it waited for, never by the click alone. */
export function isDone(step: StepName, facts: TourFacts): boolean {
  switch (step) {
    case 'stream':
      return facts.own === 'here' || facts.own === 'settled'
    case 'table':
      return facts.own === 'settled'
    case 'join':
      return facts.renamed
    case 'changelog':
      return facts.restored
    case 'crash':
      return facts.recovered
    case 'poison':
      return facts.refused
  }
}

/** What the server does not allow here is no step. */
export function stepsOf(system: System | null): readonly Step[] {
  const allows = system?.allows
  return steps
    .filter(({ action }) => action === null || action === 'send' || action === 'rename' || (allows?.[action] ?? false))
    .map((step) => (step.name === 'crash' && system?.guarantee === 'exactly_once_v2' ? exactlyOnce(step) : step))
}

function exactlyOnce(step: Step): Step {
  return { ...step, title: 'Exactly once: a crash does not even repeat.' }
}
