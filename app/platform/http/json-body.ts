import { Problem } from './problem.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON in UTF-8. Nothing at all is undefined: routes that take a body refuse that. */
export function parseBody(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return undefined
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (error) {
    throw new Problem(400, 'The body is not JSON in UTF-8.', {}, { cause: error })
  }
}
