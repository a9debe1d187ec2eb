export function burn(cpuMs: number): number
export function cpuMsOf(tid: string): number
export function delayMsOf(tid: string): number
export function hostCpuMs(): number
export function hostVoluntarySwitches(): number
export function ownDelayMs(): number
export function ownTid(): string
export function switchesOf(tid: string): { voluntary: number; involuntary: number }
export function threadCpuMs(): number
export function threads(): { tid: string; name: string; runs: boolean }[]
