import { parser } from '@prometheus-io/lezer-promql'
import { parseDuration } from './parse-duration.ts'
import { aggregateNames, functionNames, operators } from './expression.ts'
import type { Expression, Matcher, Selection } from './expression.ts'

type Node = ReturnType<typeof parser.parse>['topNode']

/** Parses PromQL by Prometheus' own grammar. Throws a `SyntaxError` for what is none, or is not evaluated here. */
export function parsePromql(text: string): Expression {
  return new Reader(text).expression(childrenOf(parser.parse(text).topNode)[0])
}

class Reader {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  expression(node: Node | undefined): Expression {
    if (node === undefined) throw new SyntaxError(`It is no PromQL: ${this.#text}`)
    const children = childrenOf(node)
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: Number(this.#textOf(node)) }
      case 'ParenExpr':
        return this.expression(children[0])
      case 'VectorSelector':
        return this.#selection(node)
      case 'MatrixSelector':
        return { ...this.#selection(children[0]!), rangeMs: parseDuration(this.#textOf(children[1]!)) }
      case 'OffsetExpr':
        return { ...this.#selectionOf(children[0]!), offsetMs: parseDuration(this.#textOf(children[2]!)) }
      case 'FunctionCall':
        return { kind: 'call', name: this.#word(children[0]!, functionNames), args: this.#args(children[1]!) }
      case 'AggregateExpr':
        return this.#aggregate(node)
      case 'BinaryExpr':
        return this.#binary(node)
      default:
        return this.#refuse(node)
    }
  }

  #selectionOf(node: Node): Selection {
    const expression = this.expression(node)
    return expression.kind === 'selection' ? expression : this.#refuse(node)
  }

  #selection(node: Node): Selection {
    const [name, matchers] = childrenOf(node)
    if (name?.name !== 'Identifier') return this.#refuse(node)
    const all = matchers === undefined ? [] : childrenOf(matchers).map((matcher) => this.#matcher(matcher))
    return { kind: 'selection', metric: this.#textOf(name), matchers: all, rangeMs: null, offsetMs: 0 }
  }

  #matcher(node: Node): Matcher {
    const [label, operator, value] = childrenOf(node)
    if (node.name !== 'UnquotedLabelMatcher' || value === undefined) return this.#refuse(node)
    const quoted = this.#textOf(value)
    if (!quoted.startsWith('"')) return this.#refuse(value)
    return {
      label: this.#textOf(label!),
      operator: this.#textOf(operator!) as Matcher['operator'],
      value: JSON.parse(quoted) as string,
    }
  }

  #aggregate(node: Node): Expression {
    const [name, modifier, body] = childrenOf(node)
    const [by, labels] = modifier === undefined ? [] : childrenOf(modifier)
    const isPlain = modifier?.name === 'FunctionCallBody'
    if (!isPlain && by?.name !== 'By') return this.#refuse(node)
    return {
      kind: 'aggregate',
      name: this.#word(name!, aggregateNames),
      by: isPlain ? [] : childrenOf(labels!).map((label) => this.#textOf(label)),
      of: this.#args(isPlain ? modifier : body!)[0]!,
    }
  }

  #binary(node: Node): Expression {
    const [left, operator, right, ...more] = childrenOf(node)
    if (more.length > 0) return this.#refuse(node)
    return {
      kind: 'binary',
      operator: this.#word(operator!, operators),
      left: this.expression(left),
      right: this.expression(right),
    }
  }

  #args(body: Node): Expression[] {
    return childrenOf(body).map((argument) => this.expression(argument))
  }

  #word<W extends string>(node: Node, known: readonly W[]): W {
    const text = this.#textOf(node)
    return known.find((word) => word === text) ?? this.#refuse(node)
  }

  #textOf({ from, to }: Node): string {
    return this.#text.slice(from, to)
  }

  #refuse(node: Node): never {
    throw new SyntaxError(`“${this.#textOf(node)}” is not evaluated here, or is no PromQL: ${this.#text}`)
  }
}

function childrenOf(node: Node): Node[] {
  const children: Node[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}
