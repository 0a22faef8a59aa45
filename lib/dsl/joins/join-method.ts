export type JoinKind = 'inner' | 'left' | 'outer'

/** The DSL method of a kind of join, for messages. */
export function joinMethod(kind: JoinKind): 'join' | 'leftJoin' | 'outerJoin' {
  switch (kind) {
    case 'inner':
      return 'join'
    case 'left':
      return 'leftJoin'
    case 'outer':
      return 'outerJoin'
  }
}
