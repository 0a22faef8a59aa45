/** Disjoint sets of node names (Java: `QuickUnion`). */
export class NodeGroups {
  readonly #parents = new Map<string, string>()

  add(name: string): void {
    this.#parents.set(name, name)
  }

  unite(name: string, others: readonly string[]): void {
    for (const other of others) this.#parents.set(this.root(other), this.root(name))
  }

  root(name: string): string {
    let root = name
    for (let parent = this.#parents.get(root)!; parent !== root; parent = this.#parents.get(root)!) root = parent
    return root
  }
}
