import { join } from 'node:path'
import { root } from './files.ts'

/** A validator as kubernetes-models compiles them from the schemas of the API server, or of a resource's definition. */
export interface Validator {
  (manifest: unknown): boolean
  errors?: readonly { readonly instancePath: string; readonly message?: string; readonly keyword: string }[] | null
}

/**
 * What is wrong with a manifest. A compiled validator reads each field that its schema has: a field that it does not read is unknown there,
 * which an API server refuses in strict mode.
 */
export function problemsOf(validate: Validator, manifest: object): string[] {
  const unread = new Set<string>()
  const isValid = validate(watched(manifest, '', unread))
  const errors = isValid
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, keyword }) => `${instancePath} ${message ?? keyword}`)
  return [...errors, ...[...unread].map((path) => `${path} is unknown`)]
}

/** A face of `value` that takes the path of each field out of `unread` when the field is read. */
function watched(value: object, path: string, unread: Set<string>): object {
  const pathOf = (key: string): string => `${path}/${key}`
  for (const key of Object.keys(value)) unread.add(pathOf(key))
  return new Proxy(value, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver)
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) return found
      unread.delete(pathOf(key))
      return typeof found === 'object' && found !== null ? watched(found, pathOf(key), unread) : found
    },
  })
}

const operator = join(root, 'tools/node_modules/@kubernetes-models/prometheus-operator/_schemas')
const ofOperator = 'ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1'

/** By the definition that the operator comes with. Its package exports only classes, which read a manifest less strictly. */
export const { validate: serviceMonitor } = (await import(join(operator, `${ofOperator}ServiceMonitor.js`))) as {
  readonly validate: Validator
}
