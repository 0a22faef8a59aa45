import { Serdes, SessionWindows, StreamsBuilder, topic } from 'millrace'
import type { Topology } from 'millrace'

const steps = ['view', 'cart', 'pay'] as const
export type Step = (typeof steps)[number]

interface Visit {
  readonly clicks: number
  /** The number of steps that were done, in their order. */
  readonly depth: number
}

/** Keys are users. */
export const clicks = topic('clicks', { key: Serdes.string, value: Serdes.json<Step>() })
export const visits = topic('visits', { key: Serdes.sessionWindowed(Serdes.string), value: Serdes.json<Visit>() })
export const funnel = topic('funnel', { key: Serdes.string, value: Serdes.long })

const none: Visit = { clicks: 0, depth: 0 }

/**
 * A visit ends when a user has been away for half an hour. It is sent once, when it has ended. The funnel counts the visits that came as
 * far as each step.
 */
export function sessionsAndFunnels(): Topology {
  const builder = new StreamsBuilder()
  const ended = builder
    .stream(clicks)
    .groupByKey({ name: 'by-user' })
    .windowedBy(SessionWindows.of({ gapMs: 30 * 60_000, graceMs: 0 }))
    .emitStrategy('on-window-close')
    .aggregate(() => none, withClick, merged, { store: 'visits', value: Serdes.json<Visit>() })
    .toStream()
    .filter((visit) => visit !== null)
  ended.to(visits)
  ended
    .flatMap(({ depth }) => steps.slice(0, depth).map((step) => ({ key: step as string, value: 1 })))
    .groupByKey({ key: Serdes.string, value: Serdes.int, name: 'by-step' })
    .count({ store: 'funnel' })
    .toStream()
    .to(funnel)
  return builder.build()
}

function withClick({ clicks, depth }: Visit, step: Step): Visit {
  return { clicks: clicks + 1, depth: steps[depth] === step ? depth + 1 : depth }
}

/** Of two sessions that a late click has joined. */
function merged(left: Visit, right: Visit): Visit {
  return { clicks: left.clicks + right.clicks, depth: Math.max(left.depth, right.depth) }
}
