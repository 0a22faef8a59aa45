import { loadPackage, missingPackage } from '../../model/load-package.ts'
import { avroLogicalTypes } from './avsc-logical-types.ts'

/**
 * The part of the client of @kafkajs/confluent-schema-registry that Millrace uses. It is declared here, so that the types compile
 * without the package.
 */
export interface RegistryClient {
  /** Registers a schema under a subject, and resolves to its id. A schema that is registered already keeps its id. */
  register(
    schema: { readonly type: string; readonly schema: string },
    options: { readonly subject: string; readonly compatibility?: string },
  ): Promise<{ readonly id: number }>
  /** The schema with an id, parsed by avsc. */
  getSchema(id: number): Promise<unknown>
}

export interface RegistryAddress {
  readonly host: string
  readonly auth?: { readonly username: string; readonly password: string } | undefined
}

const install = '@kafkajs/confluent-schema-registry avsc'
const purpose = 'millrace/avro needs'

/** Loads the packages of the client, and makes a client for an address. */
export async function connectRegistry({ host, auth }: RegistryAddress): Promise<RegistryClient> {
  const [{ SchemaRegistry }, { default: avsc }] = await loadPackage({
    load: () => Promise.all([import('@kafkajs/confluent-schema-registry'), import('avsc')]),
    install,
    purpose,
  })
  const address = { host: host.replace(/\/+$/, ''), ...(auth === undefined ? {} : { auth }) }
  return new SchemaRegistry(address, { AVRO: { logicalTypes: avroLogicalTypes(avsc) } } as never)
}

/**
 * Throws a `ConfigError` if the client is not installed. So an application fails at its start instead of with its first record.
 */
export function requireRegistryClient(resolve: (name: string) => string): void {
  for (const name of install.split(' '))
    try {
      resolve(name)
    } catch (cause) {
      throw missingPackage(install, purpose, cause)
    }
}
