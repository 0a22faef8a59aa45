import { applicationEnvironment } from '../../../lib/runtime/environment/application-environment.ts'
import type { ApplicationEnvironment } from '../../../lib/runtime/environment/application-environment.ts'
import { configuredSerdes } from '../../../lib/runtime/serdes/configured-serdes.ts'
import { resolveConfig } from '../../../lib/runtime/streams-config.ts'
import type { StreamsConfig } from '../../../lib/runtime/streams-config.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'

/** A user's module, and what a worker thread would do with it: functions and serdes come from here, the rest from `data`. */
export function rebuild(data: Pick<StreamsConfig, 'applicationId' | 'maxTaskIdleMs'>): ApplicationEnvironment {
  const code = { defaultValueSerde: Serdes.string as never, defaultTimestampExtractor: () => 7 }
  const config = resolveConfig({ ...data, ...code, bootstrapServers: '127.0.0.1:9' })
  return applicationEnvironment(config, configuredSerdes(config), { medium: 'disk' })
}
