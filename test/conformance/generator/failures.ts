import type { Json, JsonObject, Scenario, Step } from '../scenario/scenario.ts'
import type { Dice } from './dice.ts'

const deadLetters = 'dlq'

/** The scenario, where some of its lambdas throw on some values, and handlers decide what becomes of that. */
export function withFailures(scenario: Scenario, dice: Dice): Scenario {
  const topo = (scenario.topo ?? []).map((step) => (dice.chance(0.35) ? failing(step, dice) : step))
  const config: JsonObject = {
    ...scenario.config,
    'processing.exception.handler': dice.pick(['continue', 'continue', 'continue', 'fail']),
  }
  if (dice.chance(0.4)) return { ...scenario, topo, config }
  return {
    ...scenario,
    topo,
    config: { ...config, 'errors.dead.letter.queue.topic.name': deadLetters },
    topics: { ...scenario.topics, [deadLetters]: ['bytes', 'bytes'] },
  }
}

/** Where a step has one of these lambdas, it throws on one value, and is as before on all others. */
function failing(step: Step, dice: Dice): Step {
  const throwing: Json = ['throwIf', dice.pick<Json>(['a', 'b', 'ab', 'ca', 1, 2])]
  const { op, fn, pred, fold, joiner } = step
  if (fn !== undefined && op === 'mapValues') return { ...step, fn: ['then', fn, throwing] }
  if (fn !== undefined && (op === 'selectKey' || op === 'groupBy')) return { ...step, fn: ['then', throwing, fn] }
  if (pred !== undefined) return { ...step, pred: throwing }
  if (fold !== undefined && op !== 'cogroup') return { ...step, fold: [...throwing, fold] }
  return joiner === undefined ? step : { ...step, joiner: [...throwing, joiner] }
}
