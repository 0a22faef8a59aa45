import { execFile } from 'node:child_process'
import { chmod, chown, cp, mkdir } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import type { Copy, Instruction } from 'dockerfile-ast'
import { root } from './files.ts'

const run = promisify(execFile)

/** The home of the user of the image of Node. */
const homeOfNode = join('/', 'home', 'node')

/** A user who owns nothing here; whoever runs the test where that is not root, and so cannot become another. */
export const nobody: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/**
 * Carries out the steps of a Dockerfile in folders, without a container: a stage is a folder that begins empty, and stands for the root of
 * its file system. `RUN` is run by {@link nobody}. What it starts from, the image of Node, is this machine.
 */
export class DockerfileSteps {
  readonly #dir: string
  readonly #stages = new Map<string, string>()
  #stage = ''
  #workDir = '/'
  readonly env: Record<string, string> = {}

  constructor(dir: string) {
    this.#dir = dir
  }

  /** The folder of the last stage's working directory. */
  get workDir(): string {
    return this.#at(this.#workDir)
  }

  async take(step: Instruction): Promise<void> {
    const rest = step.getArguments().map((argument) => argument.getValue())
    const keyword = step.getKeyword()
    if (keyword === 'FROM') await this.#from(rest)
    else if (keyword === 'WORKDIR') await this.#makeFolder(this.#at((this.#workDir = rest[0]!)))
    else if (keyword === 'COPY') await this.#copy(step as Copy, rest)
    else if (keyword === 'RUN') await this.#run(step.getRawArgumentsContent() ?? '')
    else if (keyword === 'ENV') for (const pair of rest) this.env[pair.split('=')[0]!] = pair.split('=')[1]!
  }

  async #from(words: readonly string[]): Promise<void> {
    this.#stage = join(this.#dir, `stage-${this.#stages.size}`)
    this.#stages.set(words[2] ?? String(this.#stages.size), this.#stage)
    this.#workDir = '/'
    await this.#makeFolder(this.#stage)
    await this.#makeFolder(join(this.#stage, homeOfNode))
  }

  async #copy(step: Copy, words: readonly string[]): Promise<void> {
    const from =
      step
        .getFlags()
        .find((flag) => flag.getName() === 'from')
        ?.getValue() ?? undefined
    const target = words.at(-1)!
    const to = isAbsolute(target) ? this.#at(target) : join(this.workDir, target)
    for (const source of words.slice(0, -1)) {
      const path = from === undefined ? join(root, source) : join(this.#stages.get(from)!, source)
      const into = words.length > 2 || target.endsWith('/') || target === './' ? join(to, basename(source)) : to
      // As .dockerignore has it.
      const filter = (file: string): boolean => from !== undefined || basename(file) !== 'node_modules'
      await cp(path, into, { recursive: true, filter, verbatimSymlinks: true })
    }
    if (step.getFlags().some((flag) => flag.getName() === 'chown')) await this.#give(to)
  }

  async #run(command: string): Promise<void> {
    const here = command.replaceAll(homeOfNode, join(this.#stage, homeOfNode))
    const home = join(this.#stage, homeOfNode)
    const env = { ...plainEnv(), HOME: home, npm_config_cache: join(home, '.npm') }
    await run('sh', ['-c', here], { cwd: this.workDir, env, ...nobody })
  }

  async #makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true })
    if (path.includes(homeOfNode)) await this.#give(path)
    if (path.endsWith(homeOfNode)) await chmod(path, 0o755)
  }

  async #give(path: string): Promise<void> {
    if (nobody.uid !== undefined) await run('chown', ['-R', `${nobody.uid}:${nobody.gid!}`, path])
  }

  readonly #at = (path: string): string => join(this.#stage, path)
}

/** The environment of this machine, without what the test runner and npm have added. */
export function plainEnv(): NodeJS.ProcessEnv {
  const isAdded = (name: string): boolean =>
    /^(NODE_OPTIONS|NODE_ENV|TAP.*|_TAP.*|npm_(?!config_(cafile|registry)).*)$/.test(name)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isAdded(name)))
}

/** Lets {@link nobody} reach a folder. */
export async function open(path: string): Promise<void> {
  await chmod(path, 0o755)
  if (nobody.uid !== undefined) await chown(path, 0, 0)
}
