import type { Json, JsonObject, Outcome, Scenario, Step, Thrown } from './scenario/scenario.ts'

/** Why Millrace may differ from Java where it otherwise copies it. */
type DeviationKind = 'Java crashes' | 'refused before Java would' | 'estimate of the machine'

type Parts = { readonly [Part in keyof Outcome]?: Outcome[Part] | undefined }

/** A difference that is meant. It looks at what a scenario contains, never at its id. */
export interface Deviation {
  readonly name: string
  readonly kind: DeviationKind
  applies(scenario: Scenario): boolean
  /** The parts that differ, as Millrace has them; undefined: it has none. All others are compared with Java's. */
  expected(scenario: Scenario): Parts
}

const deviations: readonly Deviation[] = [
  {
    // Java takes the step for the first of them, and does not find it again.
    name: 'groupings below a shared step are merged',
    kind: 'Java crashes',
    applies: ({ throws }) => throws?.at === 'build' && says(throws, 'Found a null keyChangingChild node'),
    expected: () => ({ throws: undefined }),
  },
  {
    // Java looks for the rows of the table in a store without windows.
    name: 'a table of windows of a cogroup is read',
    kind: 'Java crashes',
    applies: ({ throws, topo = [] }) =>
      throws?.root !== undefined &&
      says(throws.root, 'source state store must implement') &&
      topo.some(({ op }) => op === 'cogroup'),
    expected: () => ({ throws: undefined }),
  },
  {
    // Java forgets to say that windows of a cogroup are no versions, and asks what is above them.
    name: 'windows of a cogroup are suppressed, below what was a versioned table',
    kind: 'Java crashes',
    applies: ({ throws, topo = [] }) =>
      throws?.at === 'build' &&
      says(throws, 'suppress() is only supported for non-versioned KTables') &&
      ['cogroup', 'windowedBy'].every((op) => topo.some((step) => step.op === op)),
    expected: () => ({ throws: undefined }),
  },
  {
    name: 'approximateNumEntries is exact',
    kind: 'estimate of the machine',
    applies: ({ config = {}, in: inputs = [], topo = [] }) =>
      inputs.some(asksForSize) && concatenatedTopic(topo) !== undefined && isOnRocks(topo[2]!, config['stores']),
    expected: (scenario) => ({ out: scenario.out?.map((answers, index) => exactSize(scenario, answers, index)) }),
  },
  {
    // Java takes the reused topic for another one, and never finds out that the inputs of the later join have other partition counts.
    name: 'a repartition topic that a later join reuses is copartitioned with its other side',
    kind: 'refused before Java would',
    applies: ({ copartition, topo = [] }) => copartition !== undefined && reusesRepartition(topo),
    expected: ({ copartition, subtopologies }) => ({ copartition: groupsOfSubtopologies(copartition, subtopologies) }),
  },
]

/** What is to come out of Millrace, and the names of the deviations in it. */
export function expectedOf(scenario: Scenario): { readonly expected: Scenario; readonly deviations: readonly Deviation[] } {
  const applying = deviations.filter((deviation) => deviation.applies(scenario))
  const changed: Scenario = Object.assign({}, scenario, ...applying.map((deviation) => deviation.expected(scenario)))
  const expected = Object.fromEntries(Object.entries(changed).filter(([, part]) => part !== undefined)) as unknown as Scenario
  return { expected, deviations: applying }
}

function says({ message }: Pick<Thrown, 'message'>, text: string): boolean {
  return message?.includes(text) === true
}

function asksForSize([name, , method]: readonly Json[]): boolean {
  return name === '!store' && method === 'approximateNumEntries'
}

/** The input of a topology whose only store is a concatenation by key: its size is the number of keys. */
function concatenatedTopic(topo: readonly Step[]): string | undefined {
  const [source, group, fold, ...rest] = topo
  const isFold = source?.op === 'stream' && group?.op === 'groupByKey' && fold?.op === 'aggregate' && fold['fold'] === 'concat'
  return isFold && rest.length === 0 ? String(source['topic']) : undefined
}

/** A supplier says where its store lives. */
function isOnRocks({ mat }: Step, stores: Json | undefined): boolean {
  const { supplier, storeType } = (mat ?? {}) as { readonly supplier?: JsonObject; readonly storeType?: Json }
  if (supplier !== undefined) return supplier['type'] === 'kv' || supplier['type'] === 'tkv'
  return (storeType ?? stores) === 'rocks'
}

function exactSize({ in: inputs = [], topo = [] }: Scenario, answers: readonly Json[], index: number): readonly Json[] {
  if (!asksForSize(inputs[index]!)) return answers
  const topic = concatenatedTopic(topo)
  const counted = inputs.slice(0, index).filter(([name, key, value]) => name === topic && key !== null && value !== null)
  return [new Set(counted.map(([, key]) => JSON.stringify(key))).size]
}

const rekeying = new Set(['selectKey', 'map', 'flatMap', 'process'])
const joining = new Set(['join', 'leftJoin', 'outerJoin'])

/** A stream, as far as it matters to the joins that read it. */
interface Joinable {
  readonly isRekeyed: boolean
  isJoined: boolean
}

/** A stream of changed keys that two joins read. */
function reusesRepartition(topo: readonly Step[]): boolean {
  const named = new Map<Json | undefined, Joinable>()
  let last: Joinable = { isRekeyed: false, isJoined: false }
  return topo.some(({ op, from, with: other, as, fn }) => {
    const sides = [from === undefined ? last : named.get(from), named.get(other)].filter((side) => side !== undefined)
    const isJoin = joining.has(op)
    const isReused = isJoin && sides.some(({ isRekeyed, isJoined }) => isRekeyed && isJoined)
    if (isJoin) for (const side of sides) side.isJoined = true
    last = {
      isRekeyed:
        rekeying.has(op) ||
        (op === 'toStream' && fn !== undefined) ||
        (!isJoin && op !== 'repartition' && sides.some((side) => side.isRekeyed)),
      isJoined: false,
    }
    if (as !== undefined) named.set(as, last)
    return isReused
  })
}

function groupsOfSubtopologies(groups: Json | undefined, subtopologies: Json | undefined): Json {
  const sources = (subtopologies as unknown as readonly { readonly sources: readonly string[] }[]).map((each) => each.sources)
  return sources.flatMap((topics) => {
    const inside = (groups as unknown as string[][]).filter((group) => group.some((topic) => topics.includes(topic)))
    return inside.length === 0 ? [] : [[...new Set(inside.flat())].toSorted()]
  })
}
