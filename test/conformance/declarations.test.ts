import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { runScenario, type RunOptions } from './run-scenario.ts'
import { Unsupported, type Json, type Scenario } from './scenario/scenario.ts'
import { familyOf, scenarioFiles, scenariosOf, vectorsFolder } from './vectors.ts'

// Bytes that are handed on unread must do what their values do: with records that no serde reads, and with nulls, in between.

type Bytes = Uint8Array | null

const strange: readonly Bytes[] = [null, Buffer.of(0xff), Buffer.of(), Buffer.alloc(9, 0xfe), Buffer.from('{')]
const oneIn = 12
const oneScenarioIn = 3

/** Chance that is the same in each run. */
function dice(scenario: string, index: number, sides: number): number {
  let hash = 7
  for (const unit of `${scenario}/${index}/${sides}`) hash = (Math.imul(hash, 31) + unit.codePointAt(0)!) >>> 0
  return hash % sides
}

function outcome(scenario: Scenario, options: RunOptions): unknown {
  try {
    return runScenario(scenario, options)
  } catch (error) {
    if (error instanceof Unsupported) return 'unsupported'
    return error instanceof Error ? `${error.name}: ${error.message}` : error
  }
}

function damaged(id: string): RunOptions['damage'] {
  return ({ key, value }, index) => {
    const other = strange[dice(id, index, strange.length)]!
    const place = dice(id, index, 2 * oneIn)
    return { key: place === 0 ? other : key, value: place === 1 ? other : value }
  }
}

/** Dead letters have the stack of their error. */
const withoutStacks = (result: unknown): unknown => JSON.parse(JSON.stringify(result).replaceAll(/\\n {4}at [^"]*/g, ''))

type Config = Readonly<Record<string, Json>>

const handlers: readonly Config[] = ['continue', 'fail'].flatMap((answer) => {
  const config = { 'deserialization.exception.handler': answer, 'processing.exception.handler': answer }
  return [config, { ...config, 'errors.dead.letter.queue.topic.name': 'dead' }]
})

for (const file of scenarioFiles(vectorsFolder))
  t.test(`${familyOf(file)}: what nobody reads makes no difference`, async (t) => {
    const different: string[] = []
    for (const scenario of scenariosOf(file)) {
      const { id } = scenario
      if (dice(id, -2, oneScenarioIn) > 0) continue
      const asked = { ...scenario, config: { ...scenario.config, ...handlers[dice(id, -1, handlers.length)] } }
      const damage = damaged(id)!
      const [on, off] = (['on', 'off'] as const).map((declarations) => outcome(asked, { declarations, damage }))
      if (!isDeepStrictEqual(withoutStacks(on), withoutStacks(off))) different.push(id)
    }
    t.same(different, [])
  })
