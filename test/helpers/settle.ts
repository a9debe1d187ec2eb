import { setTimeout as sleep } from 'node:timers/promises'
import { burn } from './cpu.cjs'

/** Lets compilers and collectors finish that are busy with the start of this process: nobody's truth knows of them. */
export async function settle(): Promise<void> {
  burn(100)
  await sleep(200)
}
