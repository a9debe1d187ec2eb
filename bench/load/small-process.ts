import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What of the memory of a process is resident, in bytes. */
export interface Resident {
  all: number
  /** Of no file. The rest are pages of files, of which other processes use the same. */
  anonymous: number
}

/** Starts and ends a hundred spans if the first argument is `traced`, and prints what is resident then. */
async function main(): Promise<void> {
  if (process.argv[2] === 'traced') await trace()
  console.log(JSON.stringify(resident()))
}

async function trace(): Promise<void> {
  const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
  const provider = new NodeTracerProvider()
  provider.register()
  const tracer = provider.getTracer('app')
  for (let i = 0; i < 100; i++) {
    await tracer.startActiveSpan('work', async (span) => {
      await sleep(1)
      span.end()
    })
  }
}

function resident(): Resident {
  const status = readFileSync('/proc/self/status', 'latin1')
  const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  return { all: bytes('VmRSS'), anonymous: bytes('RssAnon') }
}

void main()
