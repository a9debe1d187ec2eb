import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Those that a terminal sends to all its foreground processes. */
const fromKeyboard = ['SIGINT', 'SIGQUIT'] as const
const fromOthers = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/**
 * Hands the signals that this process gets on to another one, each once: what the keyboard sends goes to both already.
 * Returns the function that ends it.
 */
export function relaySignals(child: ChildProcess): () => void {
  const relay = (signal: NodeJS.Signals) => child.kill(signal)
  const relayUnlessSent = (signal: NodeJS.Signals) => {
    if (!isInForeground()) child.kill(signal)
  }
  for (const signal of fromOthers) process.on(signal, relay)
  for (const signal of fromKeyboard) process.on(signal, relayUnlessSent)
  return () => {
    for (const signal of fromOthers) process.off(signal, relay)
    for (const signal of fromKeyboard) process.off(signal, relayUnlessSent)
  }
}

/** Whether the process group of this process is the one that its terminal listens to. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // After the name, which may have spaces and parentheses in it.
    const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return terminal !== '0' && group === foreground
  } catch {
    return process.stdin.isTTY === true
  }
}
