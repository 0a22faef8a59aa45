import { TransportError } from '../../../model/errors.ts'

/** Makes the error of a broker that refuses the credentials. Trying again does not help. */
export function authenticationFailed(address: string, cause: Error): TransportError {
  const message = `Broker ${address} refuses the credentials: ${cause.message}. Check the sasl option.`
  return new TransportError('TRANSPORT_SASL_AUTHENTICATION_FAILED', 'fatal', message, { facts: { address }, cause })
}
