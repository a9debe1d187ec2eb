import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { gunzipSync } from 'node:zlib'
import type { Binding, NativeHost } from '../../backend/native/binding.js'
import { field, read } from './files.js'
import type { KernelFacts } from './report.js'

/** The clock is watched for this long. Its longest steps, of 10 ms, are seen often enough in it. */
const watchMs = 200
const seccompModes = ['off', 'strict', 'filter'] as const

export function examineKernel(binding: Binding | undefined, host: NativeHost | undefined): KernelFacts {
  return {
    tickHz: configuredTick(),
    staleMs: binding?.clockStep(watchMs) ?? null,
    clockSource: read('/sys/devices/system/clocksource/clocksource0/current_clocksource').trim() || null,
    clockResolutionNs: host?.clockResolutionNs ?? null,
    clockReadingNs: host?.clockReadingNs ?? null,
    seccomp: seccompModes[Number(field(read('/proc/self/status'), 'Seccomp'))] ?? null,
    timerSlackNs: numberOf(read('/proc/self/timerslack_ns')),
    samplerTimerSlackNs: host?.timerSlackNs ?? null,
    samplerSliceNs: host?.sliceNs ?? null,
  }
}

/** From the kernel's configuration, which distributions keep in one of these places, if at all. */
function configuredTick(): number | null {
  if (process.platform !== 'linux') return null
  const config = packedConfig() || read(`/boot/config-${release()}`) || read(`/lib/modules/${release()}/config`)
  const [, hertz] = /^CONFIG_HZ=(\d+)$/m.exec(config) ?? []
  return hertz === undefined ? null : Number(hertz)
}

function packedConfig(): string {
  try {
    return gunzipSync(readFileSync('/proc/config.gz')).toString()
  } catch {
    return ''
  }
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text)
}
