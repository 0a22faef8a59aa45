import type { Topology } from 'millrace'
import { described } from './described.ts'
import { topologyDocument } from './document.ts'
import { toDot } from './to-dot.ts'
import { toMermaid } from './to-mermaid.ts'
import type { Http } from '../platform/http/open-http.ts'

const plain = 'text/plain; charset=utf-8'

/** What the process says of the topology that it runs. */
export function addTopologyRoutes(http: Http, applicationId: string, topology: Topology): void {
  const text = topology.describe()
  const parts = described(text)
  const forms = [
    ['txt', plain, 'As `describe()` of Kafka Streams prints it.', () => text],
    ['dot', 'text/vnd.graphviz; charset=utf-8', 'For Graphviz.', () => toDot(applicationId, parts)],
    ['mmd', plain, 'For Mermaid.', () => toMermaid(parts)],
  ] as const
  for (const [form, type, summary, write] of forms)
    http.get(`/topology.${form}`, { schema: { summary } }, (_request, reply) => reply.header('content-type', type).send(write()))
  const summary = 'With serdes, stores, changelogs and internal topics.'
  http.get('/topology.json', { schema: { summary } }, () => topologyDocument(applicationId, topology))
}
