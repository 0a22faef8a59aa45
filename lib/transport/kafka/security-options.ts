type Pem = string | Uint8Array

/** Options of Node's `tls.connect`: the usual ones by name, others as they are. They stand here so that a project needs no types of Node. */
export interface TlsOptions {
  /** Certificates of authorities to trust, instead of those that Node trusts. */
  readonly ca?: Pem | Pem[] | undefined
  /** The client's own certificate. */
  readonly cert?: Pem | Pem[] | undefined
  /** The key of `cert`, and its passphrase. */
  readonly key?: Pem | Pem[] | undefined
  readonly passphrase?: string | undefined
  /** Default true. False trusts everybody. */
  readonly rejectUnauthorized?: boolean | undefined
  /** The name that the broker's certificate must have. Default: its address. */
  readonly servername?: string | undefined
  readonly minVersion?: string | undefined
  readonly [option: string]: unknown
}

/** How a client says who it is: a mechanism with its credentials. */
export type SaslOptions =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'oauthbearer'
      /** Asked for a token whenever a connection opens. */
      readonly oauthBearerProvider: () => Promise<{ readonly value: string }>
    }
