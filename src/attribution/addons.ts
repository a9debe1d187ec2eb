import { loadBinding } from '../backend/native/binding.js'

const { dlopen } = process
let onLoad: (() => void) | undefined
let loaded = false

/**
 * Whether any native addon is loaded beside our own: only they call back without announcing it to async_hooks. Calls
 * `onFirst` when that changes; undefined ends that.
 */
export function addonsLoaded(onFirst: (() => void) | undefined): boolean {
  loaded ||= hasLoadedBefore()
  onLoad = loaded ? undefined : onFirst
  if (onLoad !== undefined) process.dlopen = dlopenAndReport
  // If somebody has wrapped ours meanwhile, it stays, and only passes on.
  else if (process.dlopen === dlopenAndReport) process.dlopen = dlopen
  return loaded
}

function dlopenAndReport(this: unknown, ...args: Parameters<typeof dlopen>): void {
  dlopen.apply(process, args)
  if (onLoad === undefined) return
  loaded = true
  onLoad()
}

function hasLoadedBefore(): boolean {
  const own = loadBinding()
  const modules = Object.entries(require.cache ?? {})
  return modules.some(([file, module]) => file.endsWith('.node') && module?.exports !== own)
}
