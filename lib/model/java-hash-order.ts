// The iteration order of Java's collections. `describe()` and changelogs need it to be equal to Java's byte for byte: Java has topics,
// stores, nodes and changed keys in hash sets, and the neighbours of nodes in tree sets whose order changes while they are filled.

/** Java: `String.hashCode()`. */
export function javaHashCode(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}

const leastCapacity = 16
/** A small table also grows if a bucket gets longer than this (Java: `TREEIFY_THRESHOLD`, `MIN_TREEIFY_CAPACITY`). */
const bucketMax = 8
const growByBucketBelow = 64

/** Java: `Arrays.hashCode(byte[])`. The bytes are given as a latin1 string. */
export function javaBytesHashCode(bytes: string): number {
  let hash = 1
  for (let index = 0; index < bytes.length; index++) hash = (Math.imul(hash, 31) + ((bytes.charCodeAt(index) << 24) >> 24)) | 0
  return hash
}

/** Returns the elements in the order of a Java `HashSet<String>` to which they are added one by one. */
export function hashSetOrder(elements: Iterable<string>): string[] {
  const set = new JavaHashSet()
  for (const element of elements) set.add(element)
  return [...set]
}

/**
 * A set with the iteration order of Java's `HashSet`. As in Java, `clear` does not shrink the table, which influences the order.
 */
export class JavaHashSet {
  readonly #hashCode: (element: string) => number
  #buckets = emptyBuckets(leastCapacity)
  #size = 0

  constructor(hashCode: (element: string) => number = javaHashCode) {
    this.#hashCode = hashCode
  }

  add(element: string): void {
    const bucket = bucketOf(this.#buckets, element, this.#hashCode)
    if (bucket.includes(element)) return
    bucket.push(element)
    if (bucket.length > bucketMax && this.#buckets.length < growByBucketBelow) this.#grow()
    if (++this.#size > this.#buckets.length * 0.75) this.#grow()
  }

  clear(): void {
    this.#buckets = emptyBuckets(this.#buckets.length)
    this.#size = 0
  }

  [Symbol.iterator](): ArrayIterator<string> {
    return this.#buckets.flat().values()
  }

  #grow(): void {
    const larger = emptyBuckets(this.#buckets.length * 2)
    for (const element of this.#buckets.flat()) bucketOf(larger, element, this.#hashCode).push(element)
    this.#buckets = larger
  }
}

/**
 * Returns the elements in the order of a Java `HashSet` that was copied from another collection: its table has the final size at
 * once.
 */
export function copiedHashSetOrder(elements: readonly string[]): string[] {
  const wanted = Math.max(Math.floor(elements.length / 0.75) + 1, leastCapacity)
  const buckets = emptyBuckets(2 ** Math.ceil(Math.log2(wanted)))
  for (const element of new Set(elements)) bucketOf(buckets, element, javaHashCode).push(element)
  return buckets.flat()
}

function emptyBuckets(capacity: number): string[][] {
  return Array.from({ length: capacity }, () => [])
}

function bucketOf(buckets: string[][], element: string, hashCode: (element: string) => number): string[] {
  const hash = hashCode(element)
  return buckets[(hash ^ (hash >>> 16)) & (buckets.length - 1)]!
}

interface TreeNode<T> {
  readonly element: T
  parent: TreeNode<T> | undefined
  left: TreeNode<T> | undefined
  right: TreeNode<T> | undefined
  isRed: boolean
}

/**
 * A set with the iteration order of Java's `TreeSet`. If the order of elements changes while they are added, their places depend on
 * the shape of the tree. Therefore the tree is balanced as in Java: a red-black tree after Cormen, Leiserson and Rivest.
 */
export class JavaTreeSet<T> {
  readonly #compare: (left: T, right: T) => number
  #root: TreeNode<T> | undefined

  constructor(compare: (left: T, right: T) => number) {
    this.#compare = compare
  }

  add(element: T): void {
    let parent: TreeNode<T> | undefined
    let order = 0
    for (let at = this.#root; at !== undefined; at = order < 0 ? at.left : at.right) {
      order = this.#compare(element, at.element)
      if (order === 0) return
      parent = at
    }
    const added: TreeNode<T> = { element, parent, left: undefined, right: undefined, isRed: true }
    if (parent === undefined) this.#root = added
    else if (order < 0) parent.left = added
    else parent.right = added
    this.#rebalance(added)
  }

  *[Symbol.iterator](): Generator<T> {
    yield* inOrder(this.#root)
  }

  #rebalance(added: TreeNode<T>): void {
    let node = added
    while (node.parent?.isRed === true) node = this.#mend(node, node.parent, node.parent.parent!)
    this.#root!.isRed = false
  }

  /** Separates two red nodes in a row by recolouring or rotating. Returns the node to look at next. */
  #mend(node: TreeNode<T>, parent: TreeNode<T>, grandparent: TreeNode<T>): TreeNode<T> {
    const side = parent === grandparent.left ? 'left' : 'right'
    const other = side === 'left' ? 'right' : 'left'
    const uncle = grandparent[other]
    if (uncle?.isRed === true) {
      parent.isRed = false
      uncle.isRed = false
      grandparent.isRed = true
      return grandparent
    }
    const isInner = node === parent[other]
    if (isInner) this.#rotate(parent, side)
    const upper = isInner ? node : parent
    upper.isRed = false
    grandparent.isRed = true
    this.#rotate(grandparent, other)
    return isInner ? parent : node
  }

  /** Moves the child opposite to `side` to the node's place, and makes the node its child on `side`. */
  #rotate(node: TreeNode<T>, side: 'left' | 'right'): void {
    const other = side === 'left' ? 'right' : 'left'
    const child = node[other]!
    node[other] = child[side]
    if (child[side] !== undefined) child[side].parent = node
    child.parent = node.parent
    if (node.parent === undefined) this.#root = child
    else if (node.parent.left === node) node.parent.left = child
    else node.parent.right = child
    child[side] = node
    node.parent = child
  }
}

function* inOrder<T>(node: TreeNode<T> | undefined): Generator<T> {
  if (node === undefined) return
  yield* inOrder(node.left)
  yield node.element
  yield* inOrder(node.right)
}
