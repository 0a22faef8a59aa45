import type { FlowNow, StoreAnswer, TasksNow } from '../../contracts/topology.ts'

type Progress = { readonly done: number; readonly total: number }

/** What of an application runs in any of its processes. */
export function tasksOf(answers: readonly TasksNow[]): TasksNow {
  const [first] = answers
  const restores = answers.flatMap(({ restore }) => (restore === null ? [] : [restore]))
  const byStore = Map.groupBy(
    answers.flatMap(({ restores: stores = {} }) => Object.entries(stores)),
    ([store]) => store,
  )
  return {
    ...first!,
    state: answers.find(({ state }) => state !== 'running')?.state ?? 'running',
    tasks: answers.flatMap(({ tasks, instance }) =>
      tasks.map((task) => ({ ...task, ...(instance !== undefined && { instance }) })),
    ),
    restore: restores.length === 0 ? null : sumOf(restores),
    restores: Object.fromEntries(
      [...byStore].map(([store, entries]) => [store, sumOf(entries.map(([, each]) => each))] as const),
    ),
  }
}

/** Each instance counts the records and rows of its own partitions. */
export function flowOf(answers: readonly FlowNow[]): FlowNow {
  const topics: Record<string, number> = {}
  for (const [topic, records] of answers.flatMap((answer) => Object.entries(answer.topics)))
    topics[topic] = records + (topics[topic] ?? 0)
  const stores: Record<string, FlowNow['stores'][string]> = {}
  for (const [store, { rows, atLeast }] of answers.flatMap((answer) => Object.entries(answer.stores))) {
    const before = stores[store]
    stores[store] = { rows: rows + (before?.rows ?? 0), atLeast: atLeast || before?.atLeast === true }
  }
  return { ...answers[0]!, topics, stores }
}

/** Rows of a store from all that have a partition of it. */
export function rowsOf(answers: readonly StoreAnswer[]): StoreAnswer {
  const all = <K extends 'rows' | 'asked' | 'away' | 'unreadable'>(field: K): StoreAnswer[K][number][] =>
    answers.flatMap((answer) => answer[field] as readonly StoreAnswer[K][number][])
  return {
    ...answers[0]!,
    rows: all('rows'),
    isMore: answers.some(({ isMore }) => isMore),
    asked: all('asked').sort((left, right) => Number(left) - Number(right)),
    away: all('away'),
    unreadable: all('unreadable'),
  }
}

function sumOf(progress: readonly Progress[]): Progress {
  return progress.reduce(({ done, total }, each) => ({ done: done + each.done, total: total + each.total }), {
    done: 0,
    total: 0,
  })
}
