import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
// The full coordinates: Maven takes the short form with a version for a lifecycle phase.
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

const serversCache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace-servers')

/** Why no server of Java's can be started here, or null. */
export function javaUnavailable(): string | null {
  if (spawnSync('java', ['-version']).error !== undefined) return 'Java is missing (Java 17 or newer on the PATH)'
  if (spawnSync('mvn', ['-v']).error !== undefined) return 'Maven is missing (mvn on the PATH)'
  return null
}

/** The folder that holds the artifacts (`group:artifact:version`) and all they need at run time; fetched once. */
export async function jars(name: string, artifacts: readonly string[]): Promise<string> {
  const folder = join(serversCache, name)
  if (existsSync(join(folder, 'complete'))) return join(folder, 'lib')
  await mkdir(serversCache, { recursive: true })
  const fresh = await mkdtemp(`${folder}.`)
  await writeFile(join(fresh, 'pom.xml'), pom(name, artifacts))
  await copyDependencies(fresh, artifacts)
  await writeFile(join(fresh, 'complete'), '')
  await moveIntoPlace(fresh, folder)
  return join(folder, 'lib')
}

async function copyDependencies(folder: string, artifacts: readonly string[]): Promise<void> {
  const goal = [`${dependencyPlugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${join(folder, 'lib')}`]
  await run('mvn', ['-q', '-B', '-Dstyle.color=never', '-f', join(folder, 'pom.xml'), ...goal]).catch((cause: unknown) => {
    throw new Error(`Maven could not fetch ${artifacts.join(', ')}.`, { cause })
  })
}

// Two processes may fetch at the same time: the first to finish wins, the other's copy goes.
async function moveIntoPlace(fresh: string, folder: string): Promise<void> {
  await rename(fresh, folder).catch(async (cause: unknown) => {
    if (!existsSync(join(folder, 'complete'))) throw cause
    await rm(fresh, { recursive: true, force: true })
  })
}

function pom(name: string, artifacts: readonly string[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace.test</groupId><artifactId>${name}</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${artifacts.map(dependency).join('')}</dependencies></project>`
}

function dependency(artifact: string): string {
  const [group, name, version] = artifact.split(':')
  return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`
}
