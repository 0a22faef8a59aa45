import t from 'tap'
import { pinned } from '../../images-pin.ts'
import { readText, readYaml } from '../deploy/files.ts'

const digest = `sha256:${'a1'.repeat(32)}`

await t.test('each tag gets its digest, a second time the same', async (t) => {
  const text = 'services:\n  kafka:\n    image: apache/kafka:4.1.0\n  ours:\n    image: millrace-app\nFROM node:24-slim AS one\n'
  const once = pinned(text, () => digest)
  t.match(once, `image: apache/kafka:4.1.0@${digest}\n`)
  t.match(once, 'image: millrace-app\n')
  t.match(once, `FROM node:24-slim@${digest} AS one\n`)
  t.equal(
    pinned(once, () => digest),
    once,
  )
})

await t.test('all images of the project are asked for by name and tag', async (t) => {
  const asked: string[] = []
  const note = (image: string): string => {
    asked.push(image)
    return digest
  }
  for (const path of ['docker-compose.yml', 'Dockerfile']) pinned(readText(path), note)
  const { services } = readYaml('docker-compose.yml') as {
    readonly services: Readonly<Record<string, { readonly image: string }>>
  }
  const images = Object.values(services).map(({ image }) => image)
  const tagged = images.filter((image) => image.includes(':')).map((image) => image.split('@')[0]!)
  const inDockerfile = asked.filter((image) => image.startsWith('node:'))
  t.same([...new Set(asked)].toSorted(), [...new Set([...tagged, ...inDockerfile])].toSorted())
  t.equal(inDockerfile.length, 2)
})

await t.test('a registry that answers something else ends it', async (t) => {
  t.throws(() => pinned('FROM node:24\n', () => ''), /The registry of node:24 answers no digest/)
})
