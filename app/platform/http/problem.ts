import type { FastifyInstance } from 'fastify'

/** A refusal as RFC 9457 has it; `errors` names what is wrong field by field. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly errors: Readonly<Record<string, string>>

  constructor(status: number, detail: string, errors: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.errors = errors
  }
}

export const notFound = (what: string, id: number): Problem => new Problem(404, `There is no ${what} ${id}.`)

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  503: 'Service Unavailable',
}

/** Answers errors and unknown paths as application/problem+json. */
export function answerProblems(server: FastifyInstance): void {
  server.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const problem = error instanceof Problem ? error : new Problem(error.statusCode ?? 500, error.message)
    if (problem.status >= 500) request.log.error(error)
    return reply
      .code(problem.status)
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify(body(problem))))
  })
  server.setNotFoundHandler((request, reply) => {
    const problem = new Problem(404, `There is no ${request.method} ${request.url}.`)
    return reply
      .code(404)
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify(body(problem))))
  })
}

function body({ status, message, errors }: Problem): unknown {
  const fields = Object.keys(errors).length === 0 ? {} : { errors }
  return { type: 'about:blank', title: titles[status] ?? 'Internal Server Error', status, detail: message, ...fields }
}
