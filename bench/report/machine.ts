import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import type { JavaProgram } from '../subject/java-program.ts'
import { kafkaStreamsVersion } from '../subject/java-program.ts'
import { nodeFlags } from '../subject/ours-command.ts'

/** What the figures were taken on. */
export interface Machine {
  readonly processors: string
  readonly memory: string
  readonly kernel: string
  readonly node: string
  readonly java: string
  readonly kafka: string
  /** At the beginning: a machine that others use gives other figures. */
  readonly load: string
  readonly taken: string
}

export function machine({ version }: JavaProgram): Machine {
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, governor ${governor()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: release(),
    node: [process.version, ...nodeFlags].join(' '),
    java: version,
    kafka: `broker and Kafka Streams ${kafkaStreamsVersion}`,
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(', '),
    taken: new Date().toISOString().slice(0, 16),
  }
}

function governor(): string {
  try {
    return readFileSync('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
