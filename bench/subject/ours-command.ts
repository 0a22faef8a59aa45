import type { SubjectCommand } from './subject-process.ts'

/**
 * V8's flags of the process under test, as Java has its best collector. Buffers outside of V8's heap count into the limit of all memory, which grows
 * with what is in use. By default they have a limit of their own, 64 MiB, at which V8 marks the whole heap: several times a second, since each
 * fetched response is a buffer.
 */
export const nodeFlags: readonly string[] = ['--external-memory-accounted-in-global-limit']

/** Millrace's process under test. With a folder it leaves a CPU profile there when it ends. */
export function oursCommand(profile: string | null): SubjectCommand {
  const subject = new URL('../ours/subject.ts', import.meta.url).pathname
  const profiling = profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  return {
    program: process.execPath,
    args: ['--conditions=millrace-source', '--max-old-space-size=2048', ...nodeFlags, ...profiling, subject],
  }
}
