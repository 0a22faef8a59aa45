/** A refusal as RFC 9457 has it. It is answered as application/problem+json. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** What is wrong, field by field, in words for the user. */
  readonly errors: Readonly<Record<string, string>>
  /** After how many seconds the client may try again. */
  readonly retryAfterS: number | undefined
  /** Members of the body beside those of RFC 9457. */
  readonly members: Readonly<Record<string, string>>

  constructor(
    status: number,
    detail: string,
    errors: Readonly<Record<string, string>> = {},
    options: {
      readonly retryAfterS?: number
      readonly cause?: unknown
      readonly members?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(detail, { cause: options.cause })
    this.status = status
    this.errors = errors
    this.retryAfterS = options.retryAfterS
    this.members = options.members ?? {}
  }
}

export const notFound = (what: string, id: number | string): Problem => new Problem(404, `There is no ${what} ${id}.`)

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

export const problemMediaType = 'application/problem+json'

/** The body of an answer that refuses. */
export interface ProblemBody {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: Readonly<Record<string, string>>
}

export function problemBody({ status, message, errors, members }: Problem): ProblemBody {
  const fields = Object.keys(errors).length === 0 ? {} : { errors }
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, detail: message, ...fields, ...members }
}
