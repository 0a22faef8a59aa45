import { applications } from '../../examples/transfer-pipeline/main.ts'

/** Ports of the parts of a pipeline. Those of services are the ones that each has alone. */
const ports: ReadonlyMap<string, number> = new Map([
  ['users-write', 8081],
  ['core-read', 8082],
  ['transfers-write', 8084],
  ['inspector', 8086],
  ['bff', 8087],
  ['dead-letters', 8088],
  ['schemas', 8089],
  ['registry', 8091],
  ['capture-users', 8092],
  ['sink', 8093],
  ['capture-transfers', 8094],
  ['retries', 8095],
  ...Object.keys(applications).map((name, index) => [name, 8101 + index] as const),
])

/** The port of a part. More instances of an application come behind all applications. */
export function portOf(name: string): number {
  return ports.get(name) ?? 8101 + Object.keys(applications).length
}
