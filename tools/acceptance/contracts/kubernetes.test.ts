import { validate as deployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'
import { validate as statefulSet } from 'kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet'
import { validate as job } from 'kubernetes-models/_schemas/IoK8sApiBatchV1Job'
import { validate as configMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'
import { validate as namespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace'
import { validate as service } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'
import { validate as networkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'
import { validate as disruptionBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'
import t from 'tap'
import { applications, topologyOf } from '../../../examples/transfer-pipeline/main.ts'
import { transferReadTopology } from '../../../examples/transfer-pipeline/topologies/transfer-read.ts'
import { exactTag, readEnv } from '../deploy/files.ts'
import { rendered, variablesFor } from '../deploy/manifests.ts'
import type { Container, Manifest } from '../deploy/manifests.ts'
import { configured, serviceAt, variablesOf } from '../deploy/services.ts'
import { problemsOf, serviceMonitor } from '../deploy/strict.ts'
import type { Validator } from '../deploy/strict.ts'

const schemas: Readonly<Record<string, unknown>> = {
  'apps/v1 Deployment': deployment,
  'apps/v1 StatefulSet': statefulSet,
  'batch/v1 Job': job,
  'v1 ConfigMap': configMap,
  'v1 Namespace': namespace,
  'v1 Service': service,
  'networking.k8s.io/v1 NetworkPolicy': networkPolicy,
  'policy/v1 PodDisruptionBudget': disruptionBudget,
  'monitoring.coreos.com/v1 ServiceMonitor': serviceMonitor,
}

const schemaOf = ({ apiVersion, kind }: Manifest): Validator => schemas[`${apiVersion} ${kind}`] as Validator

/** The longest close of an application. */
const closeS = 30
const overlays = { dev: rendered('dev'), prod: rendered('prod') }

for (const [overlay, all] of Object.entries(overlays)) {
  const of = (...kinds: readonly string[]): readonly Manifest[] => all.filter(({ kind }) => kinds.includes(kind))
  const named = (kind: string, name: string): Manifest | undefined => of(kind).find(({ metadata }) => metadata.name === name)
  const workloads = of('Deployment', 'StatefulSet')
  const pods = of('Deployment', 'StatefulSet', 'Job')
  const each = (check: (name: string, container: Container, pod: any) => void): void => {
    for (const manifest of workloads) check(manifest.metadata.name, containerOf(manifest), podOf(manifest))
  }

  await t.test(`K1: ${overlay}: all manifests are valid by the schemas of Kubernetes, field by field`, async (t) => {
    for (const manifest of all) t.same(problemsOf(schemaOf(manifest), manifest), [], `${manifest.kind} ${manifest.metadata.name}`)
    t.equal(new Set(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size, all.length, 'no two are one')
  })

  await t.test(`K1: ${overlay}: who has stores is a StatefulSet with a volume, all others are Deployments`, async (t) => {
    const topologies = {
      ...Object.fromEntries(Object.keys(applications).map((name) => [name, topologyOf(name, {})])),
      'read-state': transferReadTopology(),
    }
    const stateful = Object.entries(topologies)
      .filter(([, topology]) => /stores: \[\w/.test(topology.describe().toString()))
      .map(([name]) => name)
    t.same(
      of('StatefulSet')
        .map(({ metadata }) => metadata.name)
        .toSorted(),
      stateful.toSorted(),
    )
    for (const manifest of of('StatefulSet')) {
      const { spec, metadata } = manifest
      const variables = variablesFor(containerOf(manifest), all)
      t.equal(
        containerOf(manifest).volumeMounts?.find(({ name }) => name === spec.volumeClaimTemplates[0].metadata.name)?.mountPath,
        variables['STATE_DIR'],
        metadata.name,
      )
      t.equal(variables['GROUP_INSTANCE_ID'], 'metadata.name', `${metadata.name} is a static member by the name of its pod`)
      t.equal(spec.serviceName, metadata.name)
      t.equal(spec.podManagementPolicy, 'OrderedReady')
      t.equal(named('Service', metadata.name)!.spec.clusterIP, 'None')
    }
    t.equal(named('StatefulSet', 'read-state')!.spec.replicas, 1, 'one replica until queries go over instances')
  })

  await t.test(`K1: ${overlay}: each log of changes has one reader, which ends before the next one starts`, async (t) => {
    for (const name of ['capture-users', 'capture-transfers'])
      t.match(named('Deployment', name)!.spec, { replicas: 1, strategy: { type: 'Recreate' } }, name)
  })

  await t.test(`K1: ${overlay}: topics and schemas are made by jobs`, async (t) => {
    t.same(
      of('Job')
        .map((manifest) => containerOf(manifest).args.slice(0, 2).join(' '))
        .toSorted(),
      ['app/cli/schemas.ts register', 'app/cli/topics.ts apply'],
    )
    for (const manifest of of('Job')) {
      const variables = variablesFor(containerOf(manifest), all)
      for (const argument of containerOf(manifest).args)
        for (const [, name] of argument.matchAll(/\$\((\w+)\)/g)) t.ok(variables[name!], `${manifest.metadata.name} has ${name}`)
    }
    t.equal(variablesFor(containerOf(named('Job', 'topics')!), all)['TOPICS_ENV'], overlay)
  })

  await t.test(`K1: ${overlay}: one pod of each may be away at a time`, async (t) => {
    each((name, _container, pod) => {
      const { spec } = named('PodDisruptionBudget', name)!
      t.equal(spec.maxUnavailable, 1, name)
      t.ok(selects(spec.selector.matchLabels, pod), name)
    })
  })

  await t.test(`K1: ${overlay}: a start may take as long as a restore; only what a new process helps ends one`, async (t) => {
    each((name, { startupProbe, livenessProbe, readinessProbe }) => {
      t.ok(startupProbe.periodSeconds * startupProbe.failureThreshold >= 1800, name)
      t.same(
        [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => [httpGet.path, httpGet.port]),
        [
          ['/health/ready', 'http'],
          ['/health/live', 'http'],
          ['/health/ready', 'http'],
        ],
        name,
      )
    })
  })

  await t.test(`K1: ${overlay}: a pod has longer to end than its close takes`, async (t) => {
    each((name, { lifecycle }, { terminationGracePeriodSeconds: graceS }) => {
      const [program, waitS] = lifecycle.preStop.exec.command as readonly [string, string]
      t.equal(program, 'sleep', name)
      t.ok(graceS > Number(waitS) + closeS, `${name}: ${graceS} s`)
    })
  })

  await t.test(`K1: ${overlay}: pods have no rights, and write to volumes only`, async (t) => {
    for (const manifest of pods) {
      const { name } = manifest.metadata
      t.match(
        podOf(manifest),
        {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        },
        name,
      )
      t.match(
        containerOf(manifest)['securityContext'],
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        name,
      )
      t.match(containerOf(manifest).image, overlay === 'dev' ? /^millrace-app:dev$/ : exactTag, name)
    }
    t.match(named('Namespace', 'millrace')!.metadata.labels, { 'pod-security.kubernetes.io/enforce': 'restricted' })
  })

  await t.test(
    `K1: ${overlay}: each pod says what it needs, its heap fits into its memory, and its like is elsewhere`,
    async (t) => {
      each((name, { resources, env = [] }, pod) => {
        t.match(resources, { requests: { cpu: String, memory: String }, limits: { memory: /^\d+Mi$/ } }, name)
        const heap = /--max-old-space-size=(\d+)/.exec(env.find((variable) => variable.name === 'NODE_OPTIONS')?.value ?? '')?.[1]
        t.ok(Number(heap) <= 0.75 * Number.parseInt(resources.limits.memory, 10), `${name}: ${heap} MiB of heap`)
        const [{ podAffinityTerm: term }] = pod.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution
        t.ok(selects(term.labelSelector.matchLabels, pod), name)
      })
    },
  )

  await t.test(`K1: ${overlay}: nobody reaches a pod but who is named, and clients reach the BFF alone`, async (t) => {
    t.match(named('NetworkPolicy', 'deny-all')!.spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    for (const name of ['among-services', 'scraped-by-prometheus', 'to-servers'])
      for (const manifest of pods)
        t.ok(
          selects(named('NetworkPolicy', name)!.spec.podSelector.matchLabels, podOf(manifest)),
          `${name}: ${manifest.metadata.name}`,
        )
    const open = of('NetworkPolicy').filter(({ spec }) =>
      (spec.ingress ?? []).some((rule: { readonly from?: unknown }) => rule.from === undefined),
    )
    t.same(
      open.map(({ spec }) => spec.podSelector.matchLabels),
      [{ app: 'bff' }],
    )
  })

  await t.test(`K1: ${overlay}: Prometheus finds the metrics of all pods`, async (t) => {
    const [{ spec }] = of('ServiceMonitor') as [Manifest]
    each((name, container, pod) => {
      const found = named('Service', name)!
      t.ok(selects(spec.selector.matchLabels, { labels: found.metadata.labels }), name)
      t.ok(selects(found.spec.selector, pod), name)
      t.equal(
        found.spec.ports.find((port: { readonly name: string }) => port.name === spec.endpoints[0].port)?.targetPort,
        container.ports?.[0]?.name,
        name,
      )
    })
    t.match(spec.endpoints, [{ path: '/metrics', port: 'http' }])
  })

  await t.test(
    `K1: ${overlay}: each service starts with the configuration that it is given, at the port that is told`,
    async (t) => {
      for (const manifest of workloads) {
        const { name } = manifest.metadata
        const container = containerOf(manifest)
        const program = (await serviceAt(container.args[0]!))!
        const variables = variablesFor(container, all)
        const { port, host } = configured(program, variables)
        t.equal(container.ports![0]!.containerPort, port, name)
        t.equal(host, '0.0.0.0', name)
        for (const variable of (container.env ?? []).map((one) => one.name).filter((one) => one !== 'NODE_OPTIONS'))
          t.ok(variablesOf(program).includes(variable), `${name} takes ${variable}`)
        for (const [variable, value] of Object.entries(variables))
          if (variable.endsWith('_FILE')) t.match(value, /^\/run\/secrets\/millrace\//, `${name}: ${variable}`)
      }
    },
  )

  await t.test(`K1: ${overlay}: the BFF finds the services where they are`, async (t) => {
    const addresses = Object.values(readEnv('deploy/config/bff.env')).flatMap(
      (value) => value.match(/http:\/\/[\w.-]+:\d+/g) ?? [],
    )
    t.equal(addresses.length, 13)
    for (const address of addresses) {
      const { hostname, port } = new URL(address)
      t.equal(named('Service', hostname)?.spec.ports[0].port, Number(port), address)
    }
  })

  await t.test(`K1: ${overlay}: no secret is in a manifest`, async (t) => {
    t.same(of('Secret'), [])
    for (const { data = {}, metadata } of of('ConfigMap'))
      for (const [key, value] of Object.entries(data))
        t.notOk(/PASSWORD|TOKEN|SECRET/.test(key) && !value.startsWith('/run/secrets/'), `${metadata.name}: ${key}`)
  })
}

await t.test('K1: a field that Kubernetes does not know is found', async (t) => {
  const [first] = overlays.dev.filter(({ kind }) => kind === 'StatefulSet') as [Manifest]
  const broken = structuredClone(first) as { spec: { template: { spec: Record<string, unknown> } } } & Manifest
  broken.spec.template.spec['terminationGracePeriod'] = 5
  t.same(problemsOf(schemaOf(first), broken), ['/spec/template/spec/terminationGracePeriod is unknown'])
  const [monitor] = overlays.dev.filter(({ kind }) => kind === 'ServiceMonitor') as [Manifest]
  t.match(problemsOf(schemaOf(monitor), { ...monitor, spec: { ...monitor.spec, endpoint: [] } }), ['/spec/endpoint is unknown'])
})

function podOf({ spec }: Manifest): any {
  return { ...spec.template.spec, labels: spec.template.metadata.labels }
}

function containerOf(manifest: Manifest): Container {
  return podOf(manifest).containers[0] as Container
}

function selects(
  labels: Readonly<Record<string, string>>,
  pod: { readonly labels?: Readonly<Record<string, string>> | undefined },
): boolean {
  return Object.entries(labels).every(([name, value]) => pod.labels?.[name] === value)
}
