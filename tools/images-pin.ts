/**
 * Writes the digest of each image behind its tag, in docker-compose.yml and the Dockerfiles: `npm run images:pin`. It asks the registries by
 * `docker buildx imagetools`; where one does not answer nothing is written.
 */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const digest = /^sha256:[0-9a-f]{64}$/
/** `image:` of compose and Kubernetes, and `FROM` of Dockerfiles, with a tag. What is built here has none. */
const named = /^(\s*image: |FROM )([\w./-]+:[\w.-]+)(@sha256:[0-9a-f]{64})?/gm

/** The text with the digests that `digestOf` answers for `name:tag`. Throws before anything is changed if one is none. */
export function pinned(text: string, digestOf: (image: string) => string): string {
  return text.replaceAll(named, (_line, before: string, image: string) => {
    const found = digestOf(image)
    if (!digest.test(found)) throw new Error(`The registry of ${image} answers no digest, but ${JSON.stringify(found)}.`)
    return `${before}${image}@${found}`
  })
}

function ask(image: string): string {
  try {
    const args = ['buildx', 'imagetools', 'inspect', image, '--format', '{{ .Manifest.Digest }}']
    return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch (error) {
    throw new Error(`No digest of ${image}: ${(error as Error).message.trim()}. Nothing is written.`, { cause: error })
  }
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const known = new Map<string, string>()
  const digestOf = (image: string): string => known.get(image) ?? known.set(image, ask(image)).get(image)!
  const paths = ['docker-compose.yml', ...globSync('{,deploy/**/}Dockerfile', { cwd: root })]
  const texts = paths.map((path) => [join(root, path), pinned(readFileSync(join(root, path), 'utf8'), digestOf)] as const)
  for (const [path, text] of texts) writeFileSync(path, text)
  console.log(`${known.size} images have their digests.`)
}
