/**
 * Compares the public types of every entry with the report under docs/api (`--update` writes the reports instead).
 * So a change of the public face is a visible diff.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const root = join(import.meta.dirname, '..')
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string }>
}
const quiet = { logLevel: ExtractorLogLevel.None }
const isUpdate = process.argv.includes('--update')

/** Says whether the report of one entry is as committed. */
function isUnchanged(entry: string, types: string): boolean {
  const name = entry === '.' ? 'millrace' : entry.slice(2)
  const reportFolder = join(root, 'docs', 'api')
  const extractorConfig = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder,
        reportTempFolder: join(root, 'temp'),
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error, addToApiReportFile: false },
          // What is exported is public; release tags would say so on every line.
          'ae-missing-release-tag': quiet,
          'ae-undocumented': quiet,
          // Allowed: types of constructor parameters that only the library passes, and types that another entry exports.
          'ae-forgotten-export': quiet,
          'ae-unresolved-link': quiet,
        },
        // Examples hold braces; they are code, not tags.
        tsdocMessageReporting: { default: quiet },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  })
  const result = Extractor.invoke(extractorConfig, { localBuild: isUpdate, showVerboseMessages: false })
  return result.errorCount === 0 && (isUpdate || !result.apiReportChanged)
}

for (const [entry, target] of Object.entries(packageJson.exports)) {
  if (typeof target === 'string') continue
  const isSound = existsSync(join(root, target.types)) && isUnchanged(entry, target.types)
  if (isSound) continue
  console.error(
    `The API report of ${JSON.stringify(entry)} is not as committed: read the lines above, then run \`npm run api:update\`.`,
  )
  process.exitCode = 1
}
