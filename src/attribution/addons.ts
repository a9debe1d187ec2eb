import { loadBinding } from '../backend/native/binding.js'
import { WrappedMethod } from './wrapped-method.js'

const method = new WrappedMethod(process, 'dlopen', (place) => (...args: Parameters<typeof process.dlopen>) => {
  Reflect.apply(place.original, process, args)
  if (onLoad === undefined || !place.isCurrent) return
  loaded = true
  onLoad()
})
let onLoad: (() => void) | undefined
let loaded = false

/**
 * Whether any native addon is loaded beside our own: only they call back without announcing it to async_hooks. Calls
 * `onFirst` when that changes; undefined ends that.
 */
export function addonsLoaded(onFirst: (() => void) | undefined): boolean {
  loaded ||= hasLoadedBefore()
  onLoad = loaded ? undefined : onFirst
  if (onLoad === undefined) method.takeOut()
  else method.putInPlace()
  return loaded
}

function hasLoadedBefore(): boolean {
  const own = loadBinding()
  const modules = Object.entries(require.cache ?? {})
  return modules.some(([file, module]) => file.endsWith('.node') && module?.exports !== own)
}
