import { TransportError } from '../../../model/errors.ts'

/** Makes the error of a broker that refuses the credentials. Trying again does not help. */
export function authenticationFailed(address: string, cause: Error): TransportError {
  const message = `Broker ${address} refuses the credentials: ${cause.message}. Check the sasl option.`
  return new TransportError('TRANSPORT_SASL_AUTHENTICATION_FAILED', 'fatal', message, { facts: { address }, cause })
}

/** What a connection does before it can be used, and the option that decides about it. */
const hints = {
  'the TLS handshake': 'Check the ssl option, and the certificates.',
  ApiVersions: 'Check that ssl is set as the broker has it, and that the port is a Kafka broker.',
  SASL: 'Check the sasl option.',
  'the first request': 'The listener may want SASL: check the sasl option.',
} as const

export type HandshakePhase = keyof typeof hints

/** Makes the error of a connection that ends before it can be used. It may pass, unless it comes again at once. */
export function closedDuring(phase: HandshakePhase, address: string, cause: Error): TransportError {
  const message = `The connection to broker ${address} was closed during ${phase}: ${cause.message}. ${hints[phase]}`
  return new TransportError('TRANSPORT_HANDSHAKE_FAILED', 'retriable', message, { facts: { address, phase }, cause })
}
