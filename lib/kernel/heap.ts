import { assert } from '../model/assert.ts'
import { Memory, pageBytes } from './memory.ts'
import { largestShared, sizeClass, sizes, unitBytes, unitsOf } from './size-classes.ts'

const pageUnits = pageBytes / unitBytes
const unitsToPage = 13

/** What a page is used for, in `#use`: a class of blocks (1 and more), or one of these. */
const free = 0
const runHead = -1
const runRest = -2

/** The fields of a page, one after the other in `#pages`. */
const use = 0
/** How many of the page's blocks are in use. The head of a run: how many pages it has. */
const live = 1
/** The first block of the list of returned ones; 0: none. Each holds the offset of the next one. */
const returned = 2
/** The offset of the first block that was never used. */
const fresh = 3
/** The neighbours in the list of pages of this class that have room. Page 0 is in no list, so that 0 ends them. */
const next = 4
const previous = 5
const fields = 6

/**
 * Blocks of memory, by size (Bonwick, "The slab allocator", 1994): a page has blocks of one size. A page whose last block is returned
 * serves any size again. So values that grow, shrink and go do not leave memory that fits nothing. A block is named by its offset, in
 * units of 8 bytes; no block has the offset 0. Values above 16 KiB have whole pages, next to each other.
 */
export class Heap {
  readonly memory = new Memory()
  #pages = new Int32Array(fields)
  /** For each class the first page that has room; 0: none. */
  readonly #open = new Int32Array(sizes.length)
  /** No page before this one is free. */
  #firstFree = 1
  #usedUnits = 0

  /** The bytes of all blocks in use, with what is left over in them. */
  get usedBytes(): number {
    return this.#usedUnits * unitBytes
  }

  /** The bytes of memory that was taken from the system. */
  get heldBytes(): number {
    return this.memory.pages * pageBytes
  }

  /** A block of at least so many bytes. What it holds is undefined. **The views of `memory` may be new ones after the call.** */
  allocate(bytes: number): number {
    const units = unitsOf(bytes)
    if (units > largestShared) return this.#allocateRun(Math.ceil(units / pageUnits))
    const kind = sizeClass(units)
    const page = this.#open[kind]! || this.#openPage(kind)
    return this.#take(page, kind)
  }

  /** Returns a block. */
  release(block: number): void {
    const page = block >>> unitsToPage
    const at = page * fields
    const kind = this.#pages[at + use]! - 1
    if (kind < 0) return this.#releaseRun(page)
    const wasFull = this.#isFull(page, kind)
    this.memory.int32[block * 2] = this.#pages[at + returned]!
    this.#pages[at + returned] = block
    this.#usedUnits -= sizes[kind]!
    if (wasFull) this.#link(page, kind)
    if (--this.#pages[at + live]! === 0) this.#vacate(page, kind)
  }

  /** The bytes that a block has room for. */
  capacity(block: number): number {
    const at = (block >>> unitsToPage) * fields
    const kind = this.#pages[at + use]!
    return kind > 0 ? sizes[kind - 1]! * unitBytes : this.#pages[at + live]! * pageBytes
  }

  /** Whether a block of so many bytes would be of the same size. */
  fits(block: number, bytes: number): boolean {
    const units = unitsOf(bytes)
    const kind = this.#pages[(block >>> unitsToPage) * fields + use]! - 1
    if (units > largestShared) return kind < 0 && this.capacity(block) === Math.ceil(units / pageUnits) * pageBytes
    return kind === sizeClass(units)
  }

  #take(page: number, kind: number): number {
    const pages = this.#pages
    const at = page * fields
    const block = pages[at + returned]! || pages[at + fresh]!
    if (pages[at + returned] === block) pages[at + returned] = this.memory.int32[block * 2]!
    else pages[at + fresh] = block + sizes[kind]!
    pages[at + live]!++
    this.#usedUnits += sizes[kind]!
    if (this.#isFull(page, kind)) this.#unlink(page, kind)
    return block
  }

  #isFull(page: number, kind: number): boolean {
    const at = page * fields
    return this.#pages[at + returned] === 0 && this.#pages[at + fresh]! + sizes[kind]! > (page + 1) * pageUnits
  }

  #openPage(kind: number): number {
    const page = this.#freePages(1)
    const at = page * fields
    this.#pages[at + use] = kind + 1
    this.#pages[at + live] = 0
    this.#pages[at + returned] = 0
    this.#pages[at + fresh] = page * pageUnits
    this.#link(page, kind)
    return page
  }

  /** A page without blocks in use serves any size again. The last open one of its class stays: the next block would take it back. */
  #vacate(page: number, kind: number): void {
    const isOnly = this.#open[kind] === page && this.#pages[page * fields + next] === 0
    if (isOnly) return
    this.#unlink(page, kind)
    this.#setFree(page, 1)
  }

  #link(page: number, kind: number): void {
    const first = this.#open[kind]!
    this.#pages[page * fields + next] = first
    this.#pages[page * fields + previous] = 0
    if (first !== 0) this.#pages[first * fields + previous] = page
    this.#open[kind] = page
  }

  #unlink(page: number, kind: number): void {
    const after = this.#pages[page * fields + next]!
    const before = this.#pages[page * fields + previous]!
    if (before === 0) this.#open[kind] = after
    else this.#pages[before * fields + next] = after
    if (after !== 0) this.#pages[after * fields + previous] = before
  }

  #allocateRun(count: number): number {
    const page = this.#freePages(count)
    for (let each = page; each < page + count; each++) this.#pages[each * fields + use] = each === page ? runHead : runRest
    this.#pages[page * fields + live] = count
    this.#usedUnits += count * pageUnits
    return page * pageUnits
  }

  #releaseRun(page: number): void {
    assert(this.#pages[page * fields + use] === runHead, 'A block is returned once.')
    const count = this.#pages[page * fields + live]!
    this.#usedUnits -= count * pageUnits
    this.#setFree(page, count)
  }

  #setFree(page: number, count: number): void {
    for (let each = page; each < page + count; each++) this.#pages[each * fields + use] = free
    this.#firstFree = Math.min(this.#firstFree, page)
  }

  /** The first of so many free pages next to each other. Grows the memory if there are none. */
  #freePages(count: number): number {
    const { memory } = this
    let length = 0
    for (let page = this.#firstFree; page < memory.pages; page++) {
      length = this.#pages[page * fields + use] === free ? length + 1 : 0
      if (length === count) return this.#found(page + 1 - count, count)
    }
    const start = memory.pages - length
    memory.grow(count - length)
    if (this.#pages.length < memory.pages * fields) this.#pages = resized(this.#pages, memory.pages * fields * 2)
    return this.#found(start, count)
  }

  #found(page: number, count: number): number {
    if (page === this.#firstFree) this.#firstFree = page + count
    return page
  }
}

function resized(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length)
  copy.set(array)
  return copy
}
