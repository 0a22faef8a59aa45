import type { FeedRecord } from '../../../contracts/feed.ts'
import type { PageStore } from '../store/page-store.ts'
import type { Address } from '../view/view.ts'
import type { CellText, Column } from './columns.ts'

const flashMs = 500
const calm = matchMedia('(prefers-reduced-motion: reduce)')
const flashFrames: Keyframe[] = [{ backgroundColor: 'var(--flash)' }, {}]
const flashTiming: KeyframeAnimationOptions = { duration: 900, easing: 'cubic-bezier(0.2, 0, 0, 1)' }

interface Cell {
  readonly element: HTMLElement
  readonly text: Text
  readonly base: string
}

/** One `<tr>` of the table. It shows one record after another; only text that differs is written. */
export class PooledRow<R extends FeedRecord> {
  readonly element: HTMLTableRowElement
  readonly link: HTMLAnchorElement
  readonly #columns: readonly Column<R>[]
  readonly #cells: readonly Cell[]
  #record: R | null = null
  #id: number | null = null
  #index = -1
  #flashedAt = -Infinity

  constructor(columns: readonly Column<R>[]) {
    this.#columns = columns
    this.element = document.createElement('tr')
    this.element.className = 'row'
    this.element.setAttribute('role', 'row')
    this.link = document.createElement('a')
    this.#cells = columns.map((column, index) => this.#makeCell(column, index === 0))
  }

  /** The id that the row shows, and its record's place in Kafka. */
  get id(): number | null {
    return this.#id
  }

  get address(): Address | null {
    return this.#record
  }

  /** @param index from 0; the header is row 1 of the table */
  show(record: R, { id, index, now, urlOf, store }: ShownRow): void {
    if (index !== this.#index) {
      this.#index = index
      this.element.setAttribute('aria-rowindex', String(index + 2))
    }
    const isOther = id !== this.#id
    if (record === this.#record && !isOther) return this.#write(store, (column) => column.isLive === true)
    if (isOther) this.element.classList.remove('flash')
    else this.#flash(now)
    this.#id = id
    this.#record = record
    this.link.href = urlOf(record)
    this.#write(store, () => true)
  }

  #write(store: PageStore, isDue: (column: Column<R>) => boolean): void {
    for (const [at, column] of this.#columns.entries())
      if (isDue(column)) write(this.#cells[at]!, column.cell(this.#record!, store))
  }

  /** Once per row and 500 ms. */
  #flash(now: number): void {
    if (now - this.#flashedAt < flashMs) return
    this.#flashedAt = now
    this.element.classList.add('flash')
    // An animation of its own begins anew without a layout in between, which a class would need for each row.
    if (!calm.matches) this.element.animate(flashFrames, flashTiming)
  }

  #makeCell(column: Column<R>, isHeader: boolean): Cell {
    const element = this.element.appendChild(document.createElement(isHeader ? 'th' : 'td'))
    const base = `c-${column.name}${column.isNumber === true ? ' number' : ''}`
    element.className = base
    element.setAttribute('role', isHeader ? 'rowheader' : 'cell')
    if (isHeader) element.setAttribute('scope', 'row')
    const text = document.createTextNode('')
    const holder = column.isName === true ? document.createElement('bdi') : isHeader ? this.link : element
    if (holder !== element) element.append(holder)
    holder.append(text)
    if (isHeader) element.append(changedMark())
    return { element, text, base }
  }
}

export interface ShownRow {
  readonly id: number
  readonly index: number
  readonly now: number
  readonly store: PageStore
  readonly urlOf: (record: FeedRecord) => string
}

function write({ element, text, base }: Cell, { text: next, tone }: CellText): void {
  if (text.nodeValue !== next) text.nodeValue = next
  const className = tone === undefined ? base : `${base} ${tone}`
  if (element.className !== className) element.className = className
}

/** Where motion is not wanted, a word says what the flash would. */
function changedMark(): HTMLElement {
  const mark = document.createElement('span')
  mark.className = 'changed'
  mark.textContent = ' changed'
  return mark
}
