import type { JSX } from 'preact'
import type { Owner } from '../../../contracts/feed.ts'
import { count } from '../words/numbers.ts'
import { rateText, widthOf } from './flow-rates.ts'
import type { Box, GraphLayout, Point } from './graph-layout.ts'
import type { GraphModel, GraphNode } from './graph-model.ts'
import type { GraphState } from './graph-state.ts'

interface DrawingProps {
  readonly model: GraphModel
  readonly layout: GraphLayout
  readonly state: GraphState
  readonly owners: readonly Owner[]
  readonly open: readonly number[]
  readonly onToggle: (part: number) => void
  readonly onStore: (name: string) => void
}

/** Boxes of open sub-topologies come first: what is in them is drawn upon them. */
export function GraphDrawing({ model, layout, state, owners, open, onToggle, onStore }: DrawingProps): JSX.Element {
  const { width, height, boxes, lines } = layout
  const parts = model.nodes.filter(({ kind }) => kind === 'part')
  const others = model.nodes.filter(({ kind }) => kind !== 'part')
  const rates = state.rates.value
  return (
    <div class="scroller" tabIndex={0} role="group" aria-label="The topology">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {parts.map((node) => (
          <Part
            key={node.id}
            node={node}
            box={boxes.get(node.id)!}
            owners={owners}
            isOpen={open.includes(node.part!)}
            onToggle={onToggle}
          />
        ))}
        {lines.map(({ edge, points }) => (
          <path
            key={`${edge.from} ${edge.to}`}
            class={edge.topic === null ? 'inner' : 'flow'}
            d={pathOf(points)}
            stroke-width={edge.topic === null ? 1 : widthOf(rates.get(edge.topic) ?? 0)}
          />
        ))}
        {others.map((node) => (
          <Node key={node.id} node={node} box={boxes.get(node.id)!} state={state} onStore={onStore} />
        ))}
      </svg>
    </div>
  )
}

interface PartProps {
  readonly node: GraphNode
  readonly box: Box
  readonly owners: readonly Owner[]
  readonly isOpen: boolean
  readonly onToggle: (part: number) => void
}

const chipsMax = 3

/** A sub-topology: a box with its tasks and who has them. Enter, Space or a click opens and closes it. */
function Part({ node, box, owners, isOpen, onToggle }: PartProps): JSX.Element {
  const { x, y } = cornerOf(box)
  const tasks = owners.filter(({ task }) => task.startsWith(`${node.part}_`))
  const toggle = (): void => onToggle(node.part!)
  return (
    <g
      class="part"
      data-node={node.id}
      role="button"
      tabindex={0}
      aria-expanded={isOpen}
      onClick={toggle}
      onKeyDown={byKey(toggle)}
    >
      <title>{`${node.label}: ${isOpen ? 'close' : 'open'}`}</title>
      <rect x={x} y={y} width={box.width} height={box.height} rx={8} />
      <text x={x + 8} y={y + 16} class="name">
        {node.label}
      </text>
      <text x={x + 8} y={y + 32}>
        {ownersOf(node, tasks)}
      </text>
    </g>
  )
}

/** As a button does: Enter and Space press it. */
function byKey(press: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    press()
  }
}

function ownersOf({ isGlobal }: GraphNode, tasks: readonly Owner[]): string {
  if (isGlobal) return 'in each process'
  const instances = [...new Set(tasks.map(({ instance, application }) => `${application} ${instance}`))]
  const shown = tasks.slice(0, chipsMax).map(({ task }) => task)
  const more = tasks.length > chipsMax ? ` +${tasks.length - chipsMax}` : ''
  if (tasks.length === 0) return 'no task runs'
  return `${shown.join(' ')}${more}, ${instances.length === 1 ? tasks[0]!.instance : `${instances.length} instances`}`
}

interface NodeProps {
  readonly node: GraphNode
  readonly box: Box
  readonly state: GraphState
  readonly onStore: (name: string) => void
}

function Node({ node, box, state, onStore }: NodeProps): JSX.Element {
  const { x, y } = cornerOf(box)
  const classes = [node.kind, node.isInternal && 'internal', node.isGlobal && 'global'].filter(Boolean).join(' ')
  const second = node.kind === 'topic' ? flowOf(node, state) : node.kind === 'store' ? rowsOf(node, state) : null
  const restore = node.kind === 'store' ? state.tasks.value?.restores?.[node.name] : undefined
  const ask = (): void => onStore(node.name)
  const press = node.kind === 'store' && ({ role: 'button', tabindex: 0, onClick: ask, onKeyDown: byKey(ask) } as const)
  const done = restore === undefined || restore.total === 0 ? 0 : restore.done / restore.total
  return (
    <g class={classes} data-node={node.id} data-kind={node.kind} data-name={node.name} {...press}>
      <title>{node.name}</title>
      <rect x={x} y={y} width={box.width} height={box.height} rx={node.kind === 'topic' ? box.height / 2 : 6} />
      {restore !== undefined && <rect class="restored" x={x} y={y} width={box.width * done} height={box.height} rx={6} />}
      {node.kind === 'store' && <path class="lid" d={`M${x} ${y + 6} q${box.width / 2} 8 ${box.width} 0`} />}
      <text x={box.x} y={second === null ? box.y + 4 : box.y - 2} class="name" text-anchor="middle">
        {node.label}
      </text>
      {second !== null && (
        <text x={box.x} y={box.y + 14} text-anchor="middle">
          {second}
        </text>
      )}
    </g>
  )
}

function flowOf({ name }: GraphNode, { flow, rates }: GraphState): string {
  const written = flow.value?.topics[name]
  if (written === undefined) return 'no number yet'
  const rate = rates.value.get(name)
  return `${count(written)}${rate === undefined ? '' : `, ${rateText(rate)}`}`
}

function rowsOf({ name }: GraphNode, { flow, tasks }: GraphState): string {
  const restore = tasks.value?.restores?.[name]
  if (restore !== undefined) return `${count(restore.done)} of ${count(restore.total)}`
  const rows = flow.value?.stores[name]
  if (rows === undefined) return 'no number'
  return `${count(rows.rows)}${rows.atLeast ? ' rows or more' : rows.rows === 1 ? ' row' : ' rows'}`
}

const cornerOf = ({ x, y, width, height }: Box): Point => ({ x: x - width / 2, y: y - height / 2 })

const pathOf = (points: readonly Point[]): string =>
  points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${Math.round(x)} ${Math.round(y)}`).join(' ')
