import type { Serde } from '../../model/serde.ts'
import type { ResolvedConfig } from '../streams-config.ts'
import { SerdeResolver } from './serde-resolver.ts'

/** Makes the serde resolver of an application from its default serdes and its schema registry. */
export function configuredSerdes(config: ResolvedConfig): SerdeResolver {
  const { applicationId, schemaRegistry } = config
  const defaultKey = config.defaultKeySerde as unknown as Serde<unknown> | undefined
  const defaultValue = config.defaultValueSerde as unknown as Serde<unknown> | undefined
  return new SerdeResolver({ schemaRegistry, applicationId, defaultKey, defaultValue })
}
