import type { SubjectCommand } from './subject-process.ts'

/** Millrace's process under test. */
export function oursCommand(): SubjectCommand {
  const subject = new URL('../ours/subject.ts', import.meta.url).pathname
  return { program: process.execPath, args: ['--conditions=millrace-source', '--max-old-space-size=2048', subject] }
}
