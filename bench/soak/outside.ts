import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Outside, Scraped } from './samples.js'

/** How long the unit of CPU time in /proc/PID/stat is: USER_HZ is 100 on all machines that Node.js runs on. */
const unitMs = 10

/** What the kernel says of a process whose files are in a folder. */
export function outside(pid: number, folder: string): Outside {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  // The name of the program, in parentheses, may have anything in it. User and system time are the 14th and 15th field.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\) /s, '').split(' ')
  return {
    residentBytes: 1024 * number('VmRSS'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: number('Threads'),
    cpuMs: unitMs * (Number(fields[11]) + Number(fields[12])),
    recordingBytes: bytesIn(folder),
  }
}

function bytesIn(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isFile()) return stats.size
  return namesIn(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0)
}

/** Nothing where it is gone: a recording that is full removes the folders of threads that have ended. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
}

/** What an endpoint says. Throws where it says nothing. */
export async function scrape(url: string): Promise<Scraped> {
  // As long as scrapes are apart, no connection lasts.
  const response = await fetch(url, { headers: { connection: 'close' } })
  const text = await response.text()
  const total = (pattern: string) => {
    const values = [...text.matchAll(new RegExp(`^${pattern}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
    if (!response.ok || values.length === 0) throw new Error(`${url} has no ${pattern}`)
    return values.reduce((sum, [, value]) => sum + Number(value), 0)
  }
  const missed = 'spanmeter_sampler_missed_ticks_total'
  const samples = total('spanmeter_sampler_samples_total')
  const missedTicks = total(missed) - total(`${missed}\\{spanmeter_cause="stopped"\\}`)
  return {
    historyBytes: total('spanmeter_sampler_memory_usage_bytes'),
    latenessMs: 1000 * total('spanmeter_sampler_lateness_p99_seconds'),
    ticks: samples + missedTicks,
    missedTicks,
  }
}
