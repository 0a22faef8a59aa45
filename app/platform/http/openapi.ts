import swagger from '@fastify/swagger'
import Type from 'typebox'
import type { TSchema } from 'typebox'
import type { Http } from './open-http.ts'
import { problemMediaType } from './problem.ts'

/** OpenAPI 3.1, as far as it is read here. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, PathItem>>
}

/** By method, in lower case. */
type PathItem = Readonly<Record<string, OpenApiOperation>>

export interface OpenApiOperation {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly OpenApiParameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>
}

interface OpenApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: object
}

type Content = Readonly<Record<string, { readonly schema?: object }>>

/** OpenAPI 3.1 of all routes at /openapi.json, made from their schemas; `more` gives paths that somebody else answers. */
export async function addOpenApi(server: Http, name: string, more?: () => Promise<OpenApiDocument['paths']>): Promise<void> {
  await server.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: name, version: '1' } },
    hideUntagged: false,
  })
  server.get('/openapi.json', { schema: { hide: true } }, async () => {
    const own = server.swagger() as unknown as OpenApiDocument
    return more === undefined ? own : { ...own, paths: { ...own.paths, ...(await more()) } }
  })
}

const problem = {
  description: 'A refusal (RFC 9457).',
  content: {
    [problemMediaType]: {
      schema: Type.Object(
        {
          type: Type.String(),
          title: Type.String(),
          status: Type.Integer(),
          detail: Type.String({ description: 'What is wrong, and what to do.' }),
          errors: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'What is wrong, field by field.' })),
        },
        { title: 'Problem' },
      ),
    },
  },
} as const

/** The answers of a route: what it gives, and the statuses of its refusals; 400 and 500 are always among them. */
export function answers<const A extends Readonly<Record<number, TSchema>>>(given: A, ...refusals: readonly number[]): A {
  return { ...Object.fromEntries([400, 500, ...refusals].map((status) => [status, problem])), ...given }
}
