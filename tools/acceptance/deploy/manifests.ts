import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { root } from './files.ts'

/** A container as far as the tests look at it. */
export interface Container {
  readonly name: string
  readonly image: string
  readonly args: readonly string[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env?: readonly {
    readonly name: string
    readonly value?: string
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } }
  }[]
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[]
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
  readonly [key: string]: any
}

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: any
}

/** Programs that render an overlay, and how they are asked. */
const renderers = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
] as const

/** What renders an overlay here; undefined where nothing is installed. */
const renderer = renderers.find(([program, command]) => spawnSync(program, [command, '--help']).status === 0)

/** All manifests of an overlay, as `kubectl apply --kustomize` would send them. */
export function rendered(overlay: 'dev' | 'prod'): readonly Manifest[] {
  if (renderer === undefined) throw new Error('Neither kubectl nor kustomize is on the PATH: nothing renders deploy/k8s here.')
  const [program, command] = renderer
  const { status, stdout, stderr } = spawnSync(program, [command, join(root, 'deploy/k8s', overlay)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`deploy/k8s/${overlay} cannot be rendered: ${stderr}`)
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
}

/** Variables that a container gets, out of its ConfigMaps and of its own list. A field of the pod is told by its path. */
export function variablesFor(container: Container, manifests: readonly Manifest[]): Record<string, string> {
  const maps = (container.envFrom ?? []).map(({ configMapRef: { name } }) => {
    const found = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)
    if (found === undefined) throw new Error(`There is no ConfigMap ${name}.`)
    return found.data ?? {}
  })
  const own = (container.env ?? []).map(
    ({ name, value, valueFrom }) => [name, value ?? valueFrom?.fieldRef?.fieldPath ?? ''] as const,
  )
  return Object.assign({}, ...maps, Object.fromEntries(own)) as Record<string, string>
}
