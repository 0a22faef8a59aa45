import type { SubjectCommand } from './subject-process.ts'

/** Millrace's process under test. With a folder it leaves a CPU profile there when it ends. */
export function oursCommand(profile: string | null): SubjectCommand {
  const subject = new URL('../ours/subject.ts', import.meta.url).pathname
  const profiling = profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  return { program: process.execPath, args: ['--conditions=millrace-source', '--max-old-space-size=2048', ...profiling, subject] }
}
