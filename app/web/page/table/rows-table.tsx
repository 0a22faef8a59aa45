import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import type { FeedRecord } from '../../../contracts/feed.ts'
import { useApp } from '../app/app.ts'
import { isPlainClick } from '../view/navigation.ts'
import { urlOf } from '../view/view.ts'
import { counted } from '../words/numbers.ts'
import { RowsView } from './rows-view.ts'
import type { RowCounts, RowsSource } from './rows-view.ts'

const narrow = matchMedia('(max-width: 639px)')
const wide = matchMedia('(min-width: 1200px)')
const headerHeight = 28

export interface RowsTableProps<R extends FeedRecord> {
  readonly title: string
  readonly source: RowsSource<R>
  /** Rows in sight: on a wide screen, and on others. */
  readonly visible: readonly [wide: number, other: number]
  /** `fixed` keeps its place while rows come; `content` is no higher than what it holds. */
  readonly height: 'fixed' | 'content'
  /** Changes when the source asks for other rows. */
  readonly filterKey: string
  /** Said where no row is. */
  readonly empty: string
  /** What the reader asked for, at the right of the title. */
  readonly tools?: ComponentChildren
  /** Handed the table's hands: `j` and `k` of the keyboard. */
  readonly hands: Signal<TableHands | null>
}

export interface TableHands {
  readonly move: (by: number) => void
}

/** A table of the newest rows. Thousands of them are there for those who ask how many; some twenty are in the document. */
export function RowsTable<R extends FeedRecord>(props: RowsTableProps<R>): JSX.Element {
  const { title, source, empty, tools } = props
  const { isFrozen } = useApp()
  /** Null until the rows were read: what is empty then is not known to be. */
  const counts = useSignal<RowCounts | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const view = useRowsView(props, scroller, counts)
  const { total, newer } = counts.value ?? { total: null, newer: 0 }
  return (
    <section class="rows" aria-label={title}>
      <div class="tools">
        <h2>
          {title}
          {isFrozen.value && <span class="label warn">frozen</span>}
        </h2>
        {newer > 0 && (
          <button type="button" class="plain" onClick={() => view.current?.toTop()}>
            {counted(newer, 'newer', 'newer')}
          </button>
        )}
        {tools}
      </div>
      <div class="scroller" ref={scroller}>
        <table role="table" aria-label={title}>
          <thead role="rowgroup">
            <tr role="row" aria-rowindex={1}>
              {source.columns.map(({ name, title: column, isNumber }) => (
                <th key={name} role="columnheader" scope="col" class={`c-${name}${isNumber === true ? ' number' : ''}`}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" />
        </table>
        {total === 0 && <p class="empty">{empty}</p>}
      </div>
    </section>
  )
}

function useRowsView<R extends FeedRecord>(
  { source, visible, height, filterKey, hands }: RowsTableProps<R>,
  scroller: { readonly current: HTMLDivElement | null },
  counts: Signal<RowCounts | null>,
): { readonly current: RowsView<R> | null } {
  const { frames, isFrozen, navigation, store } = useApp()
  const view = useRef<RowsView<R> | null>(null)
  // Before the browser paints: the table has its height and its rows with its first picture.
  useLayoutEffect(() => {
    const element = scroller.current!
    const table = element.querySelector('table')!
    const rows = new RowsView<R>({ scroller: element, table, body: table.tBodies[0]! }, source, {
      store,
      urlOf: ({ topic, p, o }) => urlOf({ ...navigation.view.value, rec: { topic, p, o } }),
      open: ({ topic, p, o }) => navigation.go({ rec: { topic, p, o } }),
      onCounts: (next) => {
        if (next.total !== counts.value?.total || next.newer !== counts.value.newer) counts.value = next
      },
    })
    view.current = rows
    hands.value = { move: (by) => rows.move(by) }
    const layOut = (): void => {
      const rowHeight = narrow.matches ? 56 : 32
      const inSight = visible[wide.matches ? 0 : 1]
      element.style[height === 'fixed' ? 'height' : 'maxHeight'] =
        `${inSight * rowHeight + (narrow.matches ? 0 : headerHeight)}px`
      rows.layOut(rowHeight, inSight)
    }
    layOut()
    const offs = [
      frames.onFrame((now) => rows.frame(now)),
      on(element, 'scroll', () => rows.touch()),
      on(element, 'focusout', () => rows.touch()),
      on(element, 'click', (event) => {
        if (event instanceof MouseEvent && isPlainClick(event) && rows.click(event.target)) event.preventDefault()
      }),
      on(narrow, 'change', layOut),
      on(wide, 'change', layOut),
      isFrozen.subscribe((isNow) => rows.freeze(isNow)),
    ]
    rows.frame(performance.now())
    return () => {
      hands.value = null
      for (const off of offs) off()
    }
  }, [source])
  const first = useRef(true)
  useEffect(() => {
    if (!first.current) view.current?.refilter()
    first.current = false
  }, [filterKey])
  return view
}

function on(target: EventTarget, name: string, listener: (event: Event) => void): () => void {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}
