import type { FeedRecord } from '../../../contracts/feed.ts'
import type { PageStore } from '../store/page-store.ts'
import type { Address } from '../view/view.ts'
import type { Column } from './columns.ts'
import { HeldList } from './held-list.ts'
import { PooledRow } from './row-pool.ts'
import { rowWindow } from './window.ts'

const paintMs = 100

export interface RowsSource<R> {
  readonly columns: readonly Column<R>[]
  /** All ids that the view asks for, ascending. */
  readonly ids: () => readonly number[]
  readonly get: (id: number) => R | undefined
}

/** Rows that the table has, and newer ones that it holds back. */
export interface RowCounts {
  readonly total: number
  readonly newer: number
}

export interface RowsWorld {
  readonly store: PageStore
  readonly urlOf: (address: Address) => string
  readonly open: (address: Address) => void
  readonly onCounts: (counts: RowCounts) => void
}

export interface RowsElements {
  readonly scroller: HTMLElement
  readonly table: HTMLTableElement
  readonly body: HTMLTableSectionElement
}

/** The rows of a table that are in sight: a pool of `<tr>`, between two spacers that stand for all others. */
export class RowsView<R extends FeedRecord> {
  readonly #elements: RowsElements
  readonly #source: RowsSource<R>
  readonly #world: RowsWorld
  readonly #list = new HeldList()
  readonly #above = spacer()
  readonly #below = spacer()
  #pool: PooledRow<R>[] = []
  #paintedAt = -Infinity
  #version = -1
  #isDirty = true
  #isFrozen = false
  #first = 0
  #rowHeight = 32
  #visible = 12

  constructor(elements: RowsElements, source: RowsSource<R>, world: RowsWorld) {
    this.#elements = elements
    this.#source = source
    this.#world = world
    elements.body.replaceChildren(this.#above, this.#below)
  }

  /** Who reads is not disturbed: scrolled, focused, selecting or frozen, the rows stay where they are. */
  get #isRead(): boolean {
    const { scroller, body } = this.#elements
    const selection = document.getSelection()
    const isSelecting = selection !== null && !selection.isCollapsed && body.contains(selection.anchorNode)
    return this.#isFrozen || scroller.scrollTop > 0 || body.contains(document.activeElement) || isSelecting
  }

  layOut(rowHeight: number, visible: number): void {
    this.#rowHeight = rowHeight
    this.#visible = visible
    this.#isDirty = true
  }

  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen
    this.#isDirty = true
  }

  /** Other filters: another list, from its top. */
  refilter(): void {
    this.#elements.scroller.scrollTop = 0
    this.#list.replace(this.#source.ids())
    this.#isDirty = true
  }

  /** To the newest rows, and on with the list. */
  toTop(): void {
    const focused = document.activeElement
    if (focused instanceof HTMLElement && this.#elements.body.contains(focused)) focused.blur()
    document.getSelection()?.removeAllRanges()
    this.refilter()
  }

  touch(): void {
    this.#isDirty = true
  }

  /** Called each frame; paints ten times a second at most, and only if something is another. */
  frame(now: number): void {
    if (!this.#isDirty && (this.#version === this.#world.store.version || now - this.#paintedAt < paintMs)) return
    // Before the first state nobody knows whether there are rows.
    if (this.#world.store.vector === null) return
    this.#paintedAt = now
    this.#version = this.#world.store.version
    this.#isDirty = false
    if (this.#isRead) this.#list.hold()
    else this.#list.release()
    this.#list.offer(this.#source.ids())
    this.#paint(now)
  }

  /** Moves the focus by so many rows; from outside, to the first one in sight. */
  move(by: number): void {
    const { scroller } = this.#elements
    const focused = this.#pool.findIndex(({ link }) => link === document.activeElement)
    const first = Math.ceil(scroller.scrollTop / this.#rowHeight)
    const index = focused === -1 ? first : this.#indexOf(focused) + by
    this.#focus(Math.max(0, Math.min(index, this.#list.ids.length - 1)))
  }

  /** Whether the click was on a row, which is then opened. */
  click(target: EventTarget | null): boolean {
    const row = this.#pool.find(({ element }) => target instanceof Node && element.contains(target))
    if (row?.address == null) return false
    row.link.focus()
    this.#world.open(row.address)
    return true
  }

  #indexOf(poolIndex: number): number {
    return this.#first + poolIndex
  }

  #focus(index: number): void {
    if (this.#list.ids.length === 0) return
    const { scroller } = this.#elements
    const top = index * this.#rowHeight
    if (top < scroller.scrollTop) scroller.scrollTop = top
    const bottom = top + this.#rowHeight - this.#visible * this.#rowHeight
    if (bottom > scroller.scrollTop) scroller.scrollTop = bottom
    this.#list.hold()
    this.#paint(performance.now())
    this.#pool[index - this.#first]?.link.focus({ preventScroll: true })
  }

  #paint(now: number): void {
    const { ids, newer } = this.#list
    const { scroller, table } = this.#elements
    const shown = rowWindow({
      total: ids.length,
      rowHeight: this.#rowHeight,
      visible: this.#visible,
      scrollTop: scroller.scrollTop,
    })
    this.#resize(shown.count)
    this.#first = shown.first
    setHeight(this.#above, shown.above)
    setHeight(this.#below, shown.below)
    for (const [at, row] of this.#pool.entries()) this.#show(row, ids[shown.first + at]!, shown.first + at, now)
    const rows = String(ids.length + 1)
    if (table.getAttribute('aria-rowcount') !== rows) table.setAttribute('aria-rowcount', rows)
    this.#world.onCounts({ total: ids.length, newer })
  }

  #show(row: PooledRow<R>, id: number, index: number, now: number): void {
    const record = this.#source.get(id)
    // A row that went away under a held list stays as it was last seen.
    row.element.classList.toggle('muted', record === undefined)
    if (record === undefined) return
    row.show(record, { id, index, now, store: this.#world.store, urlOf: this.#world.urlOf })
  }

  #resize(count: number): void {
    while (this.#pool.length > count) this.#pool.pop()!.element.remove()
    while (this.#pool.length < count) {
      const row = new PooledRow<R>(this.#source.columns)
      this.#pool.push(row)
      this.#below.before(row.element)
    }
  }
}

function spacer(): HTMLTableRowElement {
  const row = document.createElement('tr')
  row.className = 'spacer'
  row.setAttribute('aria-hidden', 'true')
  row.append(document.createElement('td'))
  return row
}

function setHeight(row: HTMLTableRowElement, height: number): void {
  const text = `${height}px`
  if (row.style.height !== text) row.style.height = text
}
