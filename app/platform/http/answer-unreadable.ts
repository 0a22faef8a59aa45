import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import { Problem, problemBody, problemMediaType } from './problem.ts'

type ClientErrorHandler = (error: Error & { readonly code?: string }, socket: Socket) => void

/** What is no HTTP at all never becomes a request: it is answered on its socket, by a body of the server's own form. */
export function answerUnreadable(mediaType: string, bodyOf: (status: number, detail: string) => object): ClientErrorHandler {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const status = statuses[error.code ?? ''] ?? 400
    const text = JSON.stringify(bodyOf(status, 'The request is no HTTP that can be read.'))
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${mediaType}\r\ncontent-length: ${Buffer.byteLength(text)}`
    socket.end(`${head}\r\nconnection: close\r\n\r\n${text}`)
  }
}

const statuses: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** As problem+json. */
export const unreadableProblem: ClientErrorHandler = answerUnreadable(problemMediaType, (status, detail) =>
  problemBody(new Problem(status, detail)),
)
