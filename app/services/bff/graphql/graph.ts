import { parse } from 'graphql'
import { createSchema, createYoga } from 'graphql-yoga'
import type { Plugin, YogaServerInstance } from 'graphql-yoga'
import { toGraphQlError } from './errors.ts'
import type { GraphContext } from './graph-context.ts'
import { refusalOf } from './limits.ts'
import { mutations } from './mutations.ts'
import { queries, rows } from './queries.ts'
import { dateTime, decimal } from './scalars.ts'
import { typeDefs } from './schema.ts'
import { subscriptions } from './subscriptions.ts'

/** The words, names and signs of a document: what validates it compares fields with each other. */
const tokensMax = 1000

export type Graph = YogaServerInstance<GraphContext, object>

/** Answers operations. `onFault` is told of errors of our own code. */
export function openGraph(onFault: (error: unknown) => void): Graph {
  const schema = createSchema<GraphContext>({
    typeDefs,
    resolvers: {
      Query: queries,
      Mutation: mutations,
      Subscription: subscriptions,
      ...rows,
      Decimal: decimal,
      DateTime: dateTime,
    },
  })
  return createYoga<GraphContext>({
    schema,
    plugins: [shortDocuments, limits],
    maskedErrors: { maskError: (error) => toGraphQlError(error, onFault) },
    // Those of Node: its streams take no others.
    fetchAPI: { Request, Response, ReadableStream },
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    logging: false,
  })
}

const shortDocuments: Plugin = {
  onParse: ({ setParseFn }) =>
    setParseFn((source: string, options: object) => parse(source, { ...options, maxTokens: tokensMax })),
}

const limits: Plugin = {
  onExecute: ({ args, setResultAndStopExecution }) => {
    const refusal = refusalOf(args)
    if (refusal !== null) setResultAndStopExecution({ errors: [refusal] })
  },
  onSubscribe: ({ args, setResultAndStopExecution }) => {
    const refusal = refusalOf(args)
    if (refusal !== null) setResultAndStopExecution({ errors: [refusal] })
  },
}
