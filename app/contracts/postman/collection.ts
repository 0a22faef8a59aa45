import type { OpenApiDocument, OpenApiOperation } from '../../platform/http/openapi.ts'
import { exampleOf } from './example.ts'
import { prepareFirst, testOf } from './scripts.ts'
import { story } from './story.ts'
import type { Step } from './story.ts'

/** A collection of Postman, version 2.1, as far as it is written here. */
export interface Collection {
  readonly info: { readonly name: string; readonly schema: string; readonly description: string }
  readonly variable: readonly { readonly key: string; readonly value: string }[]
  readonly item: readonly Folder[]
}

interface Folder {
  readonly name: string
  readonly item: readonly (Item | Folder)[]
}

interface Item {
  readonly name: string
  readonly request: object
  readonly event?: readonly object[]
}

interface Known {
  readonly method: string
  readonly path: string
  readonly operation: OpenApiOperation
}

/** The folder whose requests are a run: each has its tests. */
export const storyFolder = 'The story'

/**
 * A Postman collection of an OpenAPI document: the story, whose answers are held against the document's schemas, and each operation once.
 * `baseUrl` is a variable of it.
 */
export function postmanCollection(document: OpenApiDocument, baseUrl: string): Collection {
  const operations = operationsOf(document)
  const byId = new Map(operations.map((known) => [known.operation.operationId, known]))
  return {
    info: {
      name: 'Transfer pipeline',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
      description: `“${storyFolder}” is to be run in its order. “All operations” has each of them once, for trying out.`,
    },
    variable: [{ key: 'baseUrl', value: baseUrl }],
    item: [
      { name: storyFolder, item: story.map((step, index) => stepItem(step, index, byId.get(step.operation)!)) },
      { name: 'All operations', item: byTag(operations) },
    ],
  }
}

function operationsOf({ paths }: OpenApiDocument): Known[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function stepItem(step: Step, index: number, known: Known): Item {
  const response = known.operation.responses?.[step.status]
  const [content] = Object.values(response?.content ?? {})
  const tested = { listen: 'test', script: { type: 'text/javascript', exec: testOf(step, content?.schema) } }
  const prepared = { listen: 'prerequest', script: { type: 'text/javascript', exec: prepareFirst } }
  return { name: step.name, request: requestOf(known, step), event: index === 0 ? [prepared, tested] : [tested] }
}

function byTag(operations: readonly Known[]): Folder[] {
  const tags = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? 'the service itself')
  return [...tags].map(([name, known]) => ({ name, item: known.map(exampleItem) }))
}

function exampleItem(known: Known): Item {
  const { operation, method, path } = known
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema
  const body = schema === undefined ? {} : { body: JSON.stringify(exampleOf(schema), null, 2) }
  const needed = (operation.parameters ?? []).filter((each) => each.in === 'header' && each.required === true)
  const headers = Object.fromEntries(needed.map(({ name }) => [name, '{{$guid}}']))
  return { name: operation.summary ?? `${method} ${path}`, request: requestOf(known, { headers, ...body }) }
}

type Given = Pick<Step, 'params' | 'query' | 'headers' | 'body'>

/** Parameters that are not given are there to be filled in. */
function requestOf({ method, path, operation }: Known, { params = {}, query = {}, headers = {}, body }: Given): object {
  const segments = path.slice(1).replaceAll(/\{(\w+)\}/g, ':$1')
  const parameters = operation.parameters ?? []
  const asked = parameters.filter((each) => each.in === 'query').map(({ name }) => name)
  const variables = parameters.filter((each) => each.in === 'path').map(({ name }) => ({ key: name, value: params[name] ?? '1' }))
  const sent = body === undefined ? headers : { 'content-type': 'application/json', ...headers }
  return {
    method,
    description: operation.summary,
    header: Object.entries(sent).map(([key, value]) => ({ key, value })),
    url: {
      raw: `{{baseUrl}}/${segments}`,
      host: ['{{baseUrl}}'],
      path: segments.split('/'),
      query: asked.map((key) => ({ key, value: query[key] ?? '', disabled: query[key] === undefined })),
      variable: variables,
    },
    ...(body !== undefined && { body: { mode: 'raw', raw: body, options: { raw: { language: 'json' } } } }),
  }
}
