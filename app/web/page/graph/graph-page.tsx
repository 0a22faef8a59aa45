import { useLayoutEffect, useMemo } from 'preact/hooks'
import type { JSX } from 'preact'
import type { TopologyDocument } from '../../../contracts/topology.ts'
import { useApp } from '../app/app.ts'
import { useRegularly } from '../frame/use-regularly.ts'
import { PageLink } from '../view/page-link.tsx'
import { live, urlOf } from '../view/view.ts'
import type { View } from '../view/view.ts'
import { AskedStore } from './asked-store.ts'
import { EnricherButtons } from './enricher-buttons.tsx'
import { GraphDrawing } from './graph-drawing.tsx'
import { graphLayout } from './graph-layout.ts'
import { graphModel } from './graph-model.ts'
import { GraphState } from './graph-state.ts'
import { ownerLines } from './owner-words.ts'
import { StoreForm } from './store-form.tsx'

const everyMs = 1_000
const state = new GraphState()
const asked = new AskedStore(location.search)

/** What runs where, and what is in the stores: drawn from what each application says of its topology. */
export function GraphPage(): JSX.Element {
  const { navigation } = useApp()
  const { app, open } = navigation.view.value
  useRegularly(
    async () => {
      if (state.topology.value === null || (app !== '' && state.topology.value.applicationId !== app))
        await state.load(app === '' ? null : app)
      await state.look()
    },
    everyMs,
    [app],
  )
  const topology = state.topology.value
  useQuestionInAddress(navigation.view.value)
  const parts = topology?.parts ?? []
  const isAllOpen = parts.length > 0 && parts.every(({ id }) => open.includes(id))
  return (
    <section class="rows graph" aria-label="Graph">
      <div class="tools">
        <h2>
          Graph
          {state.tasks.value !== null && <span class="label">{factsOf(state)}</span>}
        </h2>
        <nav aria-label="Applications">
          {state.names.value.map((name) => (
            <PageLink key={name} view={{ ...live, page: 'graph', app: name }} isCurrent={name === topology?.applicationId}>
              {name}
            </PageLink>
          ))}
        </nav>
        <button type="button" onClick={() => navigation.adjust({ open: isAllOpen ? [] : parts.map(({ id }) => id) })}>
          {isAllOpen ? 'Close all' : 'Open all'}
        </button>
        {topology?.applicationId === 'transfer-enricher' && <EnricherButtons />}
      </div>
      {state.tasks.value !== null && (
        <ul class="owners" aria-label="Who has which tasks">
          {ownerLines(state.tasks.value).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {state.failure.value !== null && (
        <p class="empty" role="alert">
          <span class="bad">{state.failure.value}</span> {topology !== null && 'What you see is from before.'}
        </p>
      )}
      {topology !== null && <Drawing topology={topology} open={open} />}
      {topology !== null && <StoreForm topology={topology} tasks={state.tasks.value} asked={asked} />}
    </section>
  )
}

/**
 * The address of the page says which store is asked for what, as it says what is open. It follows within the same turn: a reload or a copied
 * link right behind a key press has the question.
 */
function useQuestionInAddress(view: View): void {
  const { value: store } = asked.name
  const { key, to } = asked.question.value
  useLayoutEffect(() => history.replaceState(null, '', asked.inAddress(urlOf(view))), [view, store, key, to])
}

function factsOf({ tasks, topology }: GraphState): string {
  const { state: running, tasks: mine, guarantee, restore } = tasks.value!
  const words = [`${mine.length} tasks`, running, guarantee === 'at_least_once' ? 'at least once' : 'exactly once']
  if (restore !== null) words.push(`restoring ${restore.done} of ${restore.total}`)
  return [...words, `topology ${topology.value?.hash ?? ''}`].join(', ')
}

function Drawing({ topology, open }: { readonly topology: TopologyDocument; readonly open: readonly number[] }): JSX.Element {
  const { navigation, system } = useApp()
  const opened = open.join()
  const [model, layout] = useMemo(() => {
    const made = graphModel(topology, new Set(open))
    return [made, graphLayout(made)] as const
  }, [topology, opened])
  const owners = (system.value?.owners ?? []).filter(({ application }) => application.startsWith(topology.applicationId))
  const toggle = (part: number): void =>
    navigation.adjust({ open: open.includes(part) ? open.filter((other) => other !== part) : [...open, part] })
  const choose = (store: string): void => {
    asked.choose(store)
    requestAnimationFrame(() => document.getElementById('store-key')?.focus())
  }
  return (
    <GraphDrawing model={model} layout={layout} state={state} owners={owners} open={open} onToggle={toggle} onStore={choose} />
  )
}
