import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'
import type { HostPort } from '../../../../lib/transport/kafka/connection/connection.ts'
import { apiVersions } from '../../../../lib/transport/kafka/wire/apis/api-versions.ts'
import { readHeader, responseFrame, withoutTags } from '../../../../lib/transport/embedded/server/frame-header.ts'
import { FrameReader } from '../../../../lib/transport/kafka/wire/frame-reader.ts'
import { encodeResponse } from '../../../../lib/transport/kafka/wire/messages.ts'
import { apis } from '../wire/all-apis.ts'

export interface ScriptedRequest {
  readonly apiKey: number
  readonly apiVersion: number
  readonly body: Buffer
}

/** The body of the answer, or what the broker does instead. */
export type ScriptedAnswer = Buffer | 'close' | 'nothing' | { readonly raw: Buffer }

export interface ScriptedBroker {
  readonly address: HostPort
  readonly requests: readonly ScriptedRequest[]
  readonly sockets: ReadonlySet<Socket>
}

const flexibleFrom = new Map(apis.map((api) => [api.key, api.flexibleFrom]))

/** A server whose answers the test says. ApiVersions has an answer of its own, unless the script has one. */
export async function scriptedBroker(
  t: Test,
  script: (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer> | null,
): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>()
  const requests: ScriptedRequest[] = []
  const answer = async (socket: Socket, frame: Buffer): Promise<void> => {
    const { apiKey, version: apiVersion, correlationId, rest } = readHeader(frame)
    const isFlexible = apiVersion >= (flexibleFrom.get(apiKey) ?? Infinity)
    const request = { apiKey, apiVersion, body: Buffer.from(isFlexible ? withoutTags(rest) : rest) }
    requests.push(request)
    const said = (await script(request)) ?? allVersions(request)
    if (said === 'nothing') return
    if (said === 'close') return void socket.destroy()
    if ('raw' in said) return void socket.write(said.raw)
    const response = responseFrame(correlationId, isFlexible && apiKey !== apiVersions.key ? 'flexible' : 'plain', said)
    const size = Buffer.alloc(4)
    size.writeInt32BE(response.length)
    socket.write(Buffer.concat([size, response]))
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    let answered = Promise.resolve()
    const frames = new FrameReader((frame) => void (answered = answered.then(() => answer(socket, frame))))
    socket.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk)
      } catch {
        socket.destroy()
      }
    })
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, requests, sockets }
}

function allVersions({ apiKey, apiVersion }: ScriptedRequest): ScriptedAnswer {
  if (apiKey !== apiVersions.key) return 'nothing'
  const apiKeys = apis.map(({ key, versions: { min, max } }) => ({ apiKey: key, minVersion: min, maxVersion: max }))
  const finalizedFeatures = [{ name: 'transaction.version', minVersionLevel: 1, maxVersionLevel: 2 }]
  return encodeResponse(apiVersions, apiVersion, { errorCode: 0, apiKeys, finalizedFeatures })
}
