import type { Serde } from '../../model/serde.ts'
import type { ResolvedConfig } from '../streams-config.ts'
import { SerdeResolver } from './serde-resolver.ts'

/** The serdes of an application with this configuration: its defaults, and its schema registry. */
export function configuredSerdes(config: ResolvedConfig): SerdeResolver {
  const { applicationId, schemaRegistry } = config
  const defaultKey = config.defaultKeySerde as unknown as Serde<unknown> | undefined
  const defaultValue = config.defaultValueSerde as unknown as Serde<unknown> | undefined
  return new SerdeResolver({ schemaRegistry, applicationId, defaultKey, defaultValue })
}
