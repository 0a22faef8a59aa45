import type { Scenario } from './scenario/scenario.ts'

/** Asks Java, and says whether the answers still differ. */
export type StillDiffers = (scenario: Scenario) => Promise<boolean>

/** A smaller scenario that still differs: fewer inputs, then fewer steps and settings. */
export async function shrink(scenario: Scenario, differs: StillDiffers): Promise<Scenario> {
  let smallest = scenario
  for (const variants of [fewerInputs, fewerSteps, fewerSettings, fewerInputs])
    smallest = await descend(smallest, variants, differs)
  return smallest
}

type Variants = (scenario: Scenario) => Iterable<Scenario>

/** Takes the first variant that differs, until none does. */
async function descend(scenario: Scenario, variants: Variants, differs: StillDiffers): Promise<Scenario> {
  for (const variant of variants(scenario)) if (await differs(variant)) return descend(variant, variants, differs)
  return scenario
}

function* fewerInputs(scenario: Scenario): Iterable<Scenario> {
  const inputs = scenario.in ?? []
  for (let size = Math.ceil(inputs.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = inputs.length - size; at > -size; at -= size) yield { ...scenario, in: inputs.toSpliced(Math.max(0, at), size) }
}

/** A step that others need gives a scenario that is in error, which differs from nothing. */
function* fewerSteps(scenario: Scenario): Iterable<Scenario> {
  const steps = scenario.topo ?? []
  for (let at = steps.length - 1; at >= 0; at--) yield { ...scenario, topo: steps.toSpliced(at, 1) }
}

function* fewerSettings(scenario: Scenario): Iterable<Scenario> {
  for (const name of Object.keys(scenario.config ?? {})) {
    const config = Object.fromEntries(Object.entries(scenario.config ?? {}).filter(([other]) => other !== name))
    yield { ...scenario, config }
  }
  for (const part of scenario.want ?? []) yield { ...scenario, want: scenario.want!.filter((other) => other !== part) }
}
