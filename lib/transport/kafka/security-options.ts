type Pem = string | Uint8Array

/**
 * Options for Node's `tls.connect`. The usual ones are declared here, so that a project does not need Node's types. Others are
 * passed on unchanged.
 */
export interface TlsOptions {
  /** The certificates of the trusted authorities. Default: those that Node trusts. */
  readonly ca?: Pem | Pem[] | undefined
  /** The client's own certificate. */
  readonly cert?: Pem | Pem[] | undefined
  /** The private key of `cert`. */
  readonly key?: Pem | Pem[] | undefined
  /** The passphrase of `key`. Default: the key has none. */
  readonly passphrase?: string | undefined
  /** Whether the broker's certificate is checked. Default true. False accepts any broker. */
  readonly rejectUnauthorized?: boolean | undefined
  /** The name that the broker's certificate must have. Default: its address. */
  readonly servername?: string | undefined
  /** The oldest version of TLS to speak, such as `'TLSv1.3'`. Default: Node's. */
  readonly minVersion?: string | undefined
  readonly [option: string]: unknown
}

/** The SASL mechanism by which a client authenticates, with its credentials. */
export type SaslOptions =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'oauthbearer'
      /** Returns a token. Called whenever a connection opens. */
      readonly oauthBearerProvider: () => Promise<{ readonly value: string }>
    }
