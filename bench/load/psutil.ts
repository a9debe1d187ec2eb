import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

/** A distribution's psutil belongs to its own Python, which need not be the first in the path. */
const pythons = ['python3', '/usr/bin/python3']

function python(): string | undefined {
  return pythons.find((path) => {
    try {
      execFileSync(path, ['-c', 'import psutil'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}

export function psutilMissing(): string | undefined {
  return python() === undefined ? 'python3-psutil is not installed' : undefined
}

/** A Python process that samples itself and does nothing else; CPU in ms. */
export async function runPsutil(periodMs: number, durationMs: number): Promise<{ samples: number; cpu: number }> {
  const { stdout } = await promisify(execFile)(python()!, ['-c', script, String(periodMs), String(durationMs)])
  const [samples, cpu] = stdout.split(' ').map(Number)
  return { samples: samples!, cpu: cpu! }
}

const script = `
import psutil, sys, time
period, duration = float(sys.argv[1]) / 1e3, float(sys.argv[2]) / 1e3
process = psutil.Process()
rows = []
cpu = time.process_time()
begin = due = time.monotonic()
while due - begin < duration:
    due = max(due + period, time.monotonic())
    time.sleep(max(0, due - time.monotonic()))
    rows.append((time.monotonic(), process.cpu_times(), process.memory_info().rss))
print(len(rows), (time.process_time() - cpu) * 1e3)
`
